import type { Sequence } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { JournalSink } from '#runtime/agent/ports.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';

/** A journal of facts alone, that can stop for good after so many entries, as a killed tab does. */
export function memoryJournalSink(facts: JournalFact[], stopAfter = Infinity): JournalSink {
  return {
    append: async (added) => {
      await Promise.resolve();
      if (facts.length + added.length > stopAfter) return err({ code: 'io', message: 'the tab was killed' });
      facts.push(...structuredClone(added));
      return ok((facts.length - 1) as Sequence);
    },
  };
}
