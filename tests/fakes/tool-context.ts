import type { UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { CalendarItem, Table } from '#core/items/item.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Source } from '#core/items/source.ts';
import type { CalendarExpander, Zones } from '#ports/calendar.ts';
import type { ToolContext } from '#runtime/tools/tool.ts';

const OFFICE_HOURS = { from: 9 * 60, to: 17 * 60 };

export const OWNER: OwnerSettings = {
  ...{ names: ['Dana Reyes'], addresses: ['dana@example.org'], zone: 'Europe/Berlin', locale: 'en' },
  ...{ weekStart: 'monday', units: 'metric', theme: 'system' },
  workingHours: { 1: OFFICE_HOURS, 2: OFFICE_HOURS, 3: OFFICE_HOURS, 4: OFFICE_HOURS, 5: OFFICE_HOURS },
};

export interface World {
  readonly now: string;
  readonly owner?: OwnerSettings;
  readonly events?: readonly CalendarItem[];
  readonly tables?: readonly Table[];
  /** Path of a source, by the beginning of its id. */
  readonly paths?: readonly string[];
  readonly inputs?: Readonly<Record<string, Json>>;
}

/** What a tool is given, over items in memory. */
export function toolContext(world: World, calendar: CalendarExpander, zones: Zones): ToolContext {
  const owner = world.owner ?? OWNER;
  return {
    owner,
    now: Date.parse(world.now) as UnixMs,
    zone: owner.zone,
    items: {
      messages: () => streamed([]),
      documents: () => streamed([]),
      events: () => streamed(world.events ?? []),
      tables: () => streamed(world.tables ?? []),
      count: (...kinds) => kinds.reduce((sum, kind) => sum + (kind === 'events' ? (world.events ?? []).length : 0), 0),
      source: (id) => ({ id, path: world.paths?.find((path) => id.startsWith(path)) ?? 'unknown' }) as Source,
    },
    language: { dates: { find: () => [] }, entities: { find: () => ({ people: [], places: [], organisations: [] }) } },
    calendar,
    zones,
    inputs: new Map(Object.entries(world.inputs ?? {})),
    model: null,
    progress: () => undefined,
    signal: new AbortController().signal,
  };
}

async function* streamed<T>(items: readonly T[]): AsyncIterable<T> {
  for (const item of items) yield await Promise.resolve(item);
}
