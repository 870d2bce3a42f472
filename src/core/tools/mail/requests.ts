/** What a sentence wants of whom it speaks to. */
export type RequestKind = 'request' | 'question';

const VERBS =
  'accept|acknowledge|add|advise|agree|answer|apply|approve|arrange|ask|assign|attend|authorise|authorize|book|bring|buy|call|cancel|chase|check|choose|circulate|clarify|collect|come|comment|compare|compile|complete|confirm|consider|contact|coordinate|copy|correct|create|cross-check|decide|delete|deliver|discuss|draft|drop|edit|email|e-mail|ensure|estimate|explain|fetch|file|fill|finalise|finalize|find|finish|fix|forward|get|give|hand|have|help|hold|include|indicate|inform|install|invite|invoice|join|keep|leave|let|list|look|mail|make|mark|measure|meet|move|name|notify|nominate|obtain|order|organise|organize|pay|phone|pick|place|plan|post|prepare|present|print|proof-?read|propose|provide|publish|put|read|recommend|reconfirm|register|reply|report|request|reschedule|reserve|resend|respond|return|review|revise|ring|RSVP|run|save|scan|schedule|select|send|set|share|ship|show|sign|sort|state|submit|suggest|supply|take|talk|tell|test|transfer|translate|try|turn|update|upload|use|verify|vote|wait|weigh|write';

