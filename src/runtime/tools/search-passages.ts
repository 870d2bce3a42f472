import type { SourceId, UnixMs } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { Span } from '#core/items/source.ts';
import type { CalendarItem, Message, Table, TextDocument } from '#core/items/item.ts';
import { eventEvidence } from '#core/tools/calendar/busy-times.ts';
import { searchPassages as definition } from '#core/tools/documents/definitions.ts';
import type { Passage, PassagesObservation } from '#core/tools/documents/passage.ts';
import { readQuestion } from '#core/tools/documents/question.ts';
import { Retriever } from '#core/tools/documents/retrieve.ts';
import { sectionDates } from '#core/tools/documents/section-dates.ts';
import { isNoise } from '#core/tools/mail/noise.ts';
import { displayName } from '#core/tools/mail/people.ts';
import { formatMinute, formatShortDate } from '#core/tools/format.ts';
import { splitSentences } from '#core/text/sentences.ts';
import { ownText } from '#core/text/strip-quotes.ts';
import { oneLine } from '#core/text/tokens.ts';
import { asJson, textOf, textsOf } from './arguments.ts';
import { readingProgress } from './reading-progress.ts';
import type { ItemKind, Tool, ToolContext } from './tool.ts';

/** How far around now occurrences of an event are looked for. */
const OCCURRENCE_WINDOW_MS = 400 * 86_400_000;
/** Text of one message or table row that is searched, in UTF-16 units. */
const MESSAGE_CHARS_MAX = 100_000;

export const searchPassages: Tool = {
  definition,
  run: async (args, context) => {
    const question = textOf(args, 'question');
    if (question === '') return err({ code: 'bad-arguments', message: 'There is no question to look for.' });
    const retriever = new Retriever(readQuestion(question));
    const searched = new Set<SourceId>();
    const wanted = scopeOf(textsOf(args, 'scope'), textsOf(args, 'sources'));
    const passing = readingProgress(context, context.items.count(...wanted.kinds));
    const addresses = readQuestion(question).type === 'email';
    for await (const passages of passing(eachItem(wanted.kinds, context, addresses))) {
      if (context.signal.aborted) return err({ code: 'cancelled', message: 'Stopped while searching.' });
      for (const passage of passages) {
        if (!wanted.file(passage.file)) break;
        searched.add(passage.span.source);
        retriever.see(passage);
      }
    }
    const { weights, passages, units } = retriever.finish();
    const terms = readQuestion(question).terms.map(({ word }) => word);
    const observation: PassagesObservation = {
      kind: 'passages',
      question,
      passages,
      terms,
      weights,
      searched: [...searched],
      units,
    };
    return ok(asJson(observation));
  },
};

const KINDS: readonly ItemKind[] = ['documents', 'messages', 'events', 'tables'];

function scopeOf(
  scope: readonly string[],
  sources: readonly string[],
): { kinds: readonly ItemKind[]; file: (path: string) => boolean } {
  const named = KINDS.filter((kind) => scope.includes(kind));
  const files = [...sources, ...scope].filter((entry) => !KINDS.some((kind) => kind === entry));
  return { kinds: named.length === 0 ? KINDS : named, file: (path) => files.length === 0 || files.includes(path) };
}

/**
 * The passages of each item of these kinds, item by item.
 * @param addresses whether the line that names the sender of a message is one too
 */
async function* eachItem(
  kinds: readonly ItemKind[],
  context: ToolContext,
  addresses: boolean,
): AsyncIterable<readonly Passage[]> {
  const fileOf = (source: SourceId): string => context.items.source(source).path;
  if (kinds.includes('documents')) {
    for await (const document of context.items.documents())
      yield documentPassages(document, fileOf(document.span.source));
  }
  if (kinds.includes('messages')) {
    for await (const message of context.items.messages())
      yield messagePassages(message, fileOf(message.span.source), context, addresses);
  }
  if (kinds.includes('events')) {
    for await (const event of context.items.events()) yield eventPassages(event, fileOf(event.span.source), context);
  }
  if (kinds.includes('tables')) {
    for await (const table of context.items.tables()) yield tablePassages(table, fileOf(table.span.source));
  }
}

