import { type Trace, type TracedFact, traceOf } from '#core/agent/trace.ts';
import type { RunId } from '#core/base/ids.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import { type ReadEntry, readEntries } from '../journal/reader.ts';
import type { JournalReading } from '../journal/parts.ts';
import type { TimelineEntry } from '../contract/views.ts';
import { type Fact, isRunEvent } from './facts.ts';

const PAGE_ENTRIES = 512;

/**
 * The trace of a run, from its entries in the journal and those of what left for it.
 * @returns null where there is no such run, or what its entries said cannot be read any more
 */
export async function readTrace(
  journal: JournalReading,
  store: Pick<AgentStore, 'row'>,
  run: RunId,
): Promise<Trace | null> {
  const timeline = ((await store.row('timeline', run))?.value ?? []) as readonly TimelineEntry[];
  const [first, last] = [timeline[0], timeline.at(-1)];
  if (first === undefined || last === undefined) return null;
  const facts: TracedFact[] = [];
  const sent = new Set<string>();
  for (let from = first.sequence; from <= last.sequence; from += PAGE_ENTRIES) {
    const count = Math.min(PAGE_ENTRIES, last.sequence + 1 - from);
    for (const read of await readEntries(journal, from, count)) {
      if (read.payload === null && read.entry.run === run) return null;
      facts.push(...tracedIn(read, run, sent));
    }
  }
  return facts[0]?.type === 'run.started' ? traceOf(journal.tools.sha256, facts) : null;
}

function tracedIn({ payload }: ReadEntry, run: RunId, sent: Set<string>): TracedFact[] {
  const fact = (payload?.value ?? null) as Fact | null;
  if (fact === null) return [];
  if (fact.type === 'egress.intent' && fact.intent.by.run === run) {
    const { id, host, method, bytes } = fact.intent;
    sent.add(id);
    return [{ type: 'request.sent', id, at: fact.at, host, method, bytes }];
  }
  if (fact.type === 'egress.answered' && sent.has(fact.intent)) {
    const { status, failure, bytes } = fact.answer;
    return [{ type: 'request.answered', id: fact.intent, at: fact.at, status, failure, bytes }];
  }
  return isRunEvent(fact) && fact.run === run ? [fact] : [];
}
