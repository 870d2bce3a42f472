import type { Sequence } from '#core/base/ids.ts';
import { ok } from '#core/base/result.ts';
import type { JournalSink } from '#runtime/agent/ports.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';

/** A journal of facts alone: what stands in it stays as it was written, and nothing is signed. */
export function plainJournal(facts: JournalFact[]): JournalSink {
  return {
    get head() {
      return { size: facts.length, checkpoint: `after ${String(facts.length)}` };
    },
    append: async (added) => {
      await Promise.resolve();
      facts.push(...structuredClone(added));
      return ok((facts.length - 1) as Sequence);
    },
    isOurs: () => Promise.resolve(true),
  };
}
