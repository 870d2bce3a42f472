import type { SourceId } from '#core/base/ids.ts';
import type { Address, CalendarItem, Item, Message, Table } from '#core/items/item.ts';
import type { Source } from '#core/items/source.ts';
import type { Inventory } from '#core/planner/goal.ts';
import type { SourceReader } from '../blobs/source-gate.ts';

const PEOPLE_MAX = 500;
const COLUMN_VALUES_MAX = 50;
const VALUE_CHARS_MAX = 40;
/** Fewer rows may count up by chance. */
const NUMBERED_ROWS_MIN = 5;
const NUMBERING_GAPS = 1.2;

/** What one source adds to the inventory; the same source always adds the same, so it is worked out once. */
interface Part {
  readonly messages: number;
  readonly events: number;
  readonly documents: Inventory['documents'];
  readonly tables: Inventory['tables'];
  readonly calendars: Inventory['calendars'];
  readonly people: ReadonlyMap<string, { readonly person: Address; readonly met: number }>;
}

/** Works out what the vault holds, small enough to plan with; remembers each source's part. */
export class InventoryTaker {
  readonly #parts = new Map<SourceId, Promise<Part>>();

  /** @param sources those that may be used, in order */
  async take(blobs: SourceReader, sources: readonly Source[]): Promise<Inventory> {
    const parts = await Promise.all(sources.map((source) => this.#partOf(blobs, source)));
    return {
      sources: sources.map(({ id, path, kind }) => ({ id, path, kind })),
      messages: parts.reduce((sum, part) => sum + part.messages, 0),
      events: parts.reduce((sum, part) => sum + part.events, 0),
      documents: parts.flatMap((part) => part.documents),
      tables: parts.flatMap((part) => part.tables),
      calendars: uniqueCalendars(parts.flatMap((part) => part.calendars)),
      people: mostMet(parts),
    };
  }

  #partOf(blobs: SourceReader, source: Source): Promise<Part> {
    let part = this.#parts.get(source.id);
    if (!part) {
      part = readPart(blobs, source);
      this.#parts.set(source.id, part);
      part.catch(() => this.#parts.delete(source.id));
    }
    return part;
  }
}

async function readPart(blobs: SourceReader, source: Source): Promise<Part> {
  let messages = 0;
  let events = 0;
  const documents: Inventory['documents'][number][] = [];
  const tables: Inventory['tables'][number][] = [];
  const calendars: Inventory['calendars'][number][] = [];
  const people = new Map<string, { person: Address; met: number }>();
  const meet = (address: Address): void => {
    if (address.address === '' && address.name === '') return;
    const key = address.address === '' ? address.name.toLowerCase() : address.address;
    const known = people.get(key);
    people.set(key, { person: known?.person.name ? known.person : address, met: (known?.met ?? 0) + 1 });
  };
  for await (const batch of blobs.items(source.id)) {
    for (const item of batch as readonly Item[]) {
      if (item.kind === 'message') {
        messages += 1;
        addressesOf(item).forEach(meet);
      } else if (item.kind === 'event') {
        events += 1;
        calendars.push({ name: item.calendar, owner: item.calendarOwner });
        attendeesOf(item).forEach(meet);
      } else if (item.kind === 'document') documents.push({ title: item.title, path: source.path });
      else tables.push(tablePart(item, source));
    }
  }
  return { messages, events, documents, tables, calendars: uniqueCalendars(calendars), people };
}

function addressesOf(message: Message): Address[] {
  return [message.from, ...message.to, ...message.cc];
}

function attendeesOf(event: CalendarItem): Address[] {
  return event.organizer ? [event.organizer, ...event.attendees] : [...event.attendees];
}

function tablePart(table: Table, source: Source): Inventory['tables'][number] {
  const values: Record<string, readonly string[]> = {};
  table.columns.forEach((column, index) => {
    if (column.type !== 'text' && column.type !== 'boolean') return;
    const distinct = new Set<string>();
    for (const row of table.rows) {
      const cell = row.cells[index]?.trim() ?? '';
      if (cell !== '' && cell.length <= VALUE_CHARS_MAX) distinct.add(cell);
      if (distinct.size > COLUMN_VALUES_MAX) break;
    }
    if (distinct.size <= COLUMN_VALUES_MAX) values[column.name] = [...distinct];
  });
  const numbering = table.columns.flatMap(({ name, type }, index) =>
    type === 'number' && countsUp(table.rows.map(({ cells }) => cells[index] ?? '')) ? [name] : [],
  );
  return { name: table.name, path: source.path, columns: table.columns, rows: table.rows.length, values, numbering };
}

/** Whether the cells are whole numbers that go up or down row by row with hardly a gap: numbers of rows, no amounts. */
function countsUp(cells: readonly string[]): boolean {
  const numbers = cells.filter((cell) => cell.trim() !== '').map(Number);
  if (numbers.length < NUMBERED_ROWS_MIN || !numbers.every(Number.isInteger)) return false;
  const [first = 0] = numbers;
  const last = numbers.at(-1) ?? 0;
  const inOrder = numbers.every(
    (number, i) => i === 0 || Math.sign(number - (numbers[i - 1] ?? 0)) === Math.sign(last - first),
  );
  return inOrder && Math.abs(last - first) <= NUMBERING_GAPS * numbers.length;
}

function uniqueCalendars(calendars: Inventory['calendars']): Inventory['calendars'] {
  return [...new Map(calendars.map((calendar) => [`${calendar.name}\n${calendar.owner ?? ''}`, calendar])).values()];
}

function mostMet(parts: readonly Part[]): Inventory['people'] {
  const all = new Map<string, { person: Address; met: number }>();
  for (const part of parts) {
    for (const [key, { person, met }] of part.people) {
      const known = all.get(key);
      all.set(key, { person: known?.person.name ? known.person : person, met: (known?.met ?? 0) + met });
    }
  }
  return [...all.values()]
    .sort((a, b) => b.met - a.met || a.person.address.localeCompare(b.person.address, 'en'))
    .slice(0, PEOPLE_MAX)
    .map(({ person }) => person);
}
