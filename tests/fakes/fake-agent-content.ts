import type { Digest, EvidenceId, RunId, SourceId, StepId, UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { GoalKind, Parameter, UnderstoodGoal } from '#core/planner/goal.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import type { Answer, Claim, Evidence } from '#core/tools/answer.ts';
import type { Verdict } from '#core/verifier/verdict.ts';
import type { SourceView } from '#runtime/contract/views.ts';

/** Invented content for trying the pages without a worker: what a mailbox, a table and a few documents would give. */
export const FAKE_NOW = Date.UTC(2026, 10, 19, 8, 0) as UnixMs;

export const fakeSettings: OwnerSettings = {
  names: ['Alex Moreau'],
  addresses: ['alex.moreau@example.org'],
  zone: 'Europe/Paris',
  locale: 'en-GB',
  weekStart: 'monday',
  units: 'metric',
  workingHours: Object.fromEntries(['1', '2', '3', '4', '5'].map((day) => [day, { from: 540, to: 1050 }])),
  theme: 'system',
};

export function fakeDigest(text: string): Digest {
  let hash = 2166136261;
  let out = '';
  for (let round = 0; out.length < 64; round++) {
    for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0) ^ round, 16777619) >>> 0;
    out += hash.toString(16).padStart(8, '0');
  }
  return out as Digest;
}

function source(
  path: string,
  kind: SourceView['kind'],
  bytes: number,
  counts: Partial<SourceView['counts']>,
): SourceView {
  return {
    id: fakeDigest(path) as unknown as SourceId,
    path,
    kind,
    bytes,
    importedAt: (FAKE_NOW - 3_600_000) as UnixMs,
    modifiedAt: null,
    counts: { messages: 0, events: 0, documents: 0, tables: 0, ...counts },
    warnings: [],
    sample: true,
    removedAt: null,
  };
}

export const fakeSources: readonly SourceView[] = [
  {
    ...source('inbox.mbox', 'mailbox', 160_273, { messages: 204 }),
    warnings: [
      {
        code: 'encoding',
        where: 'message 117 at byte 91022',
        message: 'The message says it is UTF-8 and is not. It was read as Windows-1252.',
      },
    ],
  },
  source('calendars/alex-moreau.ics', 'calendar', 6_491, { events: 31 }),
  source('calendars/mara-lindqvist.ics', 'calendar', 3_000, { events: 14 }),
  source('documents/harbour-library/status-2026-11-18.md', 'document', 943, { documents: 1 }),
  source('documents/harbour-library/minutes-2026-11-12.txt', 'document', 808, { documents: 1 }),
  source('documents/office/travel-policy.pdf', 'document', 21_400, { documents: 1 }),
  source('tables/expenses-2026.csv', 'table', 14_232, { tables: 1 }),
];

export const fakeText = `From: Mara Lindqvist <mara@example.org>
Date: Tue, 3 Nov 2026 10:12:00 +0100
Subject: Re: Facade samples

Hello Alex,

the supplier can hold the price for the larch cladding until the end of next week.
Could you confirm the facade samples by Friday 20 November? The client wants to see both before the site meeting.

The revised drainage plan goes out on Monday. I will send it to Piet as well, so nothing for you to do there.

Best wishes
Mara
`;

const kinds: readonly [RegExp, GoalKind][] = [
  [/mail|asked|waiting/i, 'summarise-mail'],
  [/meet|free|minutes/i, 'find-free-time'],
  [/report|status/i, 'write-report'],
  [/total|most|average|rows|expenses/i, 'query-table'],
  [/how|what|when|who|which/i, 'answer-question'],
];

