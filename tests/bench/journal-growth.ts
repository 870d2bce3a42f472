import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { platformClock } from '#adapters/platform/clock.ts';
import { checkCheckpoint, checkEntries, startCheck } from '#core/audit/journal-check.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { journalInMemory } from './memory-journal.ts';
import { type Figure, growthLaw, spread } from './statistics.ts';

const SIZES = [1_000, 4_000, 16_000, 64_000];
const LONG_SIZES = [...SIZES, 256_000, 1_000_000];
const COLD_ENTRIES = 100_000;
const NEW_ENTRIES = 64;
const ROUNDS = 21;

/**
 * How the journal's own work grows with its length, without a disk: over copies that answer at once, in Node. What a disk
 * adds is measured by the append benchmark, in a browser.
 */
export async function benchJournalGrowth(): Promise<Figure[]> {
  const sizes = process.argv.includes('--long') ? LONG_SIZES : SIZES;
  const world = journalInMemory();
  let journal = await world.open();
  let { proved } = await verifyJournal(world.parts);
  const rows: { size: number; append: number[]; open: number[]; added: number[] }[] = [];
  for (const size of sizes) {
    await growTo(journal, size);
    proved = (await verifyJournal(world.parts, { since: proved })).proved;
    const since = proved;
    await timed(ROUNDS * 3, () => journal.append([factOf(0)]));
    const append = await timed(ROUNDS * 3, () => journal.append([factOf(0)]));
    await growTo(journal, size + 6 * ROUNDS + NEW_ENTRIES);
    const added = await timed(ROUNDS, () => verifyJournal(world.parts, { since }));
    const open = await timed(ROUNDS, async () => {
      await journal.close();
      journal = await world.open();
    });
    rows.push({ size, append, open, added });
  }
  await growTo(journal, COLD_ENTRIES);
  const figures: Figure[] = [];
  const laws = [
    ['G11 append an entry', 'append', '<= 1.2 x', ''],
    [`G12 verify ${String(NEW_ENTRIES + 6 * ROUNDS)} new entries`, 'added', '', 'O(k + log n)'],
    ['G13 take over the journal', 'open', '<= 2 x', '<= 10 ms'],
  ] as const;
  for (const [name, of, goal, also] of laws) {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) continue;
    figures.push({
      name: `${name}, ${String(last.size)} before it`,
      unit: 'ms',
      ours: spread(last[of]),
      peer: { name: `with ${String(first.size)} before it`, ...spread(first[of]) },
      ratio: spread([spread(last[of]).median / spread(first[of]).median]),
      goal: [goal, also].filter((part) => part !== '').join(', '),
    });
    figures.push(
      growthLaw(
        name,
        rows.map((row) => [row.size, row[of]] as const),
      ),
    );
  }
  figures.push(...coldVerification(world));
  await journal.close();
  return figures;
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
  const ratios = (of: readonly number[]): number[] => times.ours.map((ours, round) => ours / (of[round] ?? Number.NaN));
  const base = { name, unit: 'ms', ours: spread(times.ours) };
  return [
    {
      ...base,
      peer: { name: 'two hashes an entry, nothing else', ...spread(times.hashing) },
      ratio: spread(ratios(times.hashing)),
      goal: '<= 2.5 x',
    },
    {
      ...base,
      peer: { name: 'a native signature check an entry', ...spread(times.signing) },
      ratio: spread(ratios(times.signing)),
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

/** @returns milliseconds of each */
async function timed(rounds: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times;
}

function once(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
