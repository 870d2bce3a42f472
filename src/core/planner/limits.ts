import { fold } from '../text/words.ts';
import type { GoalContext, GoalKind } from './goal.ts';
import type { Reading } from './reading.ts';

/** An act that is out of reach, why, and which kinds of goal come nearest. */
export interface Limit {
  readonly reason: string;
  readonly near: readonly GoalKind[];
}

/** No rule says anything of the goal. */
export const UNKNOWN: Limit = {
  reason: 'It did not understand what you want to know or have from your files.',
  near: [],
};

interface LimitRule extends Limit {
  /** Matched at the beginning of the goal, after the polite opening. */
  readonly acts?: string;
  /** Matched anywhere in the goal. */
  readonly anywhere?: string;
}

const READS_ONLY = 'it only reads the files you gave it, and changes nothing outside the app';

const RULES: readonly LimitRule[] = [
  {
    acts: '(?:book|reserve|rebook)\\b(?! (?:list|report|table (?:data|file)))|(?:invite|rsvp)\\b|(?:add|put)(?: \\w+){1,3} to (?:the|my|our) (?:meeting|invite|invitation|event|call)|(?:accept|decline)(?: \\w+){0,4} (?:invitation|invite|meeting|event|appointment)|(?:cancel|reschedule|postpone|move|shift)(?: \\w+){0,6} (?:meeting|call|appointment|event|lunch|session|booking|reservation|DATE)|(?:add|put|enter|create|insert|schedule|make)(?: \\w+){0,6} (?:(?:to|in|into|on) (?:my |the |our )?(?:calendar|diary|agenda)|calendar (?:event|entry)|event|appointment|reminder|invitation|reservation|booking)\\b',
    reason: `It cannot book, move or cancel anything: ${READS_ONLY}.`,
    near: ['find-free-time'],
  },
  {
    acts: '(?:send|forward|reply|respond|e ?mail|mail|message|text|write back|write to|cc|bcc|dm|ping|notify|answer)(?= \\w)(?! (?:me|us)\\b(?! the (?:report|result) to)| (?:my|the|this|a|an|these|following) (?:\\w+ )?question)(?! (?:summary|summaries|overview|digest|recap|threads?|list|status|count|traffic|from|to me|about|in|of|since|with|regarding|by|for me|DATE|and|on|between|who|that|where))|(?:write|draft|compose|prepare|schedule)(?: \\w+){0,4} (?:e ?mails?|mails?|reply|replies|letters?|messages?|response|responses|text message|cover letter)\\b',
    reason: `It cannot write or send messages: ${READS_ONLY}.`,
    near: ['summarise-mail'],
  },
  {
    acts: '(?:delete|remove|erase|archive|rename|unsubscribe|clean up|clean out|empty|tidy(?: up)?|mark|label|flag|tag|sort out|organi[sz]e|file away|move|copy|edit|change|update|correct|fix|overwrite|replace|fill in|fill out|sign|encrypt|merge|convert|upload|print|scan|zip|post|publish|share|tweet)(?= (?:my|the|this|that|these|those|all|every|our|it|an?|any|old|out|on|to|up|spam|from|me from|DATE|\\d))',
    reason: `It cannot change your files, messages or settings: ${READS_ONLY}.`,
    near: ['summarise-mail', 'answer-question'],
  },
  {
    acts: '(?:buy|order|purchase|pay|transfer|wire|donate|subscribe|sell|checkout|renew|refund)(?= \\w)(?! (?:by|per|in|from|history|list|total|amount|count|value|number|volume|data|table|ids?|dates?|status|of)\\b)',
    reason: 'It cannot buy, pay or order anything: it has no access to shops, banks or the web.',
    near: ['query-table', 'answer-question'],
  },
  {
    acts: '(?:call|phone|ring|dial|facetime|video ?call)\\b(?! (?:with|between|next|for|at|on|DATE)|s\\b)|(?:make|place)(?: \\w+){0,3} calls?\\b(?! list)|(?:start|join|record)(?: \\w+){0,3} (?:call|meeting|conference|zoom)',
    reason: 'It cannot make calls: it only reads the files you gave it.',
    near: ['find-free-time'],
  },
  {
    acts: '(?:turn|switch)(?: \\w+){0,4}(?: on| off| up| down)\\b|(?:turn|switch) (?:on|off|up|down)|(?:play|pause|stop|skip|mute|unlock|lock|dim|open|close|launch|start|restart|shut down|run)(?: \\w+){0,3} (?:music|song|playlist|album|podcast|radio|video|film|movie|light|lights|lamp|door|garage|heating|app|application|browser|computer|program|volume|timer|alarm|car|tv)|play\\b|set(?: \\w+){0,3} (?:alarm|timer|temperature|thermostat|volume|brightness)',
    reason: 'It cannot control devices or other apps: it only reads the files you gave it.',
    near: [],
  },
  {
    acts: '(?:remind|alert|wake|nudge|warn) (?:me|us)\\b(?! (?:what|who|when|where|which|how|why|of what|about what))|set(?: \\w+){0,2} (?:reminder|alert|alarm|notification)|(?:watch|monitor|keep an eye on|track|notify me|let me know (?:when|if|as soon))\\b',
    reason: 'It cannot remind you or watch for changes: it answers goals when you run them.',
    near: ['summarise-mail', 'answer-question'],
  },
  {
    acts: '(?:translate|interpret)\\b|(?:say|write|put)(?: \\w+){1,6} in (?:german|french|spanish|italian|dutch|polish|chinese|japanese|russian|portuguese|swedish|danish|korean|arabic|turkish|hindi|latin)\\b',
    reason: 'It cannot translate: it works in English, and only with sentences that stand in your files.',
    near: ['answer-question'],
  },
  {
    acts: '(?:draw|paint|sketch|design|illustrate|render|photoshop|animate)(?= (?:me|a|an|the|my|us|some|\\w+))(?! (?:up|on|from|review|document|decision|report|conclusions))|(?:create|make|generate|produce|give me|show me)(?: \\w+){0,4} (?:image|pictures?(?! of (?:the|our|where|how))|photo|drawing|logo|icon|painting|illustration|meme|video|animation|gif|music|song|presentation|slides?|slide deck|powerpoint|website|web page|app|poster|flyer)\\b',
    reason: 'It cannot make pictures, slides, sound or websites.',
    near: ['write-report', 'query-table'],
  },
  {
    acts: '(?:write|compose|create|make up|invent|tell|give|sing|make|generate|think of|recite)(?: \\w+){0,4} (?:poems?|haikus?|limericks?|sonnets?|stor(?:y|ies)|songs?|lyrics|jokes?|essays?|novels?|speech|speeches|tweets?|blog ?posts?|blog|articles?|toasts?|riddles?|fairy ?tales?|scripts?|slogans?|recipes?|rap|ode|cv|resume|press release|ad|adverts?|advertisement|caption|names? for|workout plan|business plan|meal plan|contract)\\b|sing\\b|rhyme\\b',
    reason: 'It does not invent text: every sentence it gives stands in your files or is computed from them.',
    near: ['write-report', 'answer-question'],
  },
  {
    acts: '(?:code|program|implement|debug|refactor|deploy|hack|install|script|unit test)\\b(?! (?:report|status|update|review|notes))|(?:train|compile|develop) (?:a |an |the )?(?:model|network|program|code|app|application|software)\\b|(?:write|create|make|build|generate|develop|fix)(?: \\w+){0,5} (?:code|function|program|script|app|application|website|class|algorithm|query|sql|regex|bot|macro|api|html|css|python|javascript|java|typescript)\\b',
    reason: 'It cannot write or run programs.',
    near: ['query-table'],
  },
  {
    acts: '(?:browse|google|bing|surf)\\b|(?:search|look|find|check|look up|get|download|open|visit|go)(?: \\w+){0,6} (?:the web|internet|online|on google|wikipedia|websites?|web ?sites?|web pages?|on the web|youtube|amazon|http|url)\\b|(?:download|stream|navigate|drive|fly|get directions|directions)\\b',
    anywhere: '(?:on|from|search) the (?:web|internet)|online search|google (?:for|it)|www\\.|https?\\b',
    reason: 'It cannot reach the web: everything happens on this device, with your own files.',
    near: ['answer-question'],
  },
  {
    anywhere:
      'near ?by|near me|around here|who (?:won|scored|wins)(?: \\w+){0,4} (?:match|game|elections?|cup|league|championship|finals?|grand prix|bowl|derby)|who (?:won|scored|wins)(?: DATE| last night| yesterday)?$|(?:football|soccer|tennis|basketball|hockey|cricket|rugby|cup|league) (?:match|game|final|cup|championship)|world cup|olympics|weather|(?:will|is|does) it (?:going to )?(?:rain|snow|be (?:sunny|warm|cold|hot))|temperature outside|stock (?:price|market|quote)|share price of|exchange rate|bitcoin|crypto(?:currency)?|horoscope|lottery|football (?:score|result)s?|(?:latest|today|todays|world|breaking|evening|morning) (?:news|headlines)|(?:what is|show me|read me|tell me|give me) the (?:news|headlines)(?: DATE)?$|news (?:headlines|of the world)|traffic (?:jam|report|on)|train times|flight (?:to|prices?)|what time is it(?: (?:in|now))?|current time',
    reason: 'It cannot know what goes on outside: it has no access to the web, only to your files.',
    near: ['answer-question'],
  },
  {
    acts: '(?:predict|forecast|guess|estimate|extrapolate)(?= (?:the|my|our|next|how|what|DATE|future|who|when|sales|revenue|if|whether|it))|what will(?: \\w+){1,6} (?:be|cost|sell|earn|look like)(?: \\w+){0,3} (?:next|in the future|by 20)',
    reason: 'It does not predict: it reckons with what stands in your files.',
    near: ['query-table'],
  },
  {
    acts: '(?:who|what) are you\\b|what (?:can|could|do) you do|what are you able|how do(?:es)? (?:you|this|it) work|help$|help me$|hello|hi\\b|hey\\b|good (?:morning|afternoon|evening)|how are you|thanks?\\b|thank you|test$|testing\\b',
    reason: 'It reads your own files and answers goals about them, on this device.',
    near: [],
  },
  {
    acts: '(?:log ?in|log ?on|sign ?in|transcribe|take (?:an? |the )?(?:photo|picture|screenshot|selfie|break|note)|hack|tell (?!me|us)\\w+ (?:that|to|i|we)|fix my|cook|clean|wash|make me (?:a |some )?(?:coffee|tea|sandwich)|bring me (?:a|some)|feed|walk the|water the|marry|love|dance|laugh|think|meditate|teach me|explain (?:quantum|relativity|general|how to)|calculate \\d|what is \\d+ ?(?:\\+|x|times|plus|minus|divided)|solve|convert \\d|flip a coin|roll (?:a|the) dice|pick a (?:number|card)|choose for me|recommend|suggest (?:a|some|me) (?:film|movie|book|restaurant|gift|name|recipe|song|hotel|place))\\b',
    reason: 'That is not something it can find or compute from your files.',
    near: ['answer-question'],
  },
];

