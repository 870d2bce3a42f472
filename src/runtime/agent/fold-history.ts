import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { AgentStore, StoreError } from '#ports/agent-store.ts';
import type { Fact } from './facts.ts';
import { project, type AgentState, type Projected } from './projection.ts';
import { endedRuns, withRuns } from './state-snapshot.ts';

/** Facts folded between two writes of rows. */
const BATCH_FACTS = 64;

/**
 * Folds facts that are in the journal onto a state and keeps their rows. Cut off, it can be taken up where it stopped:
 * each batch says how far the rows are applied.
 * @param applied the rows hold what came of the facts up to this one already
 * @param progress told the last sequence that is kept
 * @param letGo called now and then with the state, to take from it what the rows hold: folding copies what a state holds
 */
export async function foldHistory(
  state: AgentState,
  history: AsyncIterable<{ readonly sequence: number; readonly fact: Fact }>,
  store: Pick<AgentStore, 'apply' | 'row'>,
  epoch: Epoch,
  applied: number,
  progress: (sequence: number) => void,
  letGo: (state: AgentState) => AgentState = (whole) => whole,
): Promise<Result<AgentState, StoreError>> {
  let folded = state;
  let batch: Projected[] = [];
  let last = -1;
  let count = 0;
  const keep = async (): Promise<Result<void, StoreError>> => {
    const rows = latestRows(batch.flatMap((step) => step.rows));
    const done = batch.flatMap((step) => step.done);
    batch = [];
    return store.apply(epoch, { applied: last as Sequence, rows, done });
  };
  for await (const { sequence, fact } of history) {
    if (sequence > applied && tellsOfEnded(fact)) folded = withRuns(folded, await endedRuns(store, [fact.run]));
    const step = project(folded, fact, sequence as Sequence);
    folded = step.state;
    if (sequence > applied) {
      last = sequence;
      batch.push(step);
    }
    if (++count % BATCH_FACTS !== 0) continue;
    const kept = batch.length === 0 ? ok(undefined) : await keep();
    if (!kept.ok) return err(kept.error);
    folded = letGo(folded);
    progress(sequence);
  }
  const kept = batch.length === 0 ? ok(undefined) : await keep();
  return kept.ok ? ok(folded) : err(kept.error);
}

/** Only these facts tell of a run that has ended, which the state may know no more of. */
function tellsOfEnded(fact: Fact): fact is Extract<Fact, { type: 'run.forgotten' | 'run.remembered' }> {
  return fact.type === 'run.forgotten' || fact.type === 'run.remembered';
}

/** The last value of each row wins. */
function latestRows<T extends { readonly kind: string; readonly id: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [`${row.kind}/${row.id}`, row])).values()];
}
