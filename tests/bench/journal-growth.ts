import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { checkCheckpoint, checkEntries, startCheck } from '#core/audit/journal-check.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { ok } from '#core/base/result.ts';
import type { Signer } from '#ports/crypto.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import type { JournalFact, JournalParts } from '#runtime/journal/parts.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { memoryAgentStore, memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';
import { type Figure, spread } from './statistics.ts';

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
  const rows: { size: number; append: number[]; open: number[]; added: number[] }[] = [];
  for (const size of sizes) {
    await growTo(journal, size);
    const proved = (await verifyJournal(world.parts)).proved;
    await timed(ROUNDS * 3, () => journal.append([factOf(0)]));
    const append = await timed(ROUNDS * 3, () => journal.append([factOf(0)]));
    await growTo(journal, size + 6 * ROUNDS + NEW_ENTRIES);
    const added = await timed(ROUNDS, () => verifyJournal(world.parts, { since: proved }));
    const open = await timed(ROUNDS, async () => {
      await journal.close();
      journal = await world.open();
    });
    rows.push({ size, append, open, added });
  }
  await growTo(journal, COLD_ENTRIES);
  const figures: Figure[] = [];
  const laws = [
    ['append an entry', 'append', '<= 1.2 x', ''],
    [`verify ${String(NEW_ENTRIES + 6 * ROUNDS)} new entries`, 'added', '', 'O(k + log n)'],
    ['take over the journal', 'open', '<= 2 x', '<= 10 ms'],
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
    const { slope, error } = powerLaw(rows.map((row) => [row.size, spread(row[of]).median]));
    const exponent = { median: slope, min: slope - 2 * error, max: slope + 2 * error };
    figures.push({
      name: `${name}: exponent over ${rows.map(({ size }) => String(size)).join(', ')}`,
      unit: '',
      ours: exponent,
      peer: null,
      ratio: null,
      goal: '0: does not grow',
    });
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
  const name = `verify ${String(entries.length)} entries cold`;
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

function journalInMemory() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signer: Signer = {
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
    sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
  };
  const sha256: Sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest());
  const disk = memoryStoreDisk();
  const { groups, leg } = instantLeg();
  const parts: JournalParts = {
    clock: platformClock,
    entropy: webCryptoEntropy,
    signer,
    sealer: plainSealer(),
    tools: { sha256, verifyEd25519 },
    store: memoryAgentStore(disk),
    legs: [leg],
    pins: [],
  };
  const open = async (): Promise<Journal> => {
    const opened = await openJournal(parts);
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value.journal;
  };
  return { parts, groups, open };
}

/** A copy that takes no time and finds an entry by halving. */
function instantLeg(): { readonly groups: Group[]; readonly leg: JournalLeg } {
  const groups: Group[] = [];
  const indexOf = (sequence: number): number => {
    let [low, high] = [0, groups.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const group = groups[middle];
      if (group !== undefined && group.firstSequence + group.count <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const done = Promise.resolve(ok(undefined));
  const leg: JournalLeg = {
    name: 'memory',
    open: () => done,
    read: (from = 0 as never, count = Infinity) =>
      Promise.resolve({ groups: groups.slice(indexOf(from), indexOf(from + count - 1) + 1), damage: null }),
    head: () => Promise.resolve(groups.at(-1) ?? null),
    append: (added) => {
      groups.push(...added);
      return done;
    },
    fencing: () => true,
    truncateFrom: () => done,
    close: () => Promise.resolve(),
    erase: () => Promise.resolve(),
  };
  return { groups, leg };
}

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

/** Least squares on logarithms: the exponent of a power law and its standard error. */
function powerLaw(points: readonly (readonly [number, number])[]): { slope: number; error: number } {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (of: 0 | 1): number => logs.reduce((sum, point) => sum + point[of], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const squares = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / squares;
  const residue = logs.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, error: Math.sqrt(residue / Math.max(1, logs.length - 2) / squares) };
}
