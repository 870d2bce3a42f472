import { afterEach, expect, test } from 'vitest';
import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import type { Epoch, UnixMs } from '#core/base/ids.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import { memoryOpfsActorBench, type MemoryOpfsBench } from '#tests/conformance/opfs-actor-bench.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

const ANNA = 'anna' as ActorId;
const BEN = 'ben' as ActorId;
const SLOW = { timeout: 60_000 };

let bench: MemoryOpfsBench;
afterEach(() => bench.dispose());

test('cut at any byte, the file says what was before or after a write, never between', SLOW, async () => {
  const { name, whole, states, fence, imageEnd } = await written();
  const seen = new Set<number>();
  for (let length = 0; length <= whole.length; length++) {
    restoreDisk(name, whole.slice(0, length), fence);
    const kept = states.filter(({ end }) => end <= length).length - 1;
    const { state, damage } = await readDisk();
    seen.add(kept);
    expect(state, `cut at ${String(length)}`).toBe(states[Math.max(kept, 0)]?.state);
    // Inside the image nothing is left to begin with, and that is said.
    expect(damage === null, `report of a cut at ${String(length)}`).toBe(length >= imageEnd);
  }
  expect(seen.size).toBe(states.length + 1);
});

test('any byte that is another is reported, and what stands before it is as it was', SLOW, async () => {
  const { name, whole, states, fence } = await written();
  for (let at = 0; at < whole.length; at++) {
    restoreDisk(name, whole.with(at, (whole[at] ?? 0) ^ (1 << (at % 8))), fence);
    const kept = states.filter(({ end }) => end <= at).length - 1;
    const { state, damage, next } = await readDisk();
    expect(state, `byte ${String(at)}`).toBe(states[Math.max(kept, 0)]?.state);
    expect(damage, `byte ${String(at)}`).toMatch(/damaged|cannot be read/);
    // What is reported stays reported until the owner has noticed, and the store goes on.
    expect(await next.damage()).toBe(damage);
    await next.noticed();
    expect(await bench.store().damage()).toBeNull();
    expect(await next.post(mail('later'))).toBe('kept');
  }
});

test('entries that a snapshot stands for move to files of their own, and their damage is said', SLOW, async () => {
  bench = memoryOpfsActorBench(plainSealer());
  const store = bench.store();
  const { epoch } = await store.activate(ANNA);
  const filler = 'x'.repeat(3_000);
  for (let sequence = 1; sequence <= 600; sequence++) {
    const snapshot = sequence % 16 === 0 ? { seen: sequence } : null;
    await store.commit(ANNA, epoch, { entry: entry(sequence, epoch, filler), taken: true, outbox: [], snapshot });
  }
  const sizes = [...bench.files()].filter(([name]) => name.endsWith('.actors')).map(([, bytes]) => bytes.length);
  expect(Math.max(...sizes)).toBeLessThan(700_000);
  const logs = [...bench.files().keys()].filter((name) => name.endsWith('.entries')).sort();
  expect(logs).toHaveLength(3);
  const other = bench.store();
  const all = await other.log(ANNA, 1, 1_000);
  expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
  expect((await other.log(ANNA, 250, 10)).map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 10 }, (_, index) => 250 + index),
  );
  await other.rewrite((kept) => JSON.parse(JSON.stringify(kept).replaceAll('xxx', 'y')) as never);
  expect([...bench.files().values()].some((bytes) => new TextDecoder().decode(bytes).includes('eHh4'))).toBe(false);
  expect((await other.log(ANNA, 1, 1_000)).map(({ event }) => event)).toEqual(Array(600).fill('y'.repeat(1_000)));
  const [first = ''] = logs;
  const bytes = bench.files().get(first) ?? new Uint8Array();
  bench.files().set(first, bytes.with(20_000, 1 ^ (bytes[20_000] ?? 0)));
  await expect(other.log(ANNA, 1, 100)).rejects.toThrow('damaged');
  expect(await other.log(ANNA, 300, 20)).toHaveLength(20);
});

