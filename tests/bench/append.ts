import { Dexie, type Table } from 'dexie';
import { indexedDbAgentStore } from '#adapters/indexeddb/agent-store.ts';
import { indexedDbJournalLeg } from '#adapters/indexeddb/journal-leg.ts';
import { keyvalPinStore } from '#adapters/keyval/head-pin-store.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { opfsPinStore } from '#adapters/opfs/head-pin-store.ts';
import { openSyncHandle, opfsDirectory, removeOpfsDirectory } from '#adapters/opfs/sync-handle.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { createWebCryptoSealer, generateDeviceKey } from '#adapters/webcrypto/sealer.ts';
import { createWebCryptoSigner, generateSigningKeys } from '#adapters/webcrypto/signer.ts';
import { canonicalJson } from '#core/base/json.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Signer } from '#ports/crypto.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import type { JournalFact, JournalParts } from '#runtime/journal/parts.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { type Figure, ratios, spread } from './statistics.ts';

export interface AppendBenchOptions {
  /** Each round measures every way once, in turn, so that a slow moment of the machine falls on all. */
  readonly rounds?: number;
  /** Appends a way and round. */
  readonly appends?: number;
  /** Steps of the loop. */
  readonly steps?: number;
  /** Sizes of the journal at which a single append is measured again. */
  readonly sizes?: readonly number[];
}

/** One way of making a fact durable. */
interface Way {
  readonly inFlight: number;
  readonly append: (fact: JournalFact) => Promise<unknown>;
}

const WARM_UP_APPENDS = 32;
const PAUSE_MS = 50;
const HEAD_BYTES = 160;

/**
 * What an acknowledged journal entry costs beside the bare write: runs in a dedicated worker, on real OPFS and IndexedDB.
 * Milliseconds an append are wall time divided by appends. The journal seals each payload under a key of its own, which
 * neither of the others does.
 */
