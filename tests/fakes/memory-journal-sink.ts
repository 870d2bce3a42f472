import { sha256 } from '#adapters/noble/sha256.ts';
import { digestOf } from '#core/base/json.ts';
import type { Sequence } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { JournalSink } from '#runtime/agent/ports.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';

/** Stands for the signed head over the facts up to this one. */
export function memoryCheckpoint(facts: readonly JournalFact[], sequence: number): string {
  return digestOf(sha256, facts.slice(0, sequence + 1));
}

/** A journal of facts alone, that can stop for good after so many entries, as a killed tab does. */
export function memoryJournalSink(facts: JournalFact[], stopAfter = Infinity): JournalSink {
  return {
    get head() {
      return { size: facts.length, checkpoint: memoryCheckpoint(facts, facts.length - 1) };
    },
    append: async (added) => {
      await Promise.resolve();
      if (facts.length + added.length > stopAfter) return err({ code: 'io', message: 'the tab was killed' });
      facts.push(...structuredClone(added));
      return ok((facts.length - 1) as Sequence);
    },
    isOurs: () => Promise.resolve(true),
  };
}
