import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { platformClock } from '#adapters/platform/clock.ts';
import { checkCheckpoint, checkEntries, startCheck } from '#core/audit/journal-check.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import { type ProvedJournal, verifyJournal } from '#runtime/journal/verify-journal.ts';
import { journalInMemory } from './memory-journal.ts';
import { type Figure, growthLaw, ratios, spread } from './statistics.ts';

const FIRST = 1_000;
const SIZES = [FIRST, 4_000, 16_000, 64_000];
const LONG_SIZES = [...SIZES, 256_000, 1_000_000];
const COLD_ENTRIES = 100_000;
/** The last size below that: it is measured there, before the journal grows on. */
const COLD_AT = 64_000;
const NEW_ENTRIES = 64;
const ROUNDS = 21;

/**
 * How the journal's own work grows with its length, without a disk: over copies that answer at once, in Node. What a disk
 * adds is measured by the append benchmark, in a browser.
 */
export async function benchJournalGrowth(): Promise<Figure[]> {
  const sizes = process.argv.includes('--long') ? LONG_SIZES : SIZES;
  const grown = await Grown.begin();
  const rows: Row[] = [];
  let cold: Figure[] = [];
  for (const size of sizes) {
    // What a journal of the first size takes at the same moments: each of the two in turn.
    const small = await Grown.begin();
    await small.prepare(FIRST);
    await grown.prepare(size);
    await timed(ROUNDS * 3, [() => grown.append(), () => small.append()]);
    const [append, appendSmall] = await timed(ROUNDS * 3, [() => grown.append(), () => small.append()]);
    for (const each of [grown, small]) await each.growTo((each === grown ? size : FIRST) + 6 * ROUNDS + NEW_ENTRIES);
    const [added, addedSmall] = await timed(ROUNDS, [() => grown.verifyNew(), () => small.verifyNew()]);
    const [open, openSmall] = await timed(ROUNDS, [() => grown.takeOver(), () => small.takeOver()]);
    rows.push({
      size,
      append: ratios(append, appendSmall),
      added: ratios(added, addedSmall),
      open: ratios(open, openSmall),
      ms: { append, added, open },
      small: { append: appendSmall, added: addedSmall, open: openSmall },
    });
    await small.close();
    if (cold.length === 0 && size >= COLD_AT) {
      await grown.growTo(COLD_ENTRIES);
      cold = coldVerification(grown.world);
    }
  }
  const figures: Figure[] = [];
  const laws = [
    ['G11 append an entry', 'append', '<= 1.2 x', ''],
    [`G12 verify ${String(NEW_ENTRIES + 6 * ROUNDS)} new entries`, 'added', '', 'O(k + log n)'],
    ['G13 take over the journal', 'open', '<= 2 x', '<= 10 ms'],
  ] as const;
  for (const [name, of, goal, also] of laws) {
    for (const row of rows.slice(1))
      figures.push({
        name: `${name}, ${String(row.size)} before it`,
        unit: 'ms',
        ours: spread(row.ms[of]),
        peer: { name: `with ${String(FIRST)} before it`, ...spread(row.small[of]) },
        ratio: spread(row[of]),
        goal: [goal, also].filter((part) => part !== '').join(', '),
      });
    // Of what was measured beside a journal that stays small, so that a slow moment of the machine falls on both.
    figures.push(
      growthLaw(
        name,
        rows.map((row) => [row.size, row[of]] as const),
      ),
    );
  }
  await grown.close();
  return [...figures, ...cold];
}

type Measured = Readonly<Record<'append' | 'added' | 'open', readonly number[]>>;

/** Of one size: how many times what a journal of the first size takes, and the milliseconds of both. */
interface Row extends Measured {
  readonly size: number;
  readonly ms: Measured;
  readonly small: Measured;
}

/** A journal that grows, and what is measured on it. */
class Grown {
  readonly world: ReturnType<typeof journalInMemory>;
  #journal: Journal;
  #proved: ProvedJournal | null = null;