export async function benchAppend(options: AppendBenchOptions = {}): Promise<Figure[]> {
  const { rounds = 9, appends = 192, sizes = [1_000, 10_000], steps = 1_000 } = options;
  const name = `bench-append-${Date.now().toString(36)}`;
  const { journal, parts } = await openedJournal(`${name}-journal`);
  const raw = await rawWriter(`${name}-raw`);
  const signed = await rawWriter(`${name}-signed`, parts.signer);
  const naive = naiveWriter(`${name}-naive`, parts.signer);
  const append = async (fact: JournalFact): Promise<void> => {
    const appended = await journal.append([fact]);
    if (!appended.ok) throw new Error(appended.error.message);
  };
  const ways = {
    raw: { inFlight: 1, append: raw.append },
    signed: { inFlight: 1, append: signed.append },
    journal1: { inFlight: 1, append },
    naive1: { inFlight: 1, append: naive.append },
    journal8: { inFlight: 8, append },
    journal64: { inFlight: 64, append },
    naive64: { inFlight: 64, append: naive.append },
  };
  const times: Record<keyof typeof ways, number[]> = {
    raw: [],
    signed: [],
    journal1: [],
    naive1: [],
    journal8: [],
    journal64: [],
    naive64: [],
  };
  const names = Object.keys(ways) as (keyof typeof ways)[];
  for (const way of names) await measure(ways[way], WARM_UP_APPENDS);
  for (let round = 0; round < rounds; round++)
    for (const way of names) times[way].push(await measure(ways[way], appends));

  const fewEntries = 96;
  const reopenFewMs = await (async () => {
    const few = await openedJournal(`${name}-few`);
    for (let at = 0; at < fewEntries; at++) await few.journal.append([factOf(at)]);
    await few.journal.close();
    const times = await reopened(few.parts, rounds);
    await eraseAll(few.parts);
    return times;
  })();
  const loop = await loopOfSteps(`${name}-loop`, append, steps);
  const growth: Figure[] = [];
  for (const size of sizes) {
    while (journal.head.size < size) await measure({ inFlight: 256, append }, 256);
    const runs: number[] = [];
    for (let run = 0; run < rounds; run++) runs.push(await measure(ways.journal1, appends));
    const base = { name: 'itself at the start', ...spread(times.journal1) };
    const ratio = spread(ratios(runs, times.journal1));
    growth.push({
      name: `G11 append in the browser, ${String(size)} entries before it`,
      unit: 'ms',
      ours: spread(runs),
      peer: base,
      ratio,
      goal: '<= 1.2 x',
    });
  }

  await journal.settle();
  const started = performance.now();
  const verified = await verifyJournal(parts);
  const verifyMs = (performance.now() - started) / Math.max(1, verified.verifiedUpTo) / parts.legs.length;
  if (verified.problem !== null)
    throw new Error(`The journal that was measured does not verify: ${verified.problem.why}`);
  await journal.close();
  const reopenMs = await reopened(parts, rounds);
  await Promise.all([raw.erase(), signed.erase(), naive.erase(), eraseAll(parts)]);

  const figure = (
    of: string,
    ours: readonly number[],
    peer: string,
    theirs: readonly number[],
    goal: string,
  ): Figure => ({
    name: of,
    unit: 'ms',
    ours: spread(ours),
    peer: { name: peer, ...spread(theirs) },
    ratio: spread(ratios(ours, theirs)),
    goal,
  });
  const alone = (of: string, value: number, goal: string): Figure => ({
    name: of,
    unit: 'ms',
    ours: spread([value]),
    peer: null,
    ratio: null,
    goal,
  });
  return [
    figure('G10 append, 1 in flight', times.journal1, 'OPFS write and flush', times.raw, '<= 2 x'),
    figure('G10 of it: a signature, then write and flush', times.signed, 'OPFS write and flush', times.raw, 'reported'),
    figure('G10 append, 1 in flight', times.journal1, 'a signature, then write and flush', times.signed, 'reported'),
    figure('G10 append, 1 in flight', times.journal1, 'Dexie put and signature', times.naive1, 'reported'),
    figure('G10 append, 8 in flight', times.journal8, 'OPFS write and flush', times.raw, '<= 2 x'),
    figure(
      'G10 append, 64 in flight',
      times.journal64,
      'Dexie put and signature, 64 in flight',
      times.naive64,
      '<= 0.1 x',
    ),
    ...loop,
    ...growth,
    alone(`G12 verify an entry of ${String(verified.verifiedUpTo)} in one copy, in the browser`, verifyMs, 'reported'),
    figure(
      `G13 take over a journal in the browser, ${String(verified.verifiedUpTo)} entries`,
      reopenMs,
      `with ${String(fewEntries)}`,
      reopenFewMs,
      '<= 2 x, <= 10 ms',
    ),
  ];
}

/** Keeps so many appends in flight until all are made. @returns milliseconds an append */
async function measure(way: Way, appends: number): Promise<number> {
  const started = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < appends) await way.append(factOf(next++));
  };
  await Promise.all(Array.from({ length: way.inFlight }, lane));
  return (performance.now() - started) / appends;
}

const STEP_BYTES = 1_000;
const STEPS_COMPARED = 50;

/**
 * A loop in which each step is durable before the next begins: what its last steps cost beside its first, and beside
 * writing the whole state at each step, as a checkpoint of everything does.
 */
async function loopOfSteps(
  directory: string,
  append: (fact: JournalFact) => Promise<void>,
  steps: number,
): Promise<Figure[]> {
  const handle = await openSyncHandle(await (await opfsDirectory(directory)).getFileHandle('state', { create: true }));
  if (handle === null) throw new Error('Sync access handles exist only in a dedicated worker.');
  const state: JournalFact[] = [];
  const [ours, whole]: [number[], number[]] = [[], []];
  const compared = Math.min(STEPS_COMPARED, steps / 2);
  for (let step = 0; step < steps; step++) {
    const value = { step: `s${String(step)}`, observation: 'x'.repeat(STEP_BYTES) };
    const fact = { time: platformClock.now(), type: 'step.finished', run: 'run-loop', value };
    state.push(fact);
    const started = performance.now();
    await append(fact);
    const appended = performance.now();
    ours.push(appended - started);
    if (step >= compared && step < steps - compared) continue;
    handle.write(utf8(JSON.stringify(state)), { at: 0 });
    handle.flush();
    whole.push(performance.now() - appended);
  }
  handle.close();
  await removeOpfsDirectory(directory);
  const [first, last, wholeAtLast] = [ours.slice(0, compared), ours.slice(-compared), whole.slice(-compared)];
  const name = `G14 step ${String(steps)} of a loop in the browser, 1 KB each`;
  const base = { name, unit: 'ms', ours: spread(last) };
  return [
    {
      ...base,
      peer: { name: `step ${String(compared)}`, ...spread(first) },
      ratio: spread(ratios(last, first)),
      goal: '<= 1.3 x',
    },
    {
      ...base,
      peer: { name: 'the whole state written and flushed', ...spread(wholeAtLast) },
      ratio: spread(ratios(last, wholeAtLast)),
      goal: '<= 0.1 x',
    },
  ];
}

