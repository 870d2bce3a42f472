import type { Json } from '../../base/json.ts';
import type { GoalMethod } from '../goal-method.ts';
import type { GoalContext, Parameter } from '../goal.ts';
import { isCorrespondence, isWithoutSubject } from '../correspondence.ts';
import type { Network } from '../htn.ts';
import { cue, either, evidence, MAIL_WORDS, SUMMARY_WORDS } from '../cues.ts';
import { shownRange, type DateRange } from '../local-dates.ts';
import { parameter, peopleValue, rangeValue, sourceOptions, valueOf } from '../parameters.ts';
import { peopleIn, type Person } from '../people.ts';
import { goalDates, LONG_AGO } from '../ranges.ts';
import type { Reading } from '../reading.ts';
import { isPerson, namedSources, topicBefore, topicOf } from '../topic.ts';
import { useTool } from '../tool-use.ts';

const MAIL = cue(MAIL_WORDS, 0.35);
const SUMMARY = cue(SUMMARY_WORDS, 0.3);

/** Something is wanted of the owner. */
const ASKED = [
  cue(
    'requires? (?:\\w+ )?(?:action|attention|decision|input|approval)|action (?:required|needed)|on my part|needs? (?:my|an?) (?:attention|decision|input|approval|action)',
    0.6,
  ),
  cue(
    '(?:have|been|was|am|were|are)(?: i| we)? (?:\\w+ )?(?:asked|told|requested|expected|required|supposed) to',
    0.65,
  ),
  cue('(?:do|did|what) (?:i|we) owe', 0.6),
  cue('by whom|by when', 0.25),
  cue(
    '(?:upcoming|coming|approaching|next|nearest|open) deadlines?|deadlines?(?: \\w+){0,2} (?:coming up|ahead|upcoming|approaching|due|soon|near|are there)|what(?: else)? (?:is|are|comes|falls) due|what(?: else| still)? (?:has|have|needs?|must|is|are)(?: still)? (?:to )?(?:be |get )?(?:done|finished|delivered|sent|handed in)',
    0.6,
  ),
  cue(
    '(?:tasks?|deadlines?|requests?|to ?dos|actions?|obligations|duties|assignments|commitments)(?: \\w+){0,2} (?:do|have|did) (?:i|we)',
    0.65,
  ),
  cue(
    '(?:ask|want|need|expect|request|requir|demand)(?:e?[sd]|ing|e)?(?: \\w+){0,3} (?:of|from|by|for|to) (?:me|us)',
    0.75,
  ),
  cue(
    '(?:ask(?:s|ed|ing)?|want(?:s|ed|ing)?|need(?:s|ed|ing)?|expect(?:s|ed|ing)?|request(?:s|ed|ing)?|told) (?:of )?me\\b(?: to)?(?! (?:the|what|about|when|where|who|how|which))',
    0.6,
  ),
  cue('(?:expected|required|requested|wanted|needed|asked|demanded) (?:of|from|by) (?:me|us)', 0.75),
  cue(
    '(?:must|should|shall|do|need|needs|have|got|supposed|am) (?:i|we|me)?(?: \\w+)? ?(?:to )?(?:do|deliver|finish|complete|take care of|act on|deal with|work on|handle|get done)\\b',
    0.45,
  ),
  cue(
    '(?:i|we) (?:\\w+ )?(?:have|need|ought|am supposed|am expected) to (?:do|deliver|finish|complete|act|take care|deal|work|handle|send|get)',
    0.5,
  ),
  cue('(?:i|we) (?:must|should|owe)\\b', 0.35),
  cue(
    'to ?dos?|to do list|action (?:items?|points?)|open (?:items|points|tasks|asks)|homework|on my (?:plate|desk|side|end|part)|my (?:tasks|duties|obligations|commitments|deadlines|assignments|action items)|assigned to me|(?:tasks|requests|asks|deadlines|jobs|actions|favou?rs)(?: \\w+){0,3} (?:for|to|of|on|from) (?:me|my|people|others|colleagues)|asks? (?:for|of) me',
    0.6,
  ),
  cue('(?:requests?|tasks?|deadlines?|actions?|asks|obligations)', 0.25),
];