function documentPassages(document: TextDocument, file: string): Passage[] {
  const passages: Passage[] = [];
  const headings: string[] = [];
  let under: { text: string; span: Span; first: boolean } | null = null;
  let leadIn = '';
  const dates = sectionDates(document);
  for (const [at, block] of document.blocks.entries()) {
    if (block.type === 'heading') {
      headings.splice(Math.max(0, block.level - 1));
      headings[Math.max(0, block.level - 1)] = block.text;
      under = { text: block.text, span: block.span, first: true };
      leadIn = '';
      continue;
    }
    const context = [
      document.title,
      ...headings.filter((heading) => heading !== document.title),
      ...(block.type === 'list-item' && leadIn !== '' ? [leadIn] : []),
    ];
    const sentences = block.type === 'table-row' ? [block.text] : splitSentences(block.text).map(({ text }) => text);
    const place = block.page === null ? (headings.filter(Boolean).at(-1) ?? '') : `page ${String(block.page)}`;
    sentences.forEach((text, i) => {
      passages.push({
        kind: 'document',
        text,
        next: sentences[i + 1] ?? '',
        context: i > 0 ? [...context, sentences[i - 1] ?? ''] : context,
        span: block.span,
        under: under === null ? null : { ...under, first: under.first && i === 0 },
        row: null,
        file,
        locator: [document.title, place === document.title ? '' : place].filter((part) => part !== '').join(', '),
        writtenAt: dates[at] ?? null,
        sender: null,
        occurrence: null,
      });
    });
    if (under !== null) under = { ...under, first: false };
    leadIn = /:\s*$/.test(block.text) ? block.text : block.type === 'list-item' ? leadIn : '';
  }
  return passages;
}

function messagePassages(message: Message, file: string, context: ToolContext, addresses: boolean): Passage[] {
  if (isNoise(message)) return [];
  const sender = displayName(message.from);
  const sentOn =
    message.sentAt === null ? '' : formatShortDate(context.zones.toLocal(message.sentAt, context.zone).date);
  const line = `From: ${message.from.name === '' ? message.from.address : `${message.from.name} <${message.from.address}>`}`;
  const own = splitSentences(ownText(message.text.slice(0, MESSAGE_CHARS_MAX)));
  const sentences = addresses ? [...own, { text: line }] : own;
  return sentences.map(({ text }, i) => ({
    kind: 'message',
    text,
    next: sentences[i + 1]?.text ?? '',
    context: [message.subject, sender, sentences[i - 1]?.text ?? ''],
    span: message.span,
    under: null,
    row: null,
    file,
    locator: [sender, sentOn, message.subject].filter((part) => part !== '').join(', '),
    writtenAt: message.sentAt,
    sender: { name: sender, line },
    occurrence: null,
  }));
}

function eventPassages(event: CalendarItem, file: string, context: ToolContext): Passage[] {
  const people = [event.organizer, ...event.attendees].flatMap((person) =>
    person === null ? [] : [displayName(person)],
  );
  const shared = {
    kind: 'event',
    span: event.span,
    file,
    locator: `${event.calendar}: ${event.summary}`,
    writtenAt: null,
    sender: null,
    under: null,
    row: null,
  } as const;
  const around = [event.calendar, event.location, event.description, people.join(', ')];
  const passages: Passage[] = [
    { ...shared, text: event.summary, next: '', context: around, occurrence: occurrenceOf(event, file, context) },
  ];
  const details = [event.location, ...splitSentences(event.description).map(({ text }) => text)].filter(
    (text) => text.trim() !== '',
  );
  for (const text of details)
    passages.push({ ...shared, text, next: '', context: [event.summary, event.calendar], occurrence: null });
  return passages;
}

/** The next occurrence from now on, else the last one before. */
function occurrenceOf(event: CalendarItem, file: string, context: ToolContext): Passage['occurrence'] {
  const from = (context.now - OCCURRENCE_WINDOW_MS) as UnixMs;
  const to = (context.now + OCCURRENCE_WINDOW_MS) as UnixMs;
  const expanded = context.calendar.expand(event.component, from, to, context.zone);
  if (!expanded.ok || expanded.value.length === 0) return null;
  const sorted = [...expanded.value].sort((a, b) => a.start - b.start);
  const chosen = sorted.find(({ start }) => start >= context.now) ?? sorted.at(-1);
  if (chosen === undefined) return null;
  const { quote } = eventEvidence(event, chosen.part, file, '');
  const words =
    /^(?:RRULE|DTSTART)[^\r\n]*/im.exec(
      event.recurring && /^RRULE/im.test(quote)
        ? quote.slice(quote.search(/^RRULE/im))
        : quote.slice(Math.max(0, quote.search(/^DTSTART/im))),
    )?.[0] ?? '';
  const start = context.zones.toLocal(chosen.start, context.zone);
  return {
    value: chosen.allDay ? start.date : `${start.date}T${formatMinute(start.minute)}`,
    times: chosen.allDay ? '' : formatMinute(start.minute),
    startsAt: chosen.start,
    location: chosen.location,
    quote,
    words,
  };
}

function tablePassages(table: Table, file: string): Passage[] {
  const columns = table.columns.map(({ name }) => name);
  return table.rows.map((row, i) => ({
    kind: 'table',
    text: row.cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(','),
    next: '',
    context: [table.name, columns.join(' ')],
    span: row.span,
    under: null,
    row: { columns, cells: row.cells, header: { ...table.span, end: table.rows[0]?.span.start ?? table.span.end } },
    file,
    locator: `${table.name}, row ${String(i + 1)}: ${oneLine(columns.join(', '))}`,
    writtenAt: null,
    sender: null,
    occurrence: null,
  }));
}