function factOf(index: number): JournalFact {
  const value = { step: `s${String(index)}`, observation: 'x'.repeat(180), digest: '0'.repeat(64) };
  return { time: platformClock.now(), type: 'step.finished', run: 'run-bench', value };
}

async function openedJournal(name: string): Promise<{ journal: Journal; parts: JournalParts & { store: AgentStore } }> {
  const keys = await generateSigningKeys();
  if (!keys.ok) throw new Error(keys.error);
  const sealer = createWebCryptoSealer(await generateDeviceKey());
  const parts = {
    clock: platformClock,
    entropy: webCryptoEntropy,
    signer: await createWebCryptoSigner(keys.value),
    sealer,
    tools: { sha256, verifyEd25519 },
    store: indexedDbAgentStore(sealer, `${name}-store`),
    legs: [opfsJournalLeg(name), indexedDbJournalLeg(name)],
    pins: [opfsPinStore(`${name}-pins`), keyvalPinStore(`${name}-pins`)],
  };
  const opened = await openJournal(parts);
  if (!opened.ok) throw new Error(opened.error.message);
  return { journal: opened.value.journal, parts };
}

async function eraseAll(parts: JournalParts & { readonly store: AgentStore }): Promise<void> {
  await Promise.all([...parts.legs.map((leg) => leg.erase()), ...parts.pins.map((pin) => pin.erase())]);
  await parts.store.erase();
}

/** @returns milliseconds each */
async function reopened(parts: JournalParts, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await reopenedOnce(parts));
  return times;
}

async function reopenedOnce(parts: JournalParts): Promise<number> {
  const started = performance.now();
  const opened = await openJournal(parts);
  if (!opened.ok) throw new Error(opened.error.message);
  const ms = performance.now() - started;
  await opened.value.journal.close();
  // The next leader comes when the last one's writes have ended, its first record keys among them.
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return ms;
}

/**
 * The floor: as many bytes as an entry with its payload, written and flushed, and nothing else.
 * @param signer signs before each write as many bytes as a head has: no signed acknowledgement can take less
 */
async function rawWriter(
  directory: string,
  signer: Signer | null = null,
): Promise<{ append: (fact: JournalFact) => Promise<void>; erase: () => Promise<void> }> {
  const handle = await openSyncHandle(await (await opfsDirectory(directory)).getFileHandle('log', { create: true }));
  if (handle === null) throw new Error('Sync access handles exist only in a dedicated worker.');
  let end = 0;
  return {
    append: async (fact) => {
      const bytes = utf8(canonicalJson(fact).repeat(3));
      if (signer !== null) await signer.sign(bytes.subarray(0, HEAD_BYTES));
      end += handle.write(bytes, { at: end });
      handle.flush();
    },
    erase: async () => {
      handle.close();
      await removeOpfsDirectory(directory);
    },
  };
}

/** What one would write first: a strict put and a signature for each entry. */
function naiveWriter(
  name: string,
  signer: Signer,
): { append: (fact: JournalFact) => Promise<void>; erase: () => Promise<void> } {
  const database = new Dexie(name, { chromeTransactionDurability: 'strict' });
  database.version(1).stores({ entries: '++sequence' });
  const entries: Table<{ fact: JournalFact; signature: Uint8Array }, number> = database.table('entries');
  return {
    append: async (fact) => {
      const signature = await signer.sign(utf8(canonicalJson(fact)));
      await entries.add({ fact, signature });
    },
    erase: () => database.delete(),
  };
}
