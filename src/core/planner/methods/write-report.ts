import { fold, STOP_WORDS } from '../../text/words.ts';
import { cue, DOCUMENT_WORDS, either, evidence, MAIL_WORDS, SUMMARY_WORDS } from '../cues.ts';
import type { GoalMethod } from '../goal-method.ts';
import type { GoalContext, Parameter } from '../goal.ts';
import type { DateRange } from '../local-dates.ts';
import { parameter, rangeValue, sourceOptions, valueOf, type Option } from '../parameters.ts';
import { goalDates } from '../ranges.ts';
import type { Reading } from '../reading.ts';
import { asksForState, isNamedAfter, knownSubject, narrowed } from '../subject.ts';
import { namedSources, topicOf, trimmed } from '../topic.ts';
import { useTool } from '../tool-use.ts';
import { timeWords } from './summarise-mail.ts';

const REPORT =
  '(?:reports?|status|write ?ups?|briefings?|brief|memos?|bulletin|updates?|one pager|handover|debrief|dossier|progress report|round ?up)';
const WRITE =
  '(?:write(?: up)?|draft|prepare|create|make|produce|compile|generate|put together|build|give me|compose|need|assemble|work out|do|get me|want|have|send me|show me|deliver|turn)';

const CUES = [
  cue('(?:pull|bring|put) together|gather|collect|compile|assemble|consolidate', 0.4),
  cue('(?:in|into)(?: \\w+){0,3} (?:report|summary|overview|memo|briefing|document)', 0.4),
  cue('(?:everything|all|what)(?: \\w+){0,3} (?:know|have|say|says|is known)(?: \\w+)? (?:about|on)', 0.3),
  cue(
    'up to date (?:picture|view|summary|overview|account)|(?:picture|account|snapshot) of (?:the|our|where|how)',
    0.5,
  ),
  cue(`${WRITE}(?: \\w+){0,5} ${REPORT}`, 0.8),
  cue(
    '(?:status|progress|project|weekly|monthly|quarterly|daily|situation|summary|interim|final|board|management|steering|executive) (?:reports?|updates?|briefings?|write ?ups?|memos?|summar\\w+)',
    0.75,
  ),
  cue('(?:status|state|progress) (?:of|on|for)', 0.62),
  cue(
    '(?:where (?:do|are) we(?: \\w+)?(?: stand)?|how (?:is|are)(?: \\w+){1,6} (?:going|doing|coming along|progressing|getting on)|where does(?: \\w+){1,6} stand|where things stand|how far (?:are we|along))',
    0.6,
  ),
  cue(`report (?:on|about|from|of|for|covering)`, 0.5),
  cue(`(?:${SUMMARY_WORDS})(?: \\w+){0,5} (?:${DOCUMENT_WORDS}|projects?)`, 0.65),
  cue(`(?:${SUMMARY_WORDS})(?: \\w+){0,5} minutes`, 0.65),
  cue(`(?:from|of|out of|using|based on|across|over|in)(?: \\w+){0,3} (?:${DOCUMENT_WORDS})`, 0.3),
  cue('reports?\\b', 0.25),
];

const AGAINST = [
  cue(MAIL_WORDS, 0.6),
  cue('(?:what|who|when|where|which|why|how (?:much|many))(?: \\w+){0,8} reports?', 0.5),
  cue('free|availab\\w+|slots?', 0.35),
  cue('by when|asked of me|waiting|waits', 0.3),
];