/** Somebody waits for the owner's answer. */
const WAITING = [
  cue(
    '(?:wait(?:s|ing)?|awaiting) (?:\\w+ ){0,3}?(?:for|on) (?:me|my|an? (?:answer|reply|response)|answers?|repl(?:y|ies)|responses?|us|our|something from me)',
    0.8,
  ),
  cue(
    '(?:wait(?:s|ing)?|awaiting|await)\\b(?: \\w+){0,4} (?:answer|reply|response|repl(?:y|ies)|answers|responses|me)',
    0.7,
  ),
  cue(
    'who (?:is|are|was)(?: still)? waiting|waiting on me|keep(?:ing)? (?:people|anyone|anybody|someone)? ?waiting|left (?:hanging|waiting|unanswered|without)',
    0.7,
  ),
  cue(
    '(?:not|never|yet to|still have to|forgot(?:ten)? to|failed to|still need to|need to|should|must|have to|who do|who should|who must|whom do|whom should)(?: \\w+){0,4} (?:answer(?:ed)?|repl(?:y|ied)|respond(?:ed)?|write back|written back|get back|got back|gotten back)',
    0.7,
  ),
  cue(
    '(?:answers?|repl(?:y|ies)|responses?)(?: \\w+){0,4} (?:waiting|awaiting|expecting|missing|owed|outstanding|due)|(?:expecting|missing|lacking)(?: \\w+){0,4} (?:answers?|repl(?:y|ies)|responses?)',
    0.7,
  ),
  cue(
    '(?:got|get|gets|received?|with|had|found|getting) no (?:answer|reply|response)|(?:nobody|no one|none)(?: \\w+){0,3} (?:answered|replied|responded|reacted)',
    0.7,
  ),
  cue(
    'questions?(?: \\w+){0,5} (?:open|unanswered|pending|unresolved)|(?:open|unanswered|pending|unresolved) questions? (?:to|for|from|of|by) (?:me|others|people)',
    0.6,
  ),
  cue('(?:who|whom|people|anyone|anybody|someone)(?: \\w+){0,6} (?:chase|nudge|prod|poke|remind|follow up|hurry)', 0.7),
  cue(
    '(?:am|are|been) (?:i|we)?(?: \\w+)? ?waiting|(?:i|we) (?:am|are|have been)(?: \\w+)? waiting|(?:come|came|got|gotten|get|gets|write|wrote|written|hear|heard) back (?:to|from) (?:me|us|\\w+)',
    0.7,
  ),
  cue(
    '(?:forget|forgot|forgotten|lacks?|lacking|miss(?:ed)?|behind)(?: \\w+){0,4} (?:answer(?:ing)?|reply(?:ing)?|respond(?:ing)?|answers|replies|responses?)|not(?: \\w+){0,3} (?:react(?:ed)?|dealt with|attended to|come back)|ball(?: \\w+){0,3} (?:my|our) court|stuck|(?:gone|went|fell|stays?|stayed) (?:quiet|silent)|outstanding (?:from|with|by)|(?:end|ends|ended|ending|stop|stops) (?:with|in|on) (?:an?|the) (?:open )?(?:question|request)|(?:questions?|requests?|asks?) (?:of mine|i (?:asked|sent|made|put|wrote))|my (?:own )?(?:questions|requests|asks)',
    0.6,
  ),
  cue(
    'unanswered|unreplied|without (?:an? |my |any )?(?:answer|reply|response)|open (?:replies|answers)|pending (?:replies|answers|responses|messages|mails|emails)|outstanding (?:replies|answers|responses)|(?:owe|owes|owing)(?: \\w+){0,3} (?:answer|reply|response|email|mail|answers|replies|responses)|need(?:s|ing)? (?:an? |my |to be )?(?:answer|reply|response|answered|replied|repl(?:y|ies))|(?:answer|reply|response)s? (?:from|by) me|(?:ghost|ignor)(?:ed|ing)|get back to|(?:replies|answers|responses) (?:i|we) (?:owe|missed|forgot)|hear(?:ing|d)? (?:back )?from me',
    0.7,
  ),
  cue(
    '(?:heard|hear|had|got|received) (?:nothing|no word|no sign|no answer|no reply)(?: \\w+){0,3} from (?:me|us)',
    0.7,
  ),
];

