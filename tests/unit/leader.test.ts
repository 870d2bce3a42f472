import { expect, test } from 'vitest';
import type { Epoch } from '#core/base/ids.ts';
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_MISSED_MS } from '#core/base/limits.ts';
import { seededRandom } from '#core/base/random.ts';
import { type Heartbeat, type Leadership, shareLeadership } from '#runtime/leader.ts';
import { fakeClock, type FakeClock } from '#tests/fakes/fake-clock.ts';
import { memoryAgentStore, memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { memoryBroadcast } from '#tests/fakes/memory-broadcast.ts';
import { memoryLocks } from '#tests/fakes/memory-locks.ts';

interface Tab {
  readonly clock: FakeClock;
  visible: boolean;
  /** The epoch under which it believes to lead; null when it does not. */
  epoch: Epoch | null;
  readonly led: Epoch[];
  readonly failures: unknown[];
  /** Frozen: its time stands still, and it neither sends nor hears. */
  freeze: (frozen: boolean) => void;
  readonly isFrozen: () => boolean;
  /** Ends the leading from inside, as a fenced write does. */
  stepDown: () => void;
  readonly leadership: Leadership;
}

/** A browser with tabs whose clocks go together, unless one is frozen. */
function browser() {
  const locks = memoryLocks();
  const channel = memoryBroadcast<Heartbeat>();
  const disk = memoryStoreDisk();
  const tabs: Tab[] = [];
  const open = (visible = true): Tab => {
    const clock = fakeClock();
    const broadcast = channel.join();
    const tab: Omit<Tab, 'leadership'> = {
      clock,
      visible,
      epoch: null,
      led: [],
      failures: [],
      freeze: (frozen) => (broadcast.frozen = frozen),
      isFrozen: () => broadcast.frozen,
      stepDown: () => undefined,
    };
    const leadership = shareLeadership({
      name: 'agent:main',
      lock: locks,
      broadcast,
      clock,
      store: memoryAgentStore(disk),
      visible: () => Promise.resolve(tab.visible),
      lead: async (epoch, lost) => {
        tab.epoch = epoch;
        tab.led.push(epoch);
        await new Promise<void>((resolve) => {
          tab.stepDown = resolve;
          lost.addEventListener('abort', () => resolve());
        });
        tab.epoch = null;
      },
      failed: (error) => tab.failures.push(error),
    });
    const opened = Object.assign(tab, { leadership });
    tabs.push(opened);
    return opened;
  };
  const pass = async (milliseconds: number): Promise<void> => {
    for (let left = milliseconds; left > 0; left -= 50)
      for (const tab of tabs) {
        if (tab.isFrozen()) tab.clock.jump(50);
        else await tab.clock.advance(50);
      }
  };
  const leaders = (): Tab[] => tabs.filter(({ epoch }) => epoch !== null);
  return { open, pass, leaders, tabs, disk };
}

test('of several tabs one leads, and when it is closed another does, under a higher epoch', async () => {
  const { open, pass, leaders } = browser();
  const tabs = [open(), open(), open(false)];
  await pass(5_000);
  expect(leaders()).toEqual([tabs[0]]);
  expect(tabs[0]?.epoch).toBe(1);
  await tabs[0]?.leadership.stop();
  await pass(100);
  expect(leaders()).toEqual([tabs[1]]);
  expect(tabs[1]?.epoch).toBe(2);
  await tabs[1]?.leadership.stop();
  await pass(100);
  expect(leaders()).toEqual([tabs[2]]);
  expect(tabs.flatMap(({ failures }) => failures)).toEqual([]);
});

test('a visible tab takes the lead from a frozen one once it misses the heartbeat, and not before', async () => {
  const { open, pass } = browser();
  const [leader, follower] = [open(), open()];
  await pass(1_000);
  leader.freeze(true);
  await pass(HEARTBEAT_MISSED_MS - 2 * HEARTBEAT_INTERVAL_MS);
  expect(follower.epoch).toBeNull();
  await pass(4 * HEARTBEAT_INTERVAL_MS);
  expect(follower.epoch).toBe(2);
});

test('a tab that nobody looks at leaves a silent leader alone until it is looked at', async () => {
  const { open, pass } = browser();
  const [leader, follower] = [open(), open(false)];
  await pass(500);
  leader.freeze(true);
  await pass(10_000);
  expect(follower.epoch).toBeNull();
  follower.visible = true;
  await pass(500);
  expect(follower.epoch).toBe(2);
});

test('a leader that wakes up finds that it lost, follows, and can lead again', async () => {
  const { open, pass, leaders } = browser();
  const [old, next] = [open(), open()];
  await pass(500);
  old.freeze(true);
  await pass(3_000);
  old.freeze(false);
  await pass(3_000);
  expect(leaders()).toEqual([next]);
  await next.leadership.stop();
  await pass(500);
  expect(leaders()).toEqual([old]);
  expect(old.led).toEqual([1, 3]);
});

test('a follower that was asleep does not take the lead from a leader it could not hear', async () => {
  const { open, pass } = browser();
  const [leader, follower] = [open(), open()];
  await pass(500);
  follower.freeze(true);
  await pass(60_000);
  follower.freeze(false);
  await pass(5_000);
  expect(leader.epoch).toBe(1);
  expect(follower.led).toEqual([]);
});

test('a leader that steps down by itself lets another lead', async () => {
  const { open, pass, leaders } = browser();
  const [first, second] = [open(), open()];
  await pass(500);
  first.stepDown();
  await pass(100);
  expect(leaders()).toEqual([second]);
});

test('a lone tab whose leading fails tries again later, and not in a circle', async () => {
  const disk = memoryStoreDisk();
  const clock = fakeClock();
  const failures: unknown[] = [];
  let tries = 0;
  const leadership = shareLeadership({
    name: 'agent:main',
    lock: memoryLocks(),
    broadcast: memoryBroadcast<Heartbeat>().join(),
    clock,
    store: memoryAgentStore(disk),
    visible: () => Promise.resolve(true),
    lead: () => (++tries, Promise.reject(new Error('no journal'))),
    failed: (error) => failures.push(error),
  });
  await clock.advance(10 * HEARTBEAT_MISSED_MS);
  expect(tries).toBeGreaterThan(5);
  expect(tries).toBeLessThanOrEqual(12);
  expect(failures).toHaveLength(tries);
  await leadership.stop();
  await clock.advance(10_000);
  expect(failures).toHaveLength(tries);
});

test.each(Array.from({ length: 10 }, (_, seed) => seed))(
  'whatever tabs do, at most one of those that are awake leads, and it has the highest epoch (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const { open, pass, tabs, disk } = browser();
    const closed = new Set<Tab>();
    for (let turn = 0; turn < 40; turn++) {
      const living = tabs.filter((tab) => !closed.has(tab));
      const what = random.below(5);
      if (what === 0 && living.length < 4) open(random.chance(0.7));
      else if (living.length > 0) {
        const tab = random.pick(living);
        if (what === 1) tab.freeze(!tab.isFrozen());
        if (what === 2) tab.visible = !tab.visible;
        if (what === 3) tab.stepDown();
        if (what === 4 && random.chance(0.3)) {
          tab.freeze(false);
          closed.add(tab);
          await tab.leadership.stop();
        }
      }
      await pass(random.below(2_000));
      const leading = tabs.filter((tab) => tab.epoch !== null && !tab.isFrozen());
      expect(leading.length).toBeLessThanOrEqual(1);
      for (const tab of leading) expect(tab.epoch).toBe(disk.epoch);
    }
    for (const tab of tabs) {
      tab.freeze(false);
      tab.visible = true;
    }
    await pass(5_000);
    expect(tabs.filter((tab) => tab.epoch !== null)).toHaveLength(tabs.length === closed.size ? 0 : 1);
    expect(tabs.flatMap(({ failures }) => failures)).toEqual([]);
  },
);
