import { contentWords, wordsOf } from '../text/words.ts';
import type { GoalContext } from './goal.ts';
import type { Person } from './people.ts';
import type { Reading } from './reading.ts';

/** What people do with messages to each other, and what they want by them; stems. */
const DEALINGS = new Set(
  words(`mail email message inbox mailbox correspondence conversation thread write wrote written send sent repl reply
  answer respond response ask request want need expect owe wait await hear heard chase nudge remind reminder unanswered
  contact promise demand question letter deadline task todo action obligation duty homework ignore ghost follow back react stuck court outstanding quiet silent
  read attention tell told say said`),
);

/** Words that name nothing that messages could be about. */
const GENERAL = new Set(
  words(`mail mails email emails inbox mailbox mailboxes message messages thread threads correspondence conversation
  conversations happen happened happening going new important urgent outstanding pending left open interesting relevant
  missed miss holiday holidays vacation away leave back received receive arrived arrive came come latest recent recently
  lately unread look looking check read thing things stuff anything everything something summary summarise summarize
  recap overview digest gist rundown rundowns essentials essential essence point points main key brief briefing highlights
  know find show list give currently current still yet already never ever always soon today now people person persons
  anyone anybody someone somebody everyone everybody nobody others other colleague colleagues contact contacts sender
  senders time times long due date dates deadline deadlines answer answers answered answering unanswered reply replies
  replied replying respond responded responding response responses ask asks asked asking request requests requested want
  wants wanted need needs needed needing expect expects expected expecting owe owes owed owing wait waits waited waiting
  await awaiting hear heard hearing write writes wrote written writing send sends sent sending say says said saying mean
  chase nudge remind reminded reminder follow promise promised promises deliver delivered deliverable act action actions
  item items task tasks todo todos job jobs commitment commitments obligation obligations duty duties question questions
  matter matters desk plate side hand hands list lists name names ignore ignored ignoring ghosted contact contacted
  addressed involve involved require requires required attention respect concern concerns concerning go through went pull
  out boil short shortest quick quickly one line sentence sentences paragraph plain words detail details sort group grouped
  order ordered handle handled deal dealt done finish finished complete last week weeks day days month months year please
  thank thanks kindly hi hello hey would could work working help piece pieces bring catch speed fill walk tell told talk
  inform informed information info able got gotten getting get let use using based content contents whole entire complete
  full total mentioned mention regarding subject subjects line lines reach reached touch turn far kind kinds sum summed
  condense compress distil collect gather put together extract identify figure worry worth see seen mailed emailed
  messaged mailing box mine forget forgot forgotten react reacted reaction stuck ball court behind lack lacks lacking quiet
  silent hope hoping hopes end ends ending put puts keep keeping kept hang hanging`),
);

/**
 * Whether a goal speaks of nothing but dealings between the owner and other people by message: who wrote, wants, owes
 * or awaits something; no word of a subject is left over.
 * @param people those the goal names
 */
export function isCorrespondence(reading: Reading, context: GoalContext, people: readonly Person[]): boolean {
  if (!isWithoutSubject(reading, people)) return false;
  const dealing = reading.words.some(({ stem, lower }) => DEALINGS.has(stem) || DEALINGS.has(lower));
  const own = /\b(?:i|me|my|mine|we|us|our)\b/.test(reading.plain);
  return dealing
    ? own || people.length > 0
    : people.length > 0 && context.inventory.messages > 0 && FROM.test(reading.plain);
}

/** "anything from Ada", "news by Ada". */
const FROM = /\b(?:from|by|with)\b/;

/** Whether no word of a goal could be what messages are about; names and dates aside. */
export function isWithoutSubject(reading: Reading, people: readonly Person[]): boolean {
  const names = new Set(
    people.flatMap(({ name, address }) => wordsOf(name === '' ? address : name).map((word) => word.lower)),
  );
  const inDate = (start: number): boolean => reading.dates.some((date) => date.start <= start && start < date.end);
  return contentWords(reading.text).every(({ lower, start }) => {
    const bare = lower.replace(/'(?:s|re|ve|d|ll)?$/, '');
    return GENERAL.has(bare) || names.has(bare) || inDate(start);
  });
}

function words(list: string): string[] {
  return list.split(/\s+/);
}
