import { isEnded } from '#core/agent/transition.ts';
import type { Sequence } from '#core/base/ids.ts';
import type { AgentStore, ProjectionRow } from '#ports/agent-store.ts';
import type { RunSummary } from '../contract/views.ts';
import { type AgentState, EMPTY_STATE, type RowKind } from './projection.ts';
import { rowsGoingOn } from './state-snapshot.ts';

/** Of these kinds a state holds every row that there is. */
const HELD_WHOLE = [
  'agent',
  'identity',
  'witnesses',
  'actor',
  'channel',
  'grant',
  'spend',
  'source',
  'purposes',
  'sealed-folders',
  'settings',
  'observation',
  'destroying',
] as const satisfies readonly RowKind[];

/**
 * The rows that are not what the journal came to, each as it should be; its value is null where it should not be there. A
 * row's seal says whose row it is and not of when: whoever has the disk can put an older one in its place, or take one away.
 * What has ended is not looked at: reading that is reading all of history.
 * @param state what the journal came to at this entry, as the rows should say
 */
export async function strayedRows(
  store: Pick<AgentStore, 'row' | 'rows'>,
  state: AgentState,
  sequence: Sequence,
): Promise<readonly ProjectionRow[]> {
  const right = new Map(rowsGoingOn(state, sequence).map((row) => [nameOf(row), row]));
  const unwritten = new Map(rowsGoingOn(EMPTY_STATE, sequence).map((row) => [nameOf(row), textOf(row.value)]));
  const kept = new Map<string, ProjectionRow>();
  const keep = (row: ProjectionRow): void => void kept.set(nameOf(row), row);
  // A row that cannot be opened is one that is not there.
  for (const kind of HELD_WHOLE) for (const row of await store.rows(kind).catch(() => [])) keep(row);
  for (const { kind, id } of right.values())
    if (!isHeldWhole(kind)) {
      const row = await store.row(kind, id).catch(() => null);
      if (row !== null) keep(row);
    }
  const gone = [...kept.values()].filter((row) => !right.has(nameOf(row))).map((row) => ({ ...row, value: null }));
  const wrong = [...right.values()].filter((row) => {
    const found = kept.get(nameOf(row));
    const is = found === undefined ? unwritten.get(nameOf(row)) : textOf(found.value);
    return is !== textOf(row.value);
  });
  return [...gone, ...wrong];
}

/**
 * Whether the list shows a run as going on that was not: looking for it is reading the list of all runs ever.
 * @param goingOn the runs that were going on at this entry
 */
export async function listStrayed(
  store: Pick<AgentStore, 'rows'>,
  goingOn: ReadonlySet<string>,
  sequence: Sequence,
): Promise<boolean> {
  const listed = await store.rows('summary').catch(() => []);
  return listed.some((row) => row.sequence <= sequence && !isEnded(row.value as RunSummary) && !goingOn.has(row.id));
}

function isHeldWhole(kind: string): boolean {
  return HELD_WHOLE.some((whole) => whole === kind);
}

/** The same text for the same JSON, in whatever order its fields are. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function nameOf({ kind, id }: Pick<ProjectionRow, 'kind' | 'id'>): string {
  return `${kind}/${id}`;
}
