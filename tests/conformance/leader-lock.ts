import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LeaderLock } from '#ports/coordination.ts';

export interface LeaderLockBench {
  /** The lock as one more tab sees it. */
  readonly tab: () => LeaderLock;
  readonly dispose: () => Promise<void>;
}

/** What every lock must do, whatever it is made of. */
export function leaderLockSuite(name: string, make: () => Promise<LeaderLockBench>): void {
  describe(`${name} as a leader lock`, () => {
    let bench: LeaderLockBench;
    beforeEach(async () => {
      bench = await make();
    });
    afterEach(() => bench.dispose());

    test('one holds at a time, and the next begins when the first ends', async () => {
      const log: string[] = [];
      let inside = 0;
      const hold = (who: string): Promise<void> =>
        bench.tab().hold('main', async () => {
          inside++;
          expect(inside).toBe(1);
          log.push(`${who} in`);
          await pause(30);
          log.push(`${who} out`);
          inside--;
        });
      await Promise.all([hold('a'), hold('b'), hold('c')]);
      expect(log.map((line) => line.slice(2))).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
      expect(new Set(log.map((line) => line.slice(0, 1)))).toEqual(new Set(['a', 'b', 'c']));
    });

    test('other names are other locks', async () => {
      const release = latch();
      const first = bench.tab().hold('one', () => release.opened);
      let entered = false;
      await bench.tab().hold('two', () => {
        entered = true;
        return Promise.resolve();
      });
      expect(entered).toBe(true);
      release.open();
      await first;
    });

    test('stealing begins at once and tells the old holder that it lost', async () => {
      const started = latch();
      let lostSeen = false;
      const old = bench.tab().hold('main', async (lost) => {
        started.open();
        await new Promise((resolve) => lost.addEventListener('abort', resolve));
        lostSeen = true;
      });
      await started.opened;
      let stolen = false;
      await bench.tab().hold('main', () => Promise.resolve(void (stolen = true)), { steal: true });
      await old;
      expect({ stolen, lostSeen }).toEqual({ stolen: true, lostSeen: true });
    });

    test('one who gives up waiting never leads', async () => {
      const release = latch();
      const started = latch();
      const first = bench.tab().hold('main', () => {
        started.open();
        return release.opened;
      });
      await started.opened;
      const giveUp = new AbortController();
      let led = false;
      const waiting = bench.tab().hold('main', () => Promise.resolve(void (led = true)), { signal: giveUp.signal });
      giveUp.abort();
      await waiting;
      release.open();
      await first;
      expect(led).toBe(false);
      await bench.tab().hold('main', () => Promise.resolve());
    });

    test('a leader that fails gives the lock back and its failure is heard', async () => {
      await expect(bench.tab().hold('main', () => Promise.reject(new Error('the leader broke')))).rejects.toThrow(
        'the leader broke',
      );
      let entered = false;
      await bench.tab().hold('main', () => Promise.resolve(void (entered = true)));
      expect(entered).toBe(true);
    });
  });
}

function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
