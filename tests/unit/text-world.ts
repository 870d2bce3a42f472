import { loadDateFinder } from '#adapters/chrono/date-finder.ts';
import { createIcalExpander } from '#adapters/ical/expander.ts';
import { createZones } from '#adapters/temporal/zones.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Item } from '#core/items/item.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Source } from '#core/items/source.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import { answerFromPassages } from '#runtime/tools/answer-from-passages.ts';
import { collectReportFacts } from '#runtime/tools/collect-report-facts.ts';
import { composeMailSummary } from '#runtime/tools/compose-mail-summary.ts';
import { composeReport } from '#runtime/tools/compose-report.ts';
import { findAsks } from '#runtime/tools/find-asks.ts';
import { findWaiting } from '#runtime/tools/find-waiting.ts';
import { readThreads } from '#runtime/tools/read-threads.ts';
import { resolveCorrections } from '#runtime/tools/resolve-corrections.ts';
import { searchPassages } from '#runtime/tools/search-passages.ts';
import { summariseThreads } from '#runtime/tools/summarise-threads.ts';
import type { JsonObject, Tool, ToolContext } from '#runtime/tools/tool.ts';
import { parseFile } from '#tests/fakes/parse-file.ts';

/** The owner in these tests. */
export const SAM: OwnerSettings = {
  names: ['Sam Rivers'],
  addresses: ['sam@example.org'],
  zone: 'Europe/Berlin',
  locale: 'en-GB',
  weekStart: 'monday',
  units: 'metric',
  workingHours: {},
  theme: 'system',
};

export interface TextWorld {
  readonly run: (tool: Tool, args?: JsonObject, inputs?: Readonly<Record<string, Json>>) => Promise<Json>;
  readonly mail: (args?: JsonObject, parts?: readonly string[]) => Promise<AnswerDraft>;
  readonly ask: (question: string, args?: JsonObject) => Promise<AnswerDraft>;
  readonly report: (args?: JsonObject) => Promise<AnswerDraft>;
  /** What the tools said of how far they were. */
  readonly progress: readonly { readonly tool: string; readonly done: number; readonly total: number }[];
}

/** Files by path, read by the real parsers, with the real dates, zones and recurrences. */
export async function textWorld(
  files: Readonly<Record<string, string>>,
  { now = '2026-11-21T09:00:00Z', owner = SAM } = {},
): Promise<TextWorld> {
  const items: Item[] = [];
  const sources = new Map<SourceId, Source>();
  for (const [path, content] of Object.entries(files)) {
    const parsed = await parseFile(path, content);
    if (parsed.failed !== null) throw new Error(`${path}: ${parsed.failed.message}`);
    items.push(...parsed.items);
    for (const { span } of parsed.items) sources.set(span.source, { id: span.source, path } as Source);
  }
  const zones = await createZones();
  const [dates, calendar] = await Promise.all([loadDateFinder({ dayFirst: true }), createIcalExpander(zones)]);
  async function* of<K extends Item['kind']>(kind: K): AsyncIterable<Extract<Item, { kind: K }>> {
    for (const item of items) if (item.kind === kind) yield await Promise.resolve(item as Extract<Item, { kind: K }>);
  }
  const progress: { tool: string; done: number; total: number }[] = [];
  const context = (tool: string, inputs: Readonly<Record<string, Json>>): ToolContext => ({
    owner,
    now: Date.parse(now) as UnixMs,
    zone: owner.zone,
    items: {
      messages: () => of('message'),
      events: () => of('event'),
      documents: () => of('document'),
      tables: () => of('table'),
      count: (...kinds) => items.filter((item) => kinds.includes(`${item.kind}s`)).length,
      source: (id) => sources.get(id) as Source,
    },
    language: { dates, entities: { find: () => ({ people: [], places: [], organisations: [] }) } },
    calendar,
    zones,
    inputs: new Map(Object.entries(inputs)),
    model: null,
    progress: (done, total) => progress.push({ tool, done, total }),
    signal: new AbortController().signal,
  });
  const run: TextWorld['run'] = async (tool, args = {}, inputs = {}) => {
    const result = await tool.run(args, context(tool.definition.name, inputs));
    if (!result.ok) throw new Error(`${tool.definition.name}: ${result.error.message}`);
    return result.value;
  };
  return {
    run,
    progress,
    mail: async (args = {}, parts = ['threads', 'asks', 'waiting', 'awaited']) => {
      const threads = await run(readThreads, args);
      const inputs: Record<string, Json> = { threads };
      if (parts.includes('threads')) inputs.summaries = await run(summariseThreads, {}, { threads });
      if (parts.includes('asks')) inputs.asks = await run(findAsks, {}, { threads });
      if (parts.includes('waiting') || parts.includes('awaited'))
        inputs.waiting = await run(findWaiting, {}, { threads });
      return (await run(composeMailSummary, { parts }, inputs)) as unknown as AnswerDraft;
    },
    ask: async (question, args = {}) => {
      const passages = await run(searchPassages, { question, ...args });
      return (await run(answerFromPassages, { question }, { passages })) as unknown as AnswerDraft;
    },
    report: async (args = {}) => {
      const facts = await run(collectReportFacts, args);
      const resolved = await run(resolveCorrections, {}, { facts });
      return (await run(composeReport, {}, { resolved })) as unknown as AnswerDraft;
    },
  };
}

export interface Letter {
  readonly from: string;
  readonly to?: string;
  readonly cc?: string;
  readonly subject: string;
  /** RFC 5322 date. */
  readonly date: string;
  readonly text: string;
  readonly id?: string;
  readonly inReplyTo?: string;
}

/** A mailbox file with these messages. */
export function mbox(letters: readonly Letter[]): string {
  return letters
    .map(({ from, to = 'Sam Rivers <sam@example.org>', cc, subject, date, text, id, inReplyTo }, i) =>
      [
        'From sender@example.org Mon Nov 16 09:00:00 2026',
        `From: ${from}`,
        `To: ${to}`,
        ...(cc === undefined ? [] : [`Cc: ${cc}`]),
        `Subject: ${subject}`,
        `Date: ${date}`,
        `Message-ID: <${id ?? `m${String(i)}`}@example.org>`,
        ...(inReplyTo === undefined ? [] : [`In-Reply-To: <${inReplyTo}@example.org>`]),
        'Content-Type: text/plain; charset=utf-8',
        '',
        text,
        '',
        '',
      ].join('\n'),
    )
    .join('');
}

/** The claims of the section with this title. */
export function claimsIn(draft: AnswerDraft, title: string): string[] {
  return draft.sections
    .filter((section) => section.title === title)
    .flatMap(({ claims }) => claims.map(({ text }) => text));
}