test('a tab that was stopped in the middle of a write loses its turn, and what it still writes counts nowhere', async () => {
  bench = memoryOpfsActorBench(plainSealer());
  const store = bench.store();
  const { epoch } = await store.activate(ANNA);
  await store.post(mail('m1'));
  // It holds the lock, and will go on where it stopped.
  const stopped = bench.stop();
  const other = bench.store();
  const activated = other.activate(ANNA);
  await bench.clock.advance(6_000);
  const next = await activated;
  expect(next.epoch).toBe(epoch + 1);
  expect(await other.mailbox(ANNA)).toEqual([mail('m1')]);
  stopped.goOn();
  const late = { entry: entry(1, epoch), taken: true, outbox: [mail('o', ANNA, BEN)], snapshot: null };
  expect(await store.commit(ANNA, epoch, late)).toEqual({ ok: false, error: 'fenced' });
  expect(await other.outbox(ANNA)).toEqual([]);
  expect(await store.post(mail('m2'))).toBe('kept');
  expect((await other.mailbox(ANNA)).map(({ id }) => id)).toEqual(['m1', 'm2']);
});

interface Written {
  readonly name: string;
  readonly whole: Uint8Array;
  readonly fence: Uint8Array;
  readonly imageEnd: number;
  /** What is kept after each write, and where it ends. */
  readonly states: readonly { readonly end: number; readonly state: string }[];
}

/** A store whose file holds one of each kind of write. */
async function written(): Promise<Written> {
  bench = memoryOpfsActorBench(plainSealer());
  const store = bench.store();
  const newest = (): string =>
    [...bench.files().keys()]
      .filter((name) => name.endsWith('.actors'))
      .sort()
      .at(-1) ?? '';
  const states: { end: number; state: string }[] = [];
  const look = async (): Promise<void> => {
    const state = await stateOf(store);
    states.push({ end: bench.files().get(newest())?.length ?? 0, state });
  };
  await look();
  const { epoch } = await store.activate(ANNA);
  await look();
  await store.post(mail('m1'));
  await look();
  const outbox = [mail('o1', ANNA, BEN), mail('o2', ANNA, BEN)];
  await store.commit(ANNA, epoch, { entry: entry(1, epoch), taken: true, outbox, snapshot: { seen: 1 } });
  await look();
  await store.sent(ANNA, ['o1']);
  await look();
  const name = newest();
  const whole = bench.files().get(name)?.slice() ?? new Uint8Array();
  return {
    ...{ name, states, whole },
    imageEnd: 12 + new DataView(whole.buffer).getUint32(0, true),
    fence: bench.files().get('fence')?.slice() ?? new Uint8Array(),
  };
}

function restoreDisk(name: string, bytes: Uint8Array, fence: Uint8Array): void {
  const files = bench.files();
  files.clear();
  files.set(name, bytes);
  files.set('fence', fence.slice());
}

async function readDisk(): Promise<{ state: string; damage: string | null; next: ActorStore }> {
  const store = bench.store();
  const state = await stateOf(store);
  const next = bench.store();
  expect(await stateOf(next)).toBe(state);
  return { state, damage: await store.damage(), next };
}

async function stateOf(store: ActorStore): Promise<string> {
  const past = await store.past(ANNA);
  return JSON.stringify([past, await store.mailbox(ANNA), await store.outbox(ANNA), await store.actors()]);
}

function mail(id: string, from: string = BEN, to: string = ANNA): Envelope {
  const stamp = { by: 'receiver', entries: 0 } as const;
  return { id, from, to, at: 5 as UnixMs, path: [], body: id, stamp };
}

function entry(sequence: number, epoch: Epoch, event = ''): ActorEntry {
  return { sequence, epoch, at: 7 as UnixMs, message: `m${String(sequence)}`, event, crash: null };
}