export const writeReport: GoalMethod = {
  kind: 'write-report',

  score(reading, context) {
    const { plain, head } = reading;
    const summary = new RegExp(String.raw`\b(?:${SUMMARY_WORDS})\b`).test(plain);
    const named = namedSources(reading, context, ['document']).length > 0;
    const subject =
      summary && (named || aboutDocument(reading, context)) ? 0.6 : summary && topicOf(reading) !== '' ? 0.3 : 0;
    const bare = /^(?:\w+ ){0,4}(?:report|status|update|briefing|memo)(?: please)?(?: ,.*)?$/.test(head) ? 0.45 : 0;
    const known = knownSubject(reading, context);
    const parts = known !== null && sectionsAsked(reading).length > 0 ? 0.6 : 0;
    const state = known === null ? 0 : asksForState(reading, known);
    return (
      either(evidence(plain, CUES), subject, bare, parts, state, summary ? 0.2 : 0) * (1 - evidence(plain, AGAINST))
    );
  },

  parameters(reading, context) {
    const named = documentsNamed(reading, context);
    const between = datedBetween(reading, context);
    const saveAs = fileWanted(reading);
    const topic = subjectOf(reading, context, named);
    const options = sourceOptions(context, ['document']);
    const sections = sectionsAsked(reading);
    return [
      parameter('topic', 'About', 'text', topic, topic === '' ? 'default' : 'goal'),
      parameter('documents', 'From', 'choices', named, named.length > 0 ? 'goal' : 'default', options),
      parameter('between', 'Dated between', 'date-range', rangeValue(between), between === null ? 'default' : 'goal'),
      parameter(
        'sections',
        'Only these parts',
        'choices',
        sections,
        sections.length > 0 ? 'goal' : 'default',
        SECTIONS,
      ),
      parameter('saveAs', 'Save as (empty for not)', 'text', saveAs, saveAs === '' ? 'default' : 'goal'),
    ];
  },

  restate(parameters) {
    const topic = valueOf<string>(parameters, 'topic');
    const saveAs = valueOf<string>(parameters, 'saveAs');
    const sections = valueOf<string[] | null>(parameters, 'sections') ?? [];
    const labels = SECTIONS.filter(({ value }) => sections.includes(value)).map(({ label }) => label.toLowerCase());
    const only = labels.length === 0 ? '' : `, only the ${labels.join(' and ')},`;
    const subject = topic === '' ? '' : ` about ${topic}`;
    const when = timeWords(valueOf<DateRange | null>(parameters, 'between'));
    return `Write a status report${subject}${only}${when} from ${documentWords(parameters)}${saveAs === '' ? '' : `, and save it as ${saveAs}`}.`;
  },

  missing({ inventory }) {
    return inventory.documents.length > 0
      ? null
      : 'There are no documents in your files; add some (.md, .txt, .docx, .pdf or .html).';
  },

  network({ parameters }, context) {
    const topic = valueOf<string>(parameters, 'topic');
    const documents = valueOf<string[]>(parameters, 'documents');
    const count = documents.length > 0 ? documents.length : context.inventory.documents.length;
    return {
      sequence: [
        useTool({
          tool: 'collect-report-facts',
          title: `Collect decisions, dates, amounts, risks and next steps from ${String(count)} ${count === 1 ? 'document' : 'documents'}`,
          args: { topic, documents, between: valueOf(parameters, 'between') },
          produces: ['facts'],
          consumes: [],
        }),
        useTool({
          tool: 'resolve-corrections',
          title: 'Find where a later document corrects an earlier one',
          args: {},
          produces: ['resolved'],
          consumes: ['facts'],
        }),
        useTool({
          tool: 'compose-report',
          title: `Write the report${topic === '' ? '' : ` about ${topic}`} with its sources`,
          args: { topic, sections: valueOf<string[] | null>(parameters, 'sections') ?? [] },
          produces: ['answer'],
          consumes: ['resolved'],
        }),
        { task: 'keep-report', input: valueOf<string>(parameters, 'saveAs') },
      ],
    };
  },

  subtasks: {
    'keep-report': [
      {
        name: 'save-as-file',
        applies: (_, { input }) => input !== '',
        subtasks: (_, { input }) =>
          useTool({
            tool: 'save-file',
            title: `Save the report as ${String(input)}, after you approved it`,
            args: { name: String(input), mediaType: mediaTypeOf(String(input)) },
            produces: ['saved'],
            consumes: ['answer'],
          }),
      },
      { name: 'only-show', applies: () => true, subtasks: () => ({ sequence: [] }) },
    ],
  },
};

function mediaTypeOf(name: string): string {
  return /\.txt$/i.test(name) ? 'text/plain' : 'text/markdown';
}