export function fakeUnderstood(text: string, overrides: { readonly [name: string]: unknown }): UnderstoodGoal {
  const kind = kinds.find(([pattern]) => pattern.test(text))?.[1] ?? 'not-understood';
  const parameters: Parameter[] =
    kind === 'find-free-time'
      ? [
          {
            name: 'people',
            label: 'With',
            type: 'people',
            value: [{ name: 'Mara Lindqvist', address: 'mara@example.org' }],
            options: [],
            from: 'goal',
          },
          { name: 'minutes', label: 'How long', type: 'minutes', value: 45, options: [], from: 'goal' },
          {
            name: 'days',
            label: 'Between',
            type: 'date-range',
            value: { from: '2026-11-23', to: '2026-11-27' },
            options: [],
            from: 'goal',
          },
          {
            name: 'hours',
            label: 'Time of day',
            type: 'time-range',
            value: { from: 780, to: 1050 },
            options: [],
            from: 'settings',
          },
          {
            name: 'notOn',
            label: 'Not on',
            type: 'choices',
            value: ['friday'],
            from: 'goal',
            options: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => ({
              value: day,
              label: day.charAt(0).toUpperCase() + day.slice(1),
            })),
          },
        ]
      : kind === 'not-understood'
        ? []
        : [
            { name: 'since', label: 'Since', type: 'date', value: '2026-10-19', options: [], from: 'default' },
            {
              name: 'order',
              label: 'Order by',
              type: 'choice',
              value: 'due',
              from: 'default',
              options: [
                { value: 'due', label: 'Due date' },
                { value: 'person', label: 'Person' },
              ],
            },
            {
              name: 'done',
              label: 'Include what is done',
              type: 'boolean',
              value: false,
              options: [],
              from: 'default',
            },
          ];
  return {
    kind,
    text,
    restated: kind === 'not-understood' ? '' : RESTATED[kind],
    parameters: parameters.map((parameter) =>
      parameter.name in overrides
        ? { ...parameter, value: overrides[parameter.name] as Parameter['value'], from: 'owner' }
        : parameter,
    ),
    confidence: kind === 'answer-question' ? 0.45 : 0.9,
    alternatives:
      kind === 'answer-question'
        ? [{ kind: 'query-table', restated: 'Total of Amount in expenses-2026, by Category' }]
        : [],
    reason: kind === 'not-understood' ? 'I found nothing in it that my methods can do with your files.' : '',
    suggestions:
      kind === 'not-understood'
        ? ['Who is waiting for an answer from me?', 'Write a status report from my documents']
        : [],
  };
}

const RESTATED: Record<Exclude<GoalKind, 'not-understood'>, string> = {
  'summarise-mail':
    'Summarise 204 messages by thread: what is asked of you, by whom and by when, and who waits for your answer.',
  'find-free-time': 'Find 45 minutes with Mara Lindqvist between Mon 23 and Fri 27 Nov, after lunch, not on Friday.',
  'list-events': 'List what is on my calendar from Mon 23 to Fri 27 Nov.',
  'write-report': 'Write a status report from 9 documents, later corrections first.',
  'answer-question': 'Look in your files for: hotel, cost, travel policy.',
  parts: 'Summarise my mail. Then: Find 45 minutes with Mara Lindqvist.',
  'query-table': 'Add up Amount in expenses-2026, by Category, since 1 Sep 2026.',
};

export function fakePlan(goal: UnderstoodGoal, save: string | null = null): Plan {
  const step = (id: string, tool: Step['tool'], title: string, dependsOn: string[], parallelizable = false): Step => ({
    id: id as StepId,
    tool,
    title,
    args: {},
    dependsOn: dependsOn as StepId[],
    produces: [id],
    consumes: dependsOn,
    parallelizable,
    approval: tool === 'save-file',
    undo: tool === 'save-file' ? 'cannot-undo' : 'nothing-to-undo',
  });
  const steps = [
    step('read', 'read-threads', 'Read 204 messages and put them into threads', []),
    step('asks', 'find-asks', 'Find what is asked of you', ['read'], true),
    step('waiting', 'find-waiting', 'Find who waits for your answer', ['read'], true),
    step('compose', 'compose-mail-summary', 'Write the summary, each sentence with its source', ['asks', 'waiting']),
    ...(save === null ? [] : [step('save', 'save-file', `Save the answer as ${save}`, ['compose'])]),
  ];
  return { goal, method: goal.kind, steps, answerStep: 'compose' as StepId, digest: fakeDigest(goal.text) };
}

function evidence(id: string, file: string, locator: string, quote: string): Evidence {
  const start = Math.max(0, fakeText.indexOf(quote));
  return {
    id: id as EvidenceId,
    source: fakeDigest(file) as unknown as SourceId,
    file,
    start,
    end: start + quote.length,
    digest: fakeDigest(quote),
    quote,
    exact: true,
    locator,
  };
}

function claim(
  id: string,
  text: string,
  basis: Claim['basis'],
  ids: string[],
  computation: Claim['computation'] = null,
): Claim {
  return { id, text, basis, evidence: ids as EvidenceId[], computation };
}

