import type { Run } from '#core/agent/run.ts';
import { isEnded } from '#core/agent/transition.ts';
import type { RunId, Sequence } from '#core/base/ids.ts';
import type { AgentStore, Snapshot } from '#ports/agent-store.ts';
import type { TimelineEntry } from '../contract/views.ts';
import { NO_SPENDING } from '../spend/spend-facts.ts';
import { type AgentState, stateFromRows, summaryOf } from './projection.ts';

/** Raised whenever folding makes something else of the same facts: what an older app folded is then folded anew. */
const FOLD_VERSION = 9;

/** So many entries, and as many more as there are this many rows in it, are folded before the next one is written. */
const ENTRIES_BETWEEN = 64;
const ROWS_AN_ENTRY = 8;

type StateRow = Parameters<typeof stateFromRows>[0][number];

interface SnapshotValue {
  readonly version: number;
  /** The signed head that was written with the last entry folded: it belongs to this history and to no other. */
  readonly checkpoint: string;
  readonly rows: readonly StateRow[];
}

/**
 * What leading needs of the state: everything but the runs that have ended, which are read from their rows when an order
 * names them. So it grows with what is going on, and not with what has happened.
 */
export function snapshotOf(state: AgentState, sequence: Sequence, checkpoint: string): Snapshot {
  const value: SnapshotValue = { version: FOLD_VERSION, checkpoint, rows: rowsGoingOn(state, sequence) };
  return { sequence, value };
}

/** After how many entries the next snapshot is due, so that writing it costs a bounded share of an entry. */
export function entriesUntilNext(snapshot: Snapshot): number {
  return ENTRIES_BETWEEN + Math.ceil((snapshot.value as SnapshotValue).rows.length / ROWS_AN_ENTRY);
}

export interface BelievedSnapshot {
  readonly state: AgentState;
  readonly sequence: Sequence;
  /** The entry from which on the next one is due. */
  readonly nextFrom: number;
}

/**
 * The state of the stored snapshot, if it is to be believed: it can be opened, was folded as this app folds, does not go
 * beyond what the rows hold, and names the very signed head that the journal holds at its entry. Null otherwise: then the
 * whole journal is read.
 * @param headAt the signed head that was written with an entry, as the copies of the journal hold it
 */
export async function believedSnapshot(
  store: Pick<AgentStore, 'snapshot'>,
  applied: number,
  headAt: (sequence: number) => Promise<string | null>,
): Promise<BelievedSnapshot | null> {
  const stored = await store.snapshot();
  if (stored === null || stored.sequence > applied) return null;
  const { version, checkpoint, rows } = stored.value as SnapshotValue;
  if (version !== FOLD_VERSION || checkpoint !== (await headAt(stored.sequence))) return null;
  const { sequence } = stored;
  return { state: stateFromRows(rows), sequence, nextFrom: sequence + entriesUntilNext(stored) };
}

/** A run with what its rows say of it. */
interface StoredRun {
  readonly run: Run;
  readonly timeline: readonly TimelineEntry[];
  /** Whether it was taken from the list. */
  readonly forgotten: boolean;
}

/** Those of these runs that have rows. */
export async function endedRuns(store: Pick<AgentStore, 'row'>, ids: readonly RunId[]): Promise<readonly StoredRun[]> {
  const found: StoredRun[] = [];
  for (const id of ids) {
    const run = await store.row('run', id);
    if (run === null) continue;
    const [timeline, summary] = await Promise.all([store.row('timeline', id), store.row('summary', id)]);
    const entries = (timeline?.value ?? []) as TimelineEntry[];
    found.push({ run: run.value as Run, timeline: entries, forgotten: summary === null });
  }
  return found;
}

/** The state with these runs in it; what it knows of a run already stays. */
export function withRuns(state: AgentState, found: readonly StoredRun[]): AgentState {
  const unknown = found.filter(({ run }) => !state.runs.has(run.id));
  if (unknown.length === 0) return state;
  return {
    ...state,
    runs: new Map([...state.runs, ...unknown.map(({ run }) => [run.id, run] as const)]),
    timelines: new Map([...state.timelines, ...unknown.map(({ run, timeline }) => [run.id, timeline] as const)]),
    forgotten: new Set([...state.forgotten, ...unknown.flatMap((each) => (each.forgotten ? [each.run.id] : []))]),
  };
}

/** The state without the runs that have ended. */
export function withoutEnded(state: AgentState): AgentState {
  const ended = [...state.runs.values()].filter(isEnded).map(({ id }) => id);
  if (ended.length === 0) return state;
  const [runs, timelines, forgotten] = [new Map(state.runs), new Map(state.timelines), new Set(state.forgotten)];
  for (const id of ended) for (const of of [runs, timelines, forgotten]) of.delete(id);
  return { ...state, runs, timelines, forgotten };
}

/** The rows of all that is going on, as they are kept. */
export function rowsGoingOn(state: AgentState, sequence: Sequence): StateRow[] {
  const row = (kind: string, id: string, value: unknown): StateRow => ({ kind, id, sequence, value });
  const of = (kind: string, values: ReadonlyMap<string, unknown>): StateRow[] =>
    [...values].map(([id, value]) => row(kind, id, value));
  const one = (kind: string, id: string, value: unknown): StateRow[] => (value === null ? [] : [row(kind, id, value)]);
  const runs = [...state.runs.values()].filter((run) => !isEnded(run));
  return [
    ...one('agent', 'agent', state.agent),
    ...one('identity', 'identity', state.identity),
    row('witnesses', 'witnesses', state.witnesses),
    ...of('actor', state.actors),
    ...of('channel', state.channels),
    ...of('grant', state.grants),
    ...of('egress', state.leaving),
    ...(state.spend === NO_SPENDING ? [] : [row('spend', 'spend', state.spend)]),
    ...one('rules', 'in-force', state.rules),
    ...runs.flatMap((run) => {
      const timeline = state.timelines.get(run.id) ?? [];
      return [
        row('run', run.id, run),
        row('summary', run.id, summaryOf(run, timeline)),
        row('timeline', run.id, timeline),
      ];
    }),
    ...of('source', state.sources),
    row('purposes', 'new', state.newFiles),
    row('sealed-folders', 'sealed-folders', state.sealedFolders),
    ...one('settings', 'owner', state.settings),
    ...one('settings', 'suggested', state.suggested),
    ...of('observation', state.observations),
    ...of('destroying', state.destroying),
  ];
}