const NEWS = [
  cue(
    `(?:${SUMMARY_WORDS}) (?:what|everything|anything|all)(?: \\w+){0,4} (?:wrote|said|sent|written|mailed|emailed|asked|discussed)`,
    0.65,
  ),
  cue('what (?:did|have|has|had) (?:i|we) miss(?:ed)?|did (?:i|we) miss(?: anything| something)?', 0.7),
  cue('(?:any|some|what is the) (?:news|word|update|message|mail)s? (?:from|by)', 0.7),
  cue(
    '(?:has|have|did)(?: \\w+){1,3} (?:replied|reply|answered|answer|responded|respond|written|written back|write back|written to me|got back|been in touch)$',
    0.6,
  ),
  cue('(?:what|anything|which mails?|which messages) (?:\\w+ )?(?:came|come|arrived|landed)(?: \\w+)? ?in?', 0.6),
  cue(
    '(?:what is (?:new|going on|happening)|what (?:has |have )?happened|any(?:thing)? (?:news|new|important|urgent)|(?:bring|get) me (?:up to|up)|catch(?:ing)? up)',
    0.45,
  ),
  cue(
    '(?:read|check|scan|skim|look (?:through|at|over)|sort|review|process|show|list|tell me about)(?: \\w+){0,4} (?:' +
      MAIL_WORDS +
      ')',
    0.4,
  ),
  cue(
    '(?:who|what)(?: \\w+){0,3} (?:wrote|written|write|writes|mailed|emailed|messaged|sent|contacted)(?: to)? (?:me|us)',
    0.6,
  ),
];

/** What speaks for a search or another kind instead. */
const AGAINST = [
  cue(
    '(?:write|draft|prepare|create|compose|produce|generate|put together)(?: \\w+){0,3} (?:report|memo|briefing)|status report|progress report',
    0.75,
  ),
  cue('(?:documents?|files?|notes|pdfs?|spreadsheets?|csv|tables?|rows?|columns?)', 0.35),
  cue(
    '(?:from|in|of|out of) (?:the|our|my|these|those|all)(?: \\w+)? (?:minutes|notes|documents?|files?|reports?|folder)',
    0.5,
  ),
  cue('free (?:time|slots?)|slots?|calendar|availab\\w+|meet(?: with)?|DURATION', 0.4),
  cue('how (?:much|many)|average|total|sum of|per (?:month|week|year|day)', 0.4),
];