const COMPILED = RULES.map(({ acts, anywhere, ...limit }) => ({
  limit,
  acts: acts === undefined ? null : new RegExp(String.raw`^(?:${acts})`),
  anywhere: anywhere === undefined ? null : new RegExp(String.raw`\b(?:${anywhere})\b`),
}));

const ARITHMETIC =
  /^\W*(?:what(?:'s| is)|calculate|compute|how much is)?\s*\d[\d.,]*\s*(?:[-+*/x×÷^]|plus|minus|times|divided by)\s*\d[\d.,]*\W*$/i;
const NOT_FROM_FILES: Limit = {
  reason: 'That is not something it can find in your files or compute from them.',
  near: ['answer-question'],
};

/** Whoever asks what their files say does not ask for the world outside. */
const OWN_FILES = /\b(?:my|our|the|these) (?:files|documents|notes|mails?|e ?mails?|minutes|papers)\b/;

/**
 * The limit a goal runs into, or null. Words from outside ("weather") are none when the owner's own files are about
 * them.
 */
export function limitOf(reading: Reading, context: GoalContext): Limit | null {
  if (ARITHMETIC.test(reading.text)) return NOT_FROM_FILES;
  for (const { limit, acts, anywhere } of COMPILED) {
    if (acts?.test(reading.head) === true) return limit;
    const match = anywhere?.exec(reading.plain);
    if (match && !OWN_FILES.test(reading.plain) && !ownFilesMention(match[0], context)) return limit;
  }
  return null;
}

/** A limit in a later part of a goal whose first part is in reach: "summarise my mail and send it to Bob". */
export function limitOfRest(reading: Reading): Limit | null {
  for (const clause of reading.plain.split(/\s(?:and then|then|and|,)\s/).slice(1)) {
    const head = clause.trim().replace(/^(?:then|also|please|and|,)\s+/, '');
    const limit = COMPILED.slice(0, 6).find(({ acts }) => acts?.test(head) === true);
    if (limit) return limit.limit;
  }
  return null;
}

function ownFilesMention(words: string, { inventory }: GoalContext): boolean {
  const telling = words.split(' ').reduce((longest, word) => (word.length > longest.length ? word : longest), '');
  const names = [
    ...inventory.documents.map(({ title, path }) => `${title} ${path}`),
    ...inventory.tables.flatMap(({ name, path, columns }) => [name, path, ...columns.map((column) => column.name)]),
  ];
  return names.some((name) => fold(name).includes(telling));
}
