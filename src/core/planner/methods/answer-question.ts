import { contentWords } from '../../text/words.ts';
import { cue, either, evidence } from '../cues.ts';
import type { GoalMethod } from '../goal-method.ts';
import { parameter, valueOf } from '../parameters.ts';
import { useTool } from '../tool-use.ts';

const CUES = [
  cue('(?:look|search) in(?: \\w+){0,6} for the answer to', 0.98),
  cue(
    '(?:phone|serial|invoice|account|reference|room|telephone|mobile|contract|policy|part|registration|model|version|flight|tracking) (?:number|code|name)',
    0.4,
  ),
  cue(
    '(?:what|where|which|who)(?: \\w+){0,6} (?:says?|said|written|writes|wrote|mention(?:s|ed)?|stated|states|decided|agreed|promised|announced|reported|happened|means?)',
    0.4,
  ),
  cue(
    '(?:according to|look up|find out|search for|search|tell me (?:what|who|when|where|which|how|why|about)|i (?:need|want|would like) to know|remind me (?:what|who|when|where|which|how)|do you know|is there (?:any|a)|anything about|what do (?:my|the|our) (?:files|documents|notes|mails?) say)',
    0.4,
  ),
  cue('in (?:my|the|our|these|those|any of (?:my|the)) (?:files?|documents?|notes?|papers|vault|folder|data)', 0.3),
];

/** Where the goal says to look. */
const SCOPES = [
  [
    'documents',
    /\b(?:in|from|within|across|according to|do|does|of)(?: \w+)? (?:my|the|our|these|those|all|any)?(?: \w+)? ?(?:documents?|docs?|notes|papers|pdfs?|minutes|contract|contracts|reports?)\b/,
  ],
  [
    'messages',
    /\b(?:in|from|by|through|within|across|per)(?: \w+)? (?:my|the|our|those|all|any|an)? ?(?:mails?|e ?mails?|inbox|mail ?box|messages|threads?|correspondence)\b/,
  ],
  [
    'events',
    /\b(?:in|on|from|to) (?:my|the|our|\w+)? ?(?:calendars?|diary|agenda|schedule)\b|\b(?:what|which)(?: \w+)? (?:meetings?|appointments?|events)\b/,
  ],
  ['tables', /\b(?:in|from|within)(?: \w+)? (?:the|my|our|any)? ?(?:tables?|spreadsheets?|csv|sheet)\b/],
] as const;

export const answerQuestion: GoalMethod = {
  kind: 'answer-question',

  score({ plain, head, question, text }, { inventory }) {
    const words = contentWords(text);
    if (words.length === 0) return 0;
    const asks = question ? 0.45 : /^(?:the|my|our|a|an|any|anything|everything|about)\b/.test(head) ? 0.34 : 0;
    const sought =
      /^(?:find|give me|get|get me|show me|tell me|look for|search(?: for)?|fetch|i need|what about)(?: me)? (?:the|my|our|any|all|about|an? (?:\w+ )?(?:number|name|address|date|price|amount|contract|document|file|note|letter|mail|email|message|quote|invoice|receipt|passage|sentence|mention))\b/.test(
        head,
      )
        ? 0.36
        : 0;
    const known = new Set(inventory.documents.flatMap(({ title }) => contentWords(title).map((word) => word.stem)));
    const titled = words.length > 1 && words.some((word) => known.has(word.stem)) ? 0.32 : 0;
    const opened = /^(?:who|whom|whose|what|when|where|which|why|how|did|does|has|was|were)\b/.test(head) ? 0.15 : 0;
    return either(evidence(plain, CUES), asks, sought, opened, question ? 0 : titled);
  },

  parameters(reading) {
    const scope = SCOPES.filter(([, pattern]) => pattern.test(reading.plain)).map(([name]) => name);
    return [
      parameter('question', 'Question', 'text', reading.text.trim(), 'goal'),
      parameter('scope', 'Look in (empty for everything)', 'choices', scope, scope.length > 0 ? 'goal' : 'default', [
        { value: 'documents', label: 'Documents' },
        { value: 'messages', label: 'Mail' },
        { value: 'events', label: 'Calendars' },
        { value: 'tables', label: 'Tables' },
      ]),
    ];
  },

  restate(parameters) {
    const scope = valueOf<string[]>(parameters, 'scope');
    const where =
      scope.length === 0 ? 'all my files' : `my ${scope.map((name) => SCOPE_WORDS[name] ?? name).join(' and ')}`;
    return `Look in ${where} for the answer to: ${valueOf<string>(parameters, 'question')}`;
  },

  missing({ inventory }) {
    const { sources, messages, events, documents, tables } = inventory;
    const empty = sources.length === 0 && messages + events + documents.length + tables.length === 0;
    return empty ? 'There are no files yet; add some, or try the sample data.' : null;
  },

  network({ parameters }, { inventory }) {
    const question = valueOf<string>(parameters, 'question');
    const scope = valueOf<string[]>(parameters, 'scope');
    const where =
      scope.length === 0
        ? `${String(inventory.sources.length)} files`
        : `your ${scope.map((name) => SCOPE_WORDS[name] ?? name).join(' and ')}`;
    return {
      sequence: [
        useTool({
          tool: 'search-passages',
          title: `Search ${where} for passages that could answer`,
          args: { question, terms: searchTerms(question), scope },
          produces: ['passages'],
          consumes: [],
        }),
        useTool({
          tool: 'answer-from-passages',
          title: 'Answer from the best passages, with their places',
          args: { question },
          produces: ['answer'],
          consumes: ['passages'],
        }),
      ],
    };
  },

  subtasks: {},
};

const SCOPE_WORDS: Readonly<Record<string, string>> = {
  documents: 'documents',
  messages: 'mail',
  events: 'calendars',
  tables: 'tables',
};
const ASKING = new Set(
  'tell show find look search know say says said file files document documents note notes according mention mentioned please question answer anything everything let me'.split(
    ' ',
  ),
);

/** The words to search for, without those that only ask. */
export function searchTerms(question: string): string[] {
  const words = contentWords(question).map((word) => word.lower.replace(/'s$/, ''));
  const telling = words.filter((word) => !ASKING.has(word));
  return [...new Set(telling.length > 0 ? telling : words)];
}