export const summariseMail: GoalMethod = {
  kind: 'summarise-mail',

  score(reading, context) {
    const { plain, head, question } = reading;
    const { inventory } = context;
    const named = namedSources(reading, context, ['mail', 'mailbox']).length > 0 ? 0.5 : 0;
    const mail = evidence(plain, [MAIL]);
    const waiting = evidence(plain, WAITING);
    const asked = evidence(plain, ASKED);
    const summary = evidence(plain, [SUMMARY]);
    const pair = (mail > 0 || named > 0) && summary > 0 ? 0.75 : 0;
    const people = peopleIn(reading, context);
    const general = mail > 0 && isWithoutSubject(reading, people) ? 0.55 : 0;
    const dealings = inventory.messages > 0 && isCorrespondence(reading, context, people) ? 0.7 : 0;
    const alone =
      /^(?:(?:summary|summaris\w+|overview|recap|digest)(?: of)? )?(?:(?:my|the|all|this|that|these|new|recent|unread) )*(?:mails?|e ?mails?|inbox|mail ?box|messages)(?: summary| overview| recap| digest)?(?: please)?$/.test(
        head,
      )
        ? 0.6
        : 0;
    const person =
      /\b(?:from|by|with)\b/.test(plain) && summary > 0 && inventory.messages > 0 && context.language.people.length > 0
        ? 0.3
        : 0;
    const news = evidence(plain, NEWS);
    const lookUp =
      question &&
      asked < 0.5 &&
      waiting < 0.5 &&
      /^(?:when|where|what time|how|why|which)\b|^(?:who|what) (?:is|was|are|were|did) (?!(?:waiting|still|asked|expected|i|wanted|required|new|in)\b)/.test(
        head,
      )
        ? 0.3
        : 0;
    const supports = inventory.messages > 0 ? 1 : mail > 0 ? 1 : 0.4;
    const forIt = either(mail, general, dealings, named, summary * 0.6, pair, alone, person, news, asked, waiting);
    return (
      forIt *
      supports *
      (1 - evidence(plain, AGAINST) * (waiting > 0.6 ? 0.4 : 1)) *
      (1 - (general > 0 || dealings > 0 ? 0 : lookUp))
    );
  },

  parameters(reading, context) {
    const parts = partsWanted(reading);
    const due = dueRange(reading, context, parts.list);
    const between = due === null ? goalDates(reading, context.today.iso, 'past', 14).between : null;
    const people = peopleIn(reading, context);
    const found =
      topicOf(
        reading,
        /\b(?:mails?|e-?mails?|messages|threads?|discussions?|conversations?|correspondence)\s+on\s+/gi,
      ) || topicBefore(reading, people);
    const topic =
      isPerson(found, people) ||
      new RegExp(String.raw`^(?:me|it|what|who|whom|how|why|${MAIL_WORDS})\b`, 'i').test(found)
        ? ''
        : found;
    const mailboxes = namedSources(reading, context, ['mail', 'mailbox']);
    const options = sourceOptions(context, ['mail', 'mailbox']);
    return [
      parameter('between', 'Sent between', 'date-range', rangeValue(between), between === null ? 'default' : 'goal'),
      parameter('people', 'Only with', 'people', peopleValue(people), people.length > 0 ? 'goal' : 'default'),
      parameter('topic', 'About', 'text', topic, topic === '' ? 'default' : 'goal'),
      parameter('parts', 'What to tell', 'choices', parts.list, parts.named ? 'goal' : 'default', PARTS),
      parameter('due', 'Asked for by', 'date-range', rangeValue(due), due === null ? 'default' : 'goal'),
      parameter('mailboxes', 'Mailboxes', 'choices', mailboxes, mailboxes.length > 0 ? 'goal' : 'default', options),
    ];
  },

  restate(parameters) {
    const parts = valueOf<string[]>(parameters, 'parts');
    const people = valueOf<Person[]>(parameters, 'people');
    const topic = valueOf<string>(parameters, 'topic');
    const mail = `${mailWords(parameters)}${people.length > 0 ? ` with ${people.map(nameOf).join(' and ')}` : ''}`;
    const subject = topic === '' ? '' : ` about ${topic}`;
    const when = timeWords(valueOf<DateRange | null>(parameters, 'between'));
    const due = valueOf<DateRange | null>(parameters, 'due');
    const asks = parts.includes('asks') ? `what is asked of me${due === null ? '' : `, due${timeWords(due)},`}` : '';
    const waiting = parts.includes('waiting') ? 'who waits for my answer' : '';
    const awaited = parts.includes('awaited') ? 'whose answer I wait for' : '';
    const told = [asks, waiting, awaited].filter((part) => part !== '');
    if (parts.includes('threads'))
      return `Summarise ${mail}${subject}${when}${told.length > 0 ? `: ${['by thread', ...told].join(', ')}` : ''}.`;
    return `Tell me ${told.join(' and ') || 'what is new'} in ${mail}${subject}${when}.`;
  },

  missing({ inventory }) {
    return inventory.messages > 0 ? null : 'There is no mailbox in your files; add one (.mbox or .eml).';
  },

  network({ parameters }, context) {
    const parts = valueOf<string[]>(parameters, 'parts');
    return {
      sequence: [
        useTool({
          tool: 'read-threads',
          title: readTitle(parameters, context),
          args: Object.fromEntries(
            ['between', 'people', 'topic', 'mailboxes'].map((name) => [name, valueOf(parameters, name)]),
          ),
          produces: ['threads'],
          consumes: [],
        }),
        {
          task: 'study-threads',
          input: { parts, due: valueOf(parameters, 'due'), people: valueOf(parameters, 'people') },
        },
        useTool({
          tool: 'compose-mail-summary',
          title: 'Write the summary with its sources',
          args: { parts },
          produces: ['answer'],
          consumes: ['threads', ...toolsFor(parts).map(([, , artifact]) => artifact)],
        }),
      ],
    };
  },

  subtasks: {
    'study-threads': [
      {
        name: 'each-wanted-part',
        applies: () => true,
        subtasks: (_, { input }): Network => ({
          together: toolsFor((input as Study).parts).map(([part, tool, artifact, title]) =>
            useTool({
              tool,
              title,
              args: part === 'asks' ? { due: (input as Study).due, people: (input as Study).people } : {},
              produces: [artifact],
              consumes: ['threads'],
            }),
          ),
        }),
      },
    ],
  },
};

