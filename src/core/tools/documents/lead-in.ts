import { splitSentences } from '../../text/sentences.ts';
import { STOP_WORDS, wordsOf, type Word } from '../../text/words.ts';

/**
 * The question itself, without what people say around it: politeness, where to look, and that an answer is wanted.
 * "Search my files: who …", "According to my notes, when …", "Could you tell me where …, please?"
 */
export function bareQuestion(text: string): string {
  let rest = text.trim();
  if (rest.length > CHARS_MAX) return rest;
  for (let before = '', rounds = 0; before !== rest && rounds < ROUNDS_MAX; rounds++) {
    before = rest;
    for (const pattern of OPENINGS) rest = shortened(rest, rest.replace(pattern, ''));
    rest = shortened(rest, sentenceThatAsks(rest));
    rest = shortened(rest, withoutSegment(rest));
    rest = shortened(rest, withoutTalkBefore(rest));
    rest = shortened(rest, withoutTalkAfter(rest));
    for (const pattern of ENDINGS) rest = shortened(rest, rest.replace(pattern, '$1'));
    rest = shortened(rest, rest.replace(QUOTED_WHOLE, '$1'));
  }
  return rest;
}

/** Longer texts are no lead-in and a question, and would take long to take apart. */
const CHARS_MAX = 300;
const ROUNDS_MAX = 8;

const FILES = String.raw`(?:files?|documents?|docs?|notes?|papers?|mails?|e-?mails?|emails?|messages?|inbox|mailbox|letters?|folders?|records?|texts?|data|material|archive|vault|manuals?|correspondence|stuff|calendars?|tables?|spreadsheets?|everything(?: i have)?|anywhere)`;
const MINE = String.raw`(?:(?:all|any|some)(?: of)? )?(?:(?:my|the|these|those|our|this)(?: own)? )?`;
const PLACES = String.raw`${MINE}${FILES}(?:(?:,| and| or|, and) ${MINE}${FILES})*(?: (?:i have|here|above|given|provided|i gave you|of mine))?`;
const WHERE = String.raw`(?:in|from|through|within|among|across|over|according to|based on|using|with|per|out of|going by|judging by)`;
const SAYS = String.raw`(?:say|says|tell|tells|state|states|mention|mentions|reveal|reveals|know|have|give|show|shows)`;

const OPENINGS: readonly RegExp[] = [
  /^(?:[\s,;:.!–—-]+|(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening)|windhover|ok|okay|so|well|now|and|also|then|just|quick(?:ly)?|one|a|my)(?: there| all)?[,!:]\s*|(?:please|kindly)\b,?\s*)/i,
  /^(?:quick|one|another|a|my) (?:quick |short )?question\s*[:,–—-]?\s*/i,
  /^(?:(?:can|could|would|will) (?:you|u)|would you mind|are you able to|do you happen to)(?: please| kindly| maybe| perhaps)?\s+(?=(?:tell|telling|find|finding|look|looking|check|checking|search|searching|say|see|help|answer|give|know|remind|work|read|please|dig)\b)/i,
  /^(?:i(?:'d| would)? (?:just )?(?:like|want|need|have|wish|am trying|wonder|was wondering)|i'm (?:wondering|trying|looking)|let me|help me(?: to)?|i must|i should)\b(?: (?:to|for|if you (?:could|can)))?\s*(?:(?:know|find out|learn|ask|look up|see|find|check|figure out|tell me|understand)\b)?[\s,:]*/i,
  /^(?:do|does) (?:you|anyone|anybody) (?:happen to )?know\b[\s,:]*/i,
  /^(?:tell|telling|remind|show|inform|give) (?:me|us)(?: please| again| quickly)?\b[\s,:]*(?:about (?=(?:who|what|when|where|why|how|which|whose)\b))?/i,
  /^(?:find|finding)(?: out)?(?: for me| me)?[\s,:]+(?=(?:in|from|out|who|what|when|where|why|how|which|whose|whom|if|whether|at|by|on|until|please|the answer)\b)/i,
  /^(?:(?:find|give|get|look up) (?:me )?)?the answer (?:to|for)(?: (?:this|the|my|the following)(?: question)?)?\s*[:,–—-]?\s*/i,
  /^(?:answer|say|check|look up|see|work out|figure out|know|determine|establish|dig out|read up)(?: me| this| the following| the question| for me)?[\s,:–—-]+(?=(?:in|from|out|who|what|when|where|why|how|which|whose|whom|if|whether|at|by|on|until|please|with|according|based|using|my)\b)/i,
  new RegExp(
    String.raw`^(?:(?:search|scan|go|look|looking|check|read|consult|dig|browse|comb|have a look|take a look|query|use)(?: please| up)?(?: (?:in|into|at|through|over|inside))? ${PLACES})(?: please)?(?: (?:and|to|for|then))?[\s,:;.–—-]*`,
    'i',
  ),
  new RegExp(String.raw`^(?:(?:please )?answer )?${WHERE} ${PLACES}\s*[,:;–—-]*\s*`, 'i'),
  new RegExp(
    String.raw`^what (?:do|does|can|did) ${PLACES} ${SAYS}(?: (?:me|us))?(?: about(?= (?:who|what|when|where|why|how|which|whose))|(?=\s*[:,–—-]))\s*[:,–—-]*\s*`,
    'i',
  ),
  new RegExp(
    String.raw`^(?:do|does) ${PLACES} ${SAYS}(?: (?:me|us|anything about|something about))?[\s,:–—-]+(?=(?:who|what|when|where|why|how|which|whose|whom|if|whether|at|by|on|until)\b)`,
    'i',
  ),
  new RegExp(
    String.raw`^(?:is|are) there (?:anything|something|a note|a line|any mention|a mention|any word) ${WHERE} ${PLACES} (?:about|on|of|that says)[\s,:–—-]+`,
    'i',
  ),
];

