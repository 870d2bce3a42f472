/**
 * The question itself, without what people say around it: politeness, where to look, and that an answer is wanted.
 * "Search my files: who …", "According to my notes, when …", "Could you tell me where …, please?"
 */
export function bareQuestion(text: string): string {
  let rest = text.trim();
  for (let before = ''; before !== rest;) {
    before = rest;
    for (const pattern of OPENINGS) rest = shortened(rest, rest.replace(pattern, ''));
    rest = shortened(rest, withoutSegment(rest));
    for (const pattern of ENDINGS) rest = shortened(rest, rest.replace(pattern, '$1'));
    rest = shortened(rest, rest.replace(QUOTED_WHOLE, '$1'));
  }
  return rest;
}

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

/** The shorter text unless hardly anything would be left of the question. */
function shortened(before: string, after: string): string {
  const trimmed = after.trim();
  return /[\p{L}\p{N}]+\s+\S*[\p{L}\p{N}]/u.test(trimmed) ? trimmed : before;
}