interface Study {
  readonly parts: readonly string[];
  readonly due: Json;
  readonly people: Json;
}

const PARTS = [
  { value: 'threads', label: 'Each thread in short' },
  { value: 'asks', label: 'What is asked of me' },
  { value: 'waiting', label: 'Who waits for my answer' },
  { value: 'awaited', label: 'Whose answer I wait for' },
];

const PART_TOOLS = [
  ['threads', 'summarise-threads', 'thread-summaries', 'Pick the key sentences of each thread'],
  ['asks', 'find-asks', 'asks', 'Find what is asked of you, by whom and by when'],
  ['waiting', 'find-waiting', 'waiting', 'Find who waits for your answer'],
  ['awaited', 'find-waiting', 'waiting', 'Find whose answer you wait for'],
] as const;

/** The tools of the wanted parts, each once. */
function toolsFor(parts: readonly string[]): (typeof PART_TOOLS)[number][] {
  const wanted = PART_TOOLS.filter(([part]) => parts.includes(part));
  return wanted.filter(([, tool], at) => wanted.findIndex((other) => other[1] === tool) === at);
}

/** Going through the mail is how, not what for: "go through my mail and tell me who waits". */
const MEANS = new RegExp(
  String.raw`\b(?:go|look|read|scan|skim|search|sift|comb|check|walk(?: me)?|sort|review|process)(?: \w+){0,4} (?:${MAIL_WORDS})\b`,
);

/** "Who …", "which people …": of mail, who waits is meant, unless who wrote. */
const ASKS_FOR_PEOPLE =
  /^(?:(?:tell|show) me |find out |list )?(?:who|whom|with whom|to whom|which (?:people|persons|colleagues|senders|contacts)|(?:is|are|does|do|has|have)(?: there)? (?:any|some)(?:one|body))\b/;
const WROTE = /\b(?:wr[oi]te|wrote|written|sent|mailed|emailed|messaged|contacted|said|says)\b/;

function partsWanted({ plain, head }: Reading): { list: string[]; named: boolean } {
  const ends = plain.replace(MEANS, ' ');
  const summary =
    evidence(ends, [SUMMARY, cue('by thread|per thread|each thread|threads|discussions?', 0.5)]) > 0 ||
    evidence(ends, NEWS) > 0.44;
  const waiting = evidence(plain, WAITING) >= 0.5;
  const withoutWaiting = plain.replace(
    /\b(?:need|have|should|must|still|ought|do|who)(?: \w+){0,4} (?:answer\w*|repl\w+|respond\w*|get back|write back)\b/g,
    '',
  );
  const asked = evidence(waiting ? withoutWaiting : plain, ASKED) >= 0.5;
  const list = [...(asked ? ['asks'] : []), ...(waiting ? waitingParts(plain) : [])];
  if (list.length === 0 && ASKS_FOR_PEOPLE.test(head) && !WROTE.test(plain)) return { list: ['waiting'], named: true };
  if (list.length === 0) return { list: PARTS.map((part) => part.value), named: false };
  return {
    list: summary && /\b(?:and|also|plus|including|with)\b|,/.test(plain) ? ['threads', ...list] : list,
    named: true,
  };
}

/** "Whose replies am I waiting for?", "who has not answered me". */
const OWNER_WAITS =
  /\b(?:am|are)(?: still)? (?:i|we)(?! keeping)(?: \w+){0,2} (?:waiting|expecting)|\bwhose (?:answers?|repl(?:y|ies)|responses?) (?:is|are)\b|\b(?:i|we)(?: still)? (?:am|are|have been)(?: \w+){0,2} (?:waiting|expecting)|\b(?:answered|replied to|responded to|answered to|(?:got|gotten|come|came|get|write|wrote|written) back to|owes?) (?:me|us|my|our)\b|\b(?:i|we) (?:wait|await|expect)\b|\bi (?:wrote|asked|sent|mailed|emailed)\b|\bhave i not (?:heard|received|got)|\bi (?:have not|did not|never) (?:hear|heard|receive|received|get|got)\b|\b(?:i|we) (?:have|had|got|received) no (?:answer|reply|response)\b|\bof my (?:own )?(?:mails?|e ?mails?|messages)\b|\bmy (?:own )?(?:questions?|requests?|asks)\b|\b(?:chase|nudge|prod|poke|remind|hurry|follow up)\b|\bnobody (?:\w+ )?(?:answered|replied)\b/;
