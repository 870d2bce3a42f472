import { expect, test } from 'vitest';
import { seededRandom } from '#core/base/random.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { fact, journalWorld } from '#tests/fakes/journal-world.ts';
import type { MemoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/**
 * A life of one journal: bursts of appends, tabs that die anywhere in between, leaders that were only stopped and write
 * on, full disks, a store that lost its newest heads with the power, and damage to one copy at a time. At the end
 * everything acknowledged is there in its place, what else is there was once written and stands there once, and all is
 * proved and readable.
 */
test.each(SEEDS)('what was acknowledged survives the life of seed %i', async (seed) => {
  const random = seededRandom(seed);
  const world = journalWorld(seed);
  world.first.fencing = seed % 2 === 0;
  const acknowledged = new Map<number, string>();
  const refused = new Set<string>();
  const stopped: Journal[] = [];
  let olderHead = world.store.head;
  let written = 0;
  let { journal } = await world.open();

  const burst = (by: Journal): Promise<unknown>[] =>
    Array.from({ length: 1 + random.below(6) }, () => {
      const values = Array.from(
        { length: random.chance(0.1) ? 70 : 1 + random.below(3) },
        () => `fact ${String(written++)}`,
      );
      return by.append(values.map((value) => fact(value))).then((appended) => {
        if (!appended.ok) {
          // "No room" means that nothing was written; any other failure leaves it open.
          if (appended.error.code === 'quota') for (const value of values) refused.add(value);
          return;
        }
        values.forEach((value, index) => {
          const sequence = appended.value - values.length + 1 + index;
          expect(acknowledged.has(sequence), `sequence ${String(sequence)} is given once`).toBe(false);
          acknowledged.set(sequence, value);
        });
      });
    });

  for (let day = 0; day < 12; day++) {
    olderHead = world.store.head;
    const full = random.chance(0.15) ? random.pick([world.first, world.second]) : null;
    if (full !== null) full.fail = 'quota';
    let wake: () => void = () => undefined;
    const dying = random.chance(0.5);
    if (dying) {
      let flushes = random.below(4);
      world.first.afterAppend = () => (flushes-- > 0 ? Promise.resolve() : new Promise((resolve) => (wake = resolve)));
    }
    const appends = burst(journal);
    if (dying) await world.clock.advance(random.below(700));
    else await Promise.all(appends);
    world.first.afterAppend = null;
    if (full !== null) full.fail = null;
    if (random.chance(0.3)) await world.clock.advance(600);

    if (dying || random.chance(0.3)) {
      if (!dying) await journal.close();
      const harmed = random.chance(0.4) && !dying ? random.pick([world.first, world.second]) : null;
      if (harmed !== null) harm(harmed, random.below(3), random.below(1_000));
      if (random.chance(0.3) && world.store.head !== null && olderHead !== null) world.store.head = olderHead;
      stopped.push(journal);
      ({ journal } = await world.open({ thorough: random.chance(0.3) }));
      wake();
      await world.clock.advance(1);
    }
    if (random.chance(0.3)) for (const old of stopped) await Promise.all(burst(old));
    expect(stopped.every((old) => old.epoch < journal.epoch)).toBe(true);
  }

  await journal.close();
  ({ journal } = await world.open({ thorough: true }));
  const values = await world.values();
  for (const [sequence, value] of acknowledged) expect(values[sequence], `entry ${String(sequence)}`).toBe(value);
  expect(new Set(values).size).toBe(values.length);
  for (const value of values) expect(refused).not.toContain(value);
  expect(acknowledged.size).toBeGreaterThan(10);
  const verified = await verifyJournal(world.parts(), { payloads: true });
  expect(verified).toMatchObject({ size: values.length, verifiedUpTo: values.length, problem: null });
  expect(verified.payloads).toBe(values.length);
  expect(world.first.groups).toEqual(world.second.groups);
});

function harm(disk: MemoryLegDisk, kind: number, where: number): void {
  if (disk.groups.length === 0) return;
  if (kind === 0) disk.groups = [];
  else if (kind === 1) disk.groups.splice(where % disk.groups.length);
  else disk.damagedAt = disk.groups.length - 1;
}
