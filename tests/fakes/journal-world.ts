import type { UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { HeadPinStore, JournalLeg } from '#ports/journal-leg.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import { openJournal, type OpenOptions } from '#runtime/journal/open-journal.ts';
import type { JournalFact, JournalParts, OpenReport } from '#runtime/journal/parts.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { checkTools } from './journal.ts';
import { memoryAgentStore, type MemoryStoreDisk, memoryStoreDisk } from './memory-agent-store.ts';
import { memoryJournalLeg, type MemoryLegDisk, memoryLegDisk } from './memory-journal-leg.ts';
import { memoryPins } from './memory-pins.ts';
import { plainSealer } from './plain-sealer.ts';
import { seededEntropy } from './seeded-entropy.ts';
import { seededSigner } from './seeded-signer.ts';

/** One browser profile: its disks outlive the tabs that open a journal on them. */
export interface JournalWorld {
  readonly clock: FakeClock;
  readonly first: MemoryLegDisk;
  readonly second: MemoryLegDisk;
  readonly store: MemoryStoreDisk;
  readonly pins: readonly HeadPinStore[];
  /** Ranges that were read from a copy since the start. */
  readonly reads: string[];
  /** What one more tab is made of. */
  readonly parts: (changes?: Partial<JournalParts>) => JournalParts;
  readonly open: (options?: OpenOptions) => Promise<{ readonly journal: Journal; readonly report: OpenReport }>;
  /** The values of all acknowledged facts, null where one cannot be read. */
  readonly values: () => Promise<readonly (Json | null)[]>;
}

export function journalWorld(seed = 1): JournalWorld {
  const clock = fakeClock();
  const first = memoryLegDisk();
  const second = memoryLegDisk();
  const store = memoryStoreDisk();
  const pins = [memoryPins('opfs'), memoryPins('indexeddb'), memoryPins('window')];
  const reads: string[] = [];
  const entropy = seededEntropy(seed);
  const observed = (leg: JournalLeg, name: string): JournalLeg => ({
    ...leg,
    read: (from, count) => {
      reads.push(`${name} ${String(from)} ${String(count)}`);
      return leg.read(from, count);
    },
  });
  const parts = (changes: Partial<JournalParts> = {}): JournalParts => ({
    clock,
    entropy,
    signer: seededSigner(seed),
    sealer: plainSealer(),
    tools: checkTools,
    store: memoryAgentStore(store),
    legs: [
      observed(memoryJournalLeg(first, 'opfs'), 'first'),
      observed(memoryJournalLeg(second, 'indexeddb'), 'second'),
    ],
    pins,
    ...changes,
  });
  return {
    clock,
    first,
    second,
    store,
    pins,
    reads,
    parts,
    open: async (options) => {
      const opened = await openJournal(parts(), options);
      if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.message}`);
      return opened.value;
    },
    values: async () => (await readEntries(parts(), 0, Infinity)).map(({ payload }) => payload?.value ?? null),
  };
}

/** A world whose journal holds so many entries, each written by itself, and is closed. */
export async function filled(count = 10): Promise<JournalWorld> {
  const world = journalWorld();
  const { journal } = await world.open();
  for (let index = 0; index < count; index++) await journal.append([fact(index)]);
  await journal.close();
  return world;
}

export function fact(value: Json, time = 1_763_700_000_000): JournalFact {
  return { time: time as UnixMs, type: 'step.finished', run: 'run-1', value };
}