/** "Who waits for me?", "which mails have I not answered?". */
const OTHERS_WAIT =
  /\bwait(?:s|ing)?(?: \w+){0,3} (?:for|on) (?:me|us|my|our)\b|\b(?:from|by) (?:me|us)\b|\b(?:i|we) (?:still )?(?:owe|have not|did not|never|must|should|have to|need to|forgot|need|yet)\b|\b(?:have|did|do|should|must) (?:i|we)(?: \w+)? (?:not|never|still|have to|need to|owe|yet|forget|forgotten|answer|reply)\b|\bmy (?:answer|reply|response)\b|\b(?:answer|reply|response|word) of mine\b|\bkeep(?:ing)?\b.*\bwaiting\b/;

/** "I should nudge": whoever is to be nudged has not answered. */
const CHASE = /\b(?:i|we) (?:must|should|have to|need to) (?:chase|nudge|prod|poke|remind|hurry|follow up)\b/g;

/** Who waits for whom, as far as the goal says. */
function waitingParts(plain: string): string[] {
  const [owner, others] = [OWNER_WAITS.test(plain), OTHERS_WAIT.test(plain.replace(CHASE, ''))];
  if (owner === others) return ['waiting', 'awaited'];
  return [owner ? 'awaited' : 'waiting'];
}

/** When only asks are wanted and the time named lies ahead, it is when they are due, not when they were sent. */
function dueRange(reading: Reading, context: GoalContext, parts: readonly string[]): DateRange | null {
  if (!parts.includes('asks') || parts.includes('threads')) return null;
  const today = context.today.iso;
  const { between } = goalDates(reading, today, 'future', 14);
  if (between === null || between.to < today) return null;
  const past = /\b(?:did|was|were|sent|written|received|wrote|came|since|asked|requested)\b/.test(reading.plain);
  if (past && !/\b(?:by|until|before|due) (?:the )?DATE\b/.test(reading.plain)) return null;
  const about = /\b(?:due|deadlines?|by|until|before|do|deliver|finish|complete|done|for DATE|expect\w*)\b/.test(
    reading.plain,
  );
  return between.to > today && (about || between.from > today) ? between : null;
}

function mailWords(parameters: readonly Parameter[]): string {
  const chosen = valueOf<string[]>(parameters, 'mailboxes');
  const options = parameters.find((each) => each.name === 'mailboxes')?.options ?? [];
  const paths = options.filter((option) => chosen.includes(option.value)).map((option) => option.label);
  return paths.length > 0 ? `the mail in ${paths.join(' and ')}` : 'my mail';
}

function readTitle(parameters: readonly Parameter[], { inventory }: GoalContext): string {
  const chosen = valueOf<string[]>(parameters, 'mailboxes');
  const boxes = inventory.sources.filter(({ kind }) => kind === 'mail' || kind === 'mailbox');
  const read = chosen.length > 0 ? boxes.filter(({ id }) => chosen.includes(id)) : boxes;
  const where =
    read.length === 1 ? ` in ${read[0]?.path ?? ''}` : read.length > 1 ? ` in ${String(read.length)} files` : '';
  const count =
    chosen.length === 0 || chosen.length === boxes.length ? `${String(inventory.messages)} messages` : 'the messages';
  return `Read ${count}${where} and put them into threads`;
}

/** " from Mon 23 to Fri 27 Nov 2026", " until Fri 27 Nov 2026". */
export function timeWords(range: DateRange | null): string {
  if (range === null) return '';
  if (range.from === LONG_AGO) return ` until ${shownRange({ from: range.to, to: range.to })}`;
  return range.from === range.to
    ? ` on ${shownRange(range)}`
    : ` from ${shownRange(range)}`.replace(/from (\w{3} \d{4})$/, 'in $1');
}

export function nameOf({ name, address }: Person): string {
  return name === '' ? address : name;
}