const ENDINGS: readonly RegExp[] = [
  /(?:,|\s)\s*(?:please|thanks|thank you|thanks a lot|cheers|do you know|can you tell me|if i may ask|again|i wonder)\s*([?.!]*)$/i,
  new RegExp(
    String.raw`[,\s]\s*(?:${WHERE}|as (?:stated|written|said) in) ${MINE}(?:files?|documents?|docs|notes|papers|e?-?mails?|messages|inbox|mailbox|records|archive)(?: (?:say|say so))?\s*([?.!]*)$`,
    'i',
  ),
];
const QUOTED_WHOLE = /^["“']([^"“”]+)["”']\s*[?.!]?$/;

/** "For the file: who …", "My question – when …": what stands before the mark asks nothing itself. */
function withoutSegment(text: string): string {
  const parts = /^([^:–—?]{2,60})(?::| [–—-])\s+(.+)$/s.exec(text);
  const [, head, tail] = parts ?? [];
  if (head === undefined || tail === undefined) return text;
  return ASKS.test(tail) && !ASKS.test(head) && LOOKS.test(head) ? tail : text;
}

const ASKS =
  /^(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|can|may|must|should|has|have|will|(?:at|by|on|in|to|from|for|until|since|with|under|of) (?:what|which|whom|when|how|where))\b/i;
const LOOKS = new RegExp(String.raw`\b(?:${FILES}|question|answer|search|look|check|find|tell|know|help)\b`, 'i');

/** "Who has the key? It should be in my notes.": the sentence that asks, when the others only say where to look. */
function sentenceThatAsks(text: string): string {
  const sentences = splitSentences(text).map((sentence) => sentence.text);
  if (sentences.length < 2) return text;
  const telling = sentences.filter((sentence) => !isTalk(wordsOf(sentence)));
  return telling.length > 0 && telling.length < sentences.length ? telling.join(' ') : text;
}

/** "I forgot what my notes say about who has the key": from the last word of asking that only talk stands before. */
function withoutTalkBefore(text: string): string {
  const words = wordsOf(text);
  const at = words.findLastIndex(
    ({ lower }, i) => i > 0 && INTERROGATIVE.test(lower) && isTalk(words.slice(0, i)) && i < words.length - 1,
  );
  const before = words[at - 1];
  const opening = /^(?:at|by|on|in|to|from|for|until|since|with|under|into|of|till)$/;
  const from = before !== undefined && at > 1 && opening.test(before.lower) ? before : words[at];
  return from === undefined ? text : text.slice(from.start);
}

/** "Who has the key, as far as my notes go?": without a last part that only talks. */
function withoutTalkAfter(text: string): string {
  for (const mark of [...text.matchAll(/\s[–—-]\s|[,;:?!.](?=\s)|["”]/g)].reverse()) {
    const tail = wordsOf(text.slice(mark.index));
    const head = text.slice(0, mark.index);
    if (tail.length > 0 && isTalk(tail) && !isTalk(wordsOf(head))) return `${head.replace(/^["“]/, '')}?`;
  }
  return text;
}

/** Whether words only say that something is asked, and where to look for it. */
function isTalk(words: readonly Word[]): boolean {
  return (
    words.some(({ lower }) => TALK.has(lower)) && words.every(({ lower }) => STOP_WORDS.has(lower) || TALK.has(lower))
  );
}

const INTERROGATIVE = /^(?:who|whom|whose|what|when|where|why|how|which)$/;
const TALK: ReadonlySet<string> = new Set(
  `ask asked asking question questions answer answers answered answering reply respond tell tells telling told say says
  said saying state states stated mention mentions mentioned find finds finding found look looks looking looked search
  searches searching searched check checks checking checked read reads reading see sees know knows known knowing need
  needs want wants like wish wonder wondering wonders curious interested remember remembers recall forgot forget forgotten
  remind sure unsure certain idea clue hint help helps please kindly quick quickly short brief briefly simple simply
  file files folder folders document documents documentation doc docs note notes paper papers mail mails email emails
  message messages letter letters inbox mailbox record records text texts data material materials archive archives vault
  source sources collection information info content contents calendar calendars correspondence stuff things everything
  anything something anywhere somewhere nowhere page pages passage passages place places sentence line write writes
  written wrote go going goes gone back through use using used base based basis given giving gives provided provide
  provides according accordance per consult consulting consulted scan dig browse comb examine review query hand own
  available stored saved kept collected uploaded imported added loaded dropped local device exactly precisely anyone
  anybody someone somebody one happen happens possible possibly maybe perhaps contain contains contained include reveal
  reveals show shows showing shown explain work out figure learn understand get fetch give search let me try just only
  thanks thank hi hello hey dear today now again really actually well ok okay right far concerned following next here
  listed appear appears appeared stand stands stood mean means able time moment minute second urgent urgently think
  believe suppose guess guessing memory verify confirm quote cite cited evidence proof support supported rely relying
  trust judging solely purely entirely strictly main old new various different many several all whole`.split(/\s+/),
);

/** The shorter text unless hardly anything would be left of the question. */
function shortened(before: string, after: string): string {
  const trimmed = after.trim();
  return /[\p{L}\p{N}]+\s+\S*[\p{L}\p{N}]/u.test(trimmed) ? trimmed : before;
}