/** Documents named by file or title; a title that is only the project's name names the project, not the document. */
function documentsNamed(reading: Reading, context: GoalContext): string[] {
  const subject = knownSubject(reading, context);
  const said = fold(reading.text);
  const { sources, documents } = context.inventory;
  return namedSources(reading, context, ['document']).filter((id) => {
    const path = sources.find((source) => source.id === id)?.path ?? '';
    const title = documents.find((document) => document.path === path)?.title ?? '';
    return subject === null || said.includes(fold(path.split('/').at(-1) ?? path)) || !isNamedAfter(title, subject);
  });
}

/** When documents must be dated. "As of today", "today's report" and a day to come say when the report is for. */
function datedBetween(reading: Reading, context: GoalContext): DateRange | null {
  const today = context.today.iso;
  const written = reading.dates.filter(({ end }) => !LABEL.test(reading.text.slice(end)));
  const { between } = goalDates({ ...reading, dates: written }, today, 'past', 14);
  return between === null || between.from >= today ? null : between;
}

/** "this week's status report" */
const LABEL = /^['’]s?\s+(?:\w+\s+){0,2}(?:reports?|updates?|status|briefing|meeting|memo|summary|overview)\b/i;

const SAVE =
  /\b(?:save|store|export|write|keep|put|output|download)(?:\s+(?:it|this|that|the (?:report|result|answer|file)|them))?\s+(?:\w+\s+)?(?:as|to|in|into|under|called|named)\b|\bas an? (?:\w+ )?(?:file|markdown|md|document)\b|\b(?:save|store|export) (?:it|the report|this)\b|\band (?:save|store)\b|\b(?:into|to) a (?:\w+ )?file\b/i;
const FILE_NAME = /(?<![\p{L}\p{N}])[\p{L}\p{N}][\p{L}\p{N}_.-]*\.(?:md|markdown|txt)\b/giu;

/** The file to save, '' when none is wanted. A file only mentioned as a source is not one to write. */
function fileWanted(reading: Reading): string {
  const save = SAVE.exec(reading.text);
  if (!save) return '';
  const after = reading.text.slice(save.index);
  const name = FILE_NAME.exec(after)?.[0];
  FILE_NAME.lastIndex = 0;
  if (name !== undefined) return name.replace(/\.markdown$/i, '.md');
  const called =
    /\b(?:as|called|named|under(?: the name)?)\s+["'“‘]?([\p{L}\p{N}][\p{L}\p{N}_-]{2,60})["'”’]?\s*[.!]?\s*$/u.exec(
      after,
    )?.[1];
  return called === undefined || /^(?:file|markdown|document|report|text|pdf|docx|word|md)$/i.test(called)
    ? 'status-report.md'
    : `${called}.md`;
}

const SUBJECT = new RegExp(
  String.raw`\b(?:(?:reports?|status|updates?|briefings?|memos?|write-?ups?|picture|view|account|snapshot|overview|summary|summari[sz]e|recap|digest|stand|progress)\s+(?:on|of|for|about|with)|(?:summari[sz]e|recap|sum up|brief me on|catch me up on|update me on|up to (?:date|speed) (?:on|with)|how (?:is|are)|how's|where does))\s+`,
  'gi',
);

function subjectOf(reading: Reading, context: GoalContext, named: readonly string[]): string {
  // What the files are named after is told from lead-ins more surely than by any pattern.
  const known = knownSubject(reading, context);
  const found = known === null ? topicOf(reading, SUBJECT) || leading(reading) : narrowed(reading, known);
  const topic = trimmed(
    found
      .replace(/\b(?:going|doing|coming along|progressing|getting on|stand(?:s|ing)?|looking)\b.*$/i, '')
      .replace(
        /^(?:weekly|monthly|daily|quarterly|short|brief|current|latest|new|full|detailed|status|progress)\s+/i,
        '',
      )
      .replace(/^(?:where|how|what)\s+/i, '')
      .replace(/(?:['’]s)?\s+(?:report|status|update|progress|state)s?$/i, '')
      .replace(/\s+(?:documents?|files?|notes?|docs?|minutes)$/i, ''),
  );
  const plain = fold(topic);
  if (
    new RegExp(
      String.raw`^(?:(?:all|everything|every|each|\d+|two|three|four|five|available|attached|existing) ?(?:of )?)*(?:the|my|our|these|those|this|that)? ?(?:${DOCUMENT_WORDS}|we|i|you|things|it|status|report|work|project|projects|results|minutes|(?:open |next )?(?:tasks|points|items|issues|actions|steps|questions)|decisions|the|file|current|last|(?:board|team|boss|management|manager|client|customer|investors?|directors?|meeting|committee|steering committee|stakeholders?|executives?)(?: meeting)?|(?:has |have |is |was |we |been )*(?:happened|changed|done|decided|new|going on|did))?$`,
    ).test(plain)
  )
    return '';
  const files = context.inventory.sources
    .filter(({ id }) => named.includes(id))
    .map(({ path }) => fold(path.split('/').at(-1) ?? path));
  return files.some((file) => plain === file || plain === file.replace(/\.[a-z0-9]+$/, '')) ? '' : topic;
}

const SECTIONS: readonly Option[] = [
  { value: 'decisions', label: 'Decisions' },
  { value: 'dates', label: 'Dates' },
  { value: 'money', label: 'Money' },
  { value: 'people', label: 'People' },
  { value: 'risks', label: 'Risks' },
  { value: 'next-steps', label: 'Next steps' },
];

const SECTION_WORDS: readonly (readonly [string, string])[] = [
  ['decisions', 'decisions?'],
  ['dates', 'dates|deadlines|milestones'],
  ['money', 'money'],
  ['people', 'people'],
  ['risks', 'risks?|problems|issues|blockers|concerns'],
  ['next-steps', 'next steps|to ?dos?|action (?:items|points)|open (?:points|items|tasks)'],
];

/** "What are the risks of …", "only the risks": parts of a report. */
function sectionsAsked({ head }: Reading): string[] {
  const asked =
    /(?:^(?:what (?:is|are|were)|which|list|show(?: me)?|give me|tell me|name)|\bonly) (?:the |all |all the |main |current |open |biggest |any )*(.{3,60})/.exec(
      head,
    )?.[1] ?? '';
  const opening = new RegExp(
    String.raw`^(?:(?:${SECTION_WORDS.map(([, words]) => words).join('|')})\b(?: and | , |,| or )?(?:the )?)+`,
  );
  const named = opening.exec(asked)?.[0] ?? '';
  return SECTION_WORDS.filter(([, words]) => new RegExp(String.raw`\b(?:${words})\b`).test(named)).map(
    ([part]) => part,
  );
}

/** "Kestrel status report", "the Harbour project report": what stands before the noun, without what only describes it. */
function leading({ words }: Reading): string {
  const noun = words.findIndex(({ lower }) =>
    /^(?:reports?|updates?|briefing|memo|status|overview|summary)$/.test(lower),
  );
  const kept: string[] = [];
  for (let at = noun - 1; at >= 0 && kept.length < 5; at--) {
    const word = words[at];
    if (!word || STOP_WORDS.has(word.lower) || OPENERS.has(word.lower)) break;
    if (!DESCRIBES.has(word.lower)) kept.unshift(word.text);
  }
  return kept.join(' ');
}

const OPENERS = new Set(
  `write draft prepare create make produce compile generate put together build compose need assemble get show send deliver
  turn want please up out do read find save working work see like love`.split(/\s+/),
);
const DESCRIBES = new Set(
  `status progress weekly monthly daily quarterly annual yearly short brief new full detailed project quick good proper nice
  complete final concise current latest management executive page written draft simple small long comprehensive formal
  honest internal interim situation regular team date week's month's today's little one-page summary nice clear high level`.split(
    /\s+/,
  ),
);

/** Whether a document's title shares a telling word with the goal. */
function aboutDocument(reading: Reading, context: GoalContext): boolean {
  const stems = new Set(reading.words.filter((word) => word.lower.length > 3).map((word) => word.stem));
  return context.inventory.documents.some(({ title }) =>
    fold(title)
      .split(/[^\p{L}\p{N}]+/u)
      .some((word) => word.length > 4 && stems.has(word)),
  );
}

function documentWords(parameters: readonly Parameter[]): string {
  const chosen = valueOf<string[]>(parameters, 'documents');
  const options = parameters.find((each) => each.name === 'documents')?.options ?? [];
  const paths = options.filter((option) => chosen.includes(option.value)).map((option) => option.label);
  return paths.length > 0 ? paths.join(' and ') : 'my documents';
}