export const fakeAnswer: Answer = {
  outcome: 'answered',
  sections: [
    {
      title: 'Asked of you',
      claims: [
        claim('c1', 'Mara Lindqvist asks you to confirm the facade samples by Friday 20 November.', 'extract', ['e1']),
        claim(
          'c2',
          'Piet Vos asks you to sign the drainage drawings before the site meeting on Wednesday 25 November, and to bring two printed copies.',
          'extract',
          ['e2', 'e3'],
        ),
        claim('c3', 'The library asks for your comments on the shelving list, with no date.', 'extract', ['e4']),
      ],
    },
    {
      title: 'Waiting for your answer',
      claims: [
        claim('c4', 'Ines Okafor has been waiting since 12 November for an answer about the school roof.', 'extract', [
          'e5',
        ]),
        claim('c5', '3 people wait for an answer from you.', 'computed', ['e1', 'e4', 'e5'], {
          kind: 'aggregate',
          operation: 'count',
          values: [],
          result: 3,
          shown: 'count(threads whose last message asks you) = 3',
        }),
      ],
    },
  ],
  evidence: [
    evidence(
      'e1',
      'inbox.mbox',
      'Mara Lindqvist, 3 Nov 2026, Re: Facade samples',
      'Could you confirm the facade samples by Friday 20 November?',
    ),
    evidence(
      'e2',
      'inbox.mbox',
      'Piet Vos, 9 Nov 2026, Drainage drawings',
      'The revised drainage plan goes out on Monday.',
    ),
    evidence(
      'e3',
      'inbox.mbox',
      'Piet Vos, 10 Nov 2026, Re: Drainage drawings',
      'Please bring two printed copies to the site meeting.',
    ),
    evidence(
      'e4',
      'documents/harbour-library/minutes-2026-11-12.txt',
      'line 14',
      'Alex to comment on the shelving list.',
    ),
    evidence(
      'e5',
      'inbox.mbox',
      'Ines Okafor, 12 Nov 2026, School roof',
      'Have you had time to look at the roof estimate?',
    ),
  ],
  notes: [
    'Message 117 was read as Windows-1252, so its accents may be wrong.',
    'The meeting on 25 November was moved from 24 November by a later message; the later one was used.',
  ],
  chart: {
    kind: 'bar',
    title: 'Messages that ask something of you, by week',
    xLabel: 'Week',
    yLabel: 'Messages',
    points: [
      ['12 Oct', 4],
      ['19 Oct', 7],
      ['26 Oct', 3],
      ['2 Nov', 9],
      ['9 Nov', 12],
      ['16 Nov', 5],
    ].map(([label, value]) => ({ label: String(label), value: Number(value) })),
  },
  table: {
    columns: ['Who', 'What', 'By when', 'Days left'],
    rows: [
      ['Mara Lindqvist', 'Confirm the facade samples', '20 Nov 2026', '1'],
      ['Piet Vos', 'Sign the drainage drawings', '25 Nov 2026', '6'],
      ['Harbour Library', 'Comment on the shelving list', 'no date', ''],
    ],
  },
  workings: [
    '204 messages in 61 threads',
    '12 threads hold a request addressed to alex.moreau@example.org',
    '9 of them were answered later',
  ],
  suggestions: [],
};

export const fakeVerdict: Verdict = {
  result: 'PASS',
  confidence: 0.95,
  checks: [
    { claim: 'c1', kind: 'quote', passed: true, reason: 'the quote is in inbox.mbox at byte 4211' },
    { claim: 'c1', kind: 'date', passed: true, reason: 'Friday 20 November is in the quote' },
    { claim: 'c2', kind: 'name', passed: true, reason: 'Piet Vos is the sender of the message' },
    { claim: 'c5', kind: 'computation', passed: true, reason: 'counted again: 3' },
    { claim: 'c6', kind: 'number', passed: false, reason: 'no evidence says 4,200' },
  ],
  repairs: [
    {
      claim: 'c6',
      action: 'removed',
      before: 'The roof estimate is 4,200 euros.',
      after: '',
      reason: 'no evidence says 4,200',
    },
  ],
};

export const fakeMarkdown = `# What is asked of you\n\n- Mara Lindqvist asks you to confirm the facade samples by Friday 20 November. [1]\n- Piet Vos asks you to sign the drainage\u202e drawings\u202c before the site meeting. [2]\n\n## Sources\n\n1. inbox.mbox: "Could you confirm the facade samples by Friday 20 November?"\n`;

export function fakeRunId(number: number): RunId {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as RunId;
}