  private constructor(world: ReturnType<typeof journalInMemory>, journal: Journal) {
    this.world = world;
    this.#journal = journal;
  }

  static async begin(): Promise<Grown> {
    const world = journalInMemory();
    return new Grown(world, await world.open());
  }

  growTo(size: number): Promise<void> {
    return growTo(this.#journal, size);
  }

  /** Grows, and proves all of it. */
  async prepare(size: number): Promise<void> {
    await this.growTo(size);
    this.#proved = (await verifyJournal(this.world.parts, { since: this.#proved })).proved;
  }

  append(): Promise<unknown> {
    return this.#journal.append([factOf(0)]);
  }

  verifyNew(): Promise<unknown> {
    return verifyJournal(this.world.parts, { since: this.#proved });
  }

  async takeOver(): Promise<void> {
    await this.#journal.close();
    this.#journal = await this.world.open();
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}

/** All entries from their bytes: hashing alone, the whole check, and a signature for each, in turn. */
function coldVerification({ groups, parts }: ReturnType<typeof journalInMemory>): Figure[] {
  const entries = groups.flatMap((group) => group.entries).slice(0, COLD_ENTRIES);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signatures = entries.slice(0, 2_000).map((text) => sign(null, Buffer.from(text), privateKey));
  const times: { hashing: number[]; ours: number[]; signing: number[] } = { hashing: [], ours: [], signing: [] };
  for (let round = 0; round < 7; round++) {
    times.hashing.push(
      once(() => {
        for (const text of entries) {
          parts.tools.sha256(Buffer.from(text));
          parts.tools.sha256(NODE);
        }
      }),
    );
    times.ours.push(
      once(() => {
        let check = startCheck(agentIdOf(parts.signer.publicKey));
        let last = '';
        for (const group of groups) {
          const checked = checkEntries(parts.tools, check, { ...group, payloads: [] }, 'root');
          if (!checked.ok) throw new Error(checked.error.why);
          check = checked.value;
          last = group.checkpoint;
        }
        if (!checkCheckpoint(parts.tools, check, last).ok) throw new Error('The journal does not verify.');
      }),
    );
    // A part of them, for the whole would take minutes.
    const part = once(() => {
      for (const [index, signature] of signatures.entries())
        if (!verify(null, Buffer.from(entries[index] ?? ''), publicKey, signature)) throw new Error('signature');
    });
    times.signing.push((part / signatures.length) * entries.length);
  }
  const name = `G12 verify ${String(entries.length)} entries cold`;
  const base = { name, unit: 'ms', ours: spread(times.ours) };
  return [
    {
      ...base,
      peer: { name: 'two hashes an entry, nothing else', ...spread(times.hashing) },
      ratio: spread(ratios(times.ours, times.hashing)),
      goal: '<= 2.5 x',
    },
    {
      ...base,
      peer: { name: 'a native signature check an entry', ...spread(times.signing) },
      ratio: spread(ratios(times.ours, times.signing)),
      goal: '<= 0.125 x',
    },
  ];
}

const NODE = new Uint8Array(65);

async function growTo(journal: Journal, size: number): Promise<void> {
  while (journal.head.size < size) {
    const count = Math.min(64, size - journal.head.size);
    const appended = await journal.append(Array.from({ length: count }, (_, index) => factOf(index)));
    if (!appended.ok) throw new Error(appended.error.message);
  }
}

function factOf(index: number): JournalFact {
  const value = { step: `s${String(index)}`, observation: 'x'.repeat(180), digest: '0'.repeat(64) };
  return { time: platformClock.now(), type: 'step.finished', run: 'run-bench', value };
}

/** Does both in turn. @returns milliseconds of each round of the one, and of the other */
async function timed(
  rounds: number,
  [one, other]: readonly [() => Promise<unknown>, () => Promise<unknown>],
): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++)
    for (const [of, work] of [one, other].entries()) {
      const started = performance.now();
      await work();
      times[of as 0 | 1].push(performance.now() - started);
    }
  return times;
}

function once(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