const REQUESTS: readonly RegExp[] = [
  /\b(?:could|can|would|will) you\b(?! believe| imagine| like it or not)/i,
  /\b(?:could|can|would|will) (?:one|some|any)(?:body|one)?(?: of you| from your side| else)?\b/i,
  new RegExp(
    `\\bplease,?\\s+(?:also |just |kindly |do |then |again |still )?(?:don'?t |do not |not )?(?:${VERBS})\\b`,
    'i',
  ),
  new RegExp(`\\bkindly (?:${VERBS})\\b`, 'i'),
  /\b(?:let|keep) (?:me|us) (?:know|informed|posted|have)\b/i,
  /\b(?:i|we)(?:'d| would| will|'ll)? (?:also |still |really |urgently )?(?:need|require|want) you(?: all| both)? to\b/i,
  /\b(?:i|we)(?:'d| would| will|'ll)? (?:also |still |really |urgently )?(?:need|require|expect)\b(?! to\b).{0,80}\b(?:from you|your|by|before|until)\b/i,
  /\b(?:i|we)(?:'d| would) (?:really |also )?(?:appreciate|be (?:very |most )?(?:grateful|glad|happy|thankful|obliged)|be pleased)\b.{0,60}\b(?:if you|your)\b/i,
  /\bit would (?:be (?:\w+ )?(?:great|good|nice|helpful|useful|kind|lovely|wonderful|best|important)|help)\b.{0,30}\b(?:if you|to (?:have|get|know) your)\b/i,
  /\b(?:would be|is) (?:great|good|nice|helpful|appreciated)\b.{0,20}\bif you\b/i,
  /\b(?:i|we)(?:'d| would) (?:like|love) (?:you to|to ask you|your)\b/i,
  /\b(?:may|might|can|could) (?:i|we) (?:ask|have|get|count on|rely on|request)\b.{0,60}\byou/i,
  /\byou(?:'ll| will)? (?:need|have|ought|are (?:asked|requested|kindly asked|invited|supposed)) to\b/i,
  /\b(?:don'?t|do not) forget\b/i,
  new RegExp(`^(?:and |also,? |just |so )?remember to (?:${VERBS})\\b`, 'i'),
  /\b(?:make|be) sure (?:to|that|you|the|it)\b/i,
  /\b(?:still )?(?:waiting|wait) (?:for|on) (?:your|you|an? (?:answer|reply|response|decision) from you)\b/i,
  /\b(?:i am|i'm|we are|we're)? ?awaiting your\b/i,
  /\byour (?:\w+ ){0,4}(?:is|are|was) (?:still )?(?:needed|required|due|overdue|outstanding|missing|requested|pending|awaited|expected)\b/i,
  /\b(?:has|have|is|needs?|still needs?) to be (?:signed|approved|confirmed|reviewed|checked|returned|paid|filled in|sent|decided) by you\b/i,
  /\bany chance (?:you|of|to)\b/i,
  /\b(?:wonder(?:ed|ing)?|hop(?:e|ed|ing)) (?:if |whether |that )?you (?:could|can|would|might|are able)\b/i,
  /\byour (?:\w+ ){0,3}(?:would be|is|are) (?:very |most |highly |much )?(?:welcome|appreciated|helpful)\b/i,
  /\b(?:am|'m|are|'re) (?:still )?(?:missing|lacking) your\b/i,
  /\b(?:fees?|invoices?|bills?|rent|payments?|balance|amount|sum|deposit|premium|fine|charges?|instal?ments?|dues|tax|contributions?|forms?|reports?|statements?|returns?|documents?|applications?)\b.{0,60}\b(?:(?:is|are|falls?|becomes?) (?:now )?(?:due|payable|overdue|outstanding)|(?:must|has to|have to|needs? to|should) (?:be )?(?:paid|settled|received|submitted|returned|reach us|with us))\b/i,
  /\breminder that\b.{0,80}\b(?:due|overdue|missing|outstanding|expires?|needed)\b/i,
  /\basap\b.{0,10}\bplease\b|\bplease\b.{0,80}\basap\b/i,
  /^(?:to-? ?do|action(?: item)?|task|homework)s?\b[^:]{0,30}:\s*\S/i,
  /\b(?:would|is) it (?:be )?possible\b.{0,30}\b(?:you|to)\b/i,
  /\b(?:a )?(?:quick|gentle|friendly|kind)? ?reminder\b.{0,40}\b(?:to (?:send|submit|sign|return|confirm|complete|review|pay|fill|register|book|approve)|your)\b/i,
  /\byou (?:promised|were going to|wanted to|said you(?:'d| would| will))\b/i,
];
const IMPERATIVE = new RegExp(
  `^(?:(?:and|also|then|so|just|therefore|first|second|next|finally|if possible|by the way|in the meantime|when you (?:can|have)[^,]*|as soon as you can|before then|if (?:you|that|this|it|so)[^,]{0,60},),?\\s+)?(?:do |don'?t |do not |never |always )?(?:${VERBS})\\b(?!\\s+(?:is|are|was|were|has|have|had|will|would|of|from)\\b|[-:’'])\\s*\\S`,
  'i',
);

/** Sentences that look like requests and want nothing. */
const POLITE: readonly RegExp[] = [
  /\b(?:if you (?:have|need|should have|want)|should you (?:have|need)|in case (?:of|you have)|with)\b.{0,30}\b(?:any|further|more|other)?\s*(?:questions?|help|assistance|anything|queries|doubts|concerns|problems|information)\b/i,
  /\b(?:in (?:urgent|very urgent|an? urgent) (?:cases?|matters?)|if (?:it is |it's )?urgent,? (?:please )?(?:call|contact))\b/i,
  /\b(?:feel free|don'?t hesitate|do not hesitate|at your convenience only|no need|needn'?t|no rush to answer|no reply (?:is )?(?:needed|necessary))\b/i,
  /\bplease (?:find|see|note|be (?:aware|advised|informed)|accept (?:my|our)|excuse|ignore|disregard|do not reply|don'?t reply|refer to|forgive|bear with|allow|enjoy)\b/i,
  /^(?:see you|have a (?:nice|great|good|lovely|safe)|take care|keep up|keep (?:warm|well|safe|in mind)|take your time|enjoy|let's|let us\b(?! (?:know|have))|thank|thanks|hope|look(?:ing|s)? forward|get well|give (?:my|our) (?:regards|best|love)|say hello|talk (?:to you )?(?:soon|later)|speak soon|find (?:attached|enclosed|below)|attached|never ?mind|have fun|make yourself)/i,
  /\b(?:thank you|thanks) (?:for|so much|again|a lot|very much)\b(?!.*\b(?:could|can|would|please)\b)/i,
  /^(?:how are you|how(?:'s| is) (?:it going|everything|life|the family|business)|how have you been|hope(?: that)? (?:you|all|this)|did you have a (?:good|nice|great)|are you (?:well|ok|okay)|all (?:well|good)|everything (?:ok|okay|fine|alright))\b/i,
];
const RHETORICAL: readonly RegExp[] = [
  /(?:^|[,;.–—-]\s*)(?:isn't it|aren't they|don't you think|wasn't it|right|correct me|you know|okay|eh|huh|no)\?$/i,
  /^(?:who knows|guess what|why not|so what|what can i say|what else|what a|how (?:cool|nice|great|funny|strange) is|can you believe|would you believe|did you know|remember (?:when|the|how|that)|isn't (?:it|that|this)|wasn't (?:it|that)|who would have thought|who (?:needs|cares)|what could go wrong|sound(?:s)? familiar|really|seriously|and\?|ready|see what|what's not to)\b/i,
  /^(?:any questions|questions|does (?:that|this) make sense|makes? sense)\?$/i,
];

/**
 * What a sentence asks of the reader it speaks to; null when it asks nothing, asks for show or only offers help.
 * @param sentence on one line, without greeting and call
 */
export function requestOf(sentence: string): RequestKind | null {
  const text = sentence.trim().replace(/[’‘]/g, "'");
  if (POLITE.some((pattern) => pattern.test(text)) && !strongRequest(text)) return null;
  const question = /\?["”’')\]]*$/.test(text);
  if (question && RHETORICAL.some((pattern) => pattern.test(text))) return null;
  if (REQUESTS.some((pattern) => pattern.test(text)) && !reported(text)) return 'request';
  if (IMPERATIVE.test(text)) return 'request';
  return question ? 'question' : null;
}

/** A polite formula does not unmake a request in the same sentence. */
function strongRequest(text: string): boolean {
  return /\b(?:could|can|would|will) you\b(?!.*\bif you have any)/i.test(text) && /\?/.test(text);
}

/** "She asked if you could", "I told him you will": told, not asked; "you will see" promises. */
function reported(text: string): boolean {
  return (
    /\b(?:he|she|they|i) (?:said|told|thought|heard|understood|wrote)\b.{0,40}\byou (?:could|can|would|will)\b/i.test(
      text,
    ) ||
    (/^(?:as|like|when|once|that'?s what|if only) you (?:can|will|could|would)\b/i.test(text) && !/\?/.test(text)) ||
    (/\b(?:that|which|what|where|how|as far as|whatever|all) you (?:can|could|will|would)\b/i.test(text) &&
      !/\?|please/i.test(text))
  );
}
