import { expect, test, type Page } from '@playwright/test';
import { seededRandom, type Random } from '../../src/core/base/random.ts';
import { exportJournal, openPage, runFrom, runGoal, startGoal, type Exported } from '../../src/cli/drive-app.ts';
import { isEnded } from '../../src/core/agent/transition.ts';
import { Acknowledged } from './kills/acknowledged.ts';
import { courseOf, epochsOf, runsOf, withoutTriesAgain } from './kills/course.ts';
import { killBrowser } from './kills/interruptions.ts';
import { KillWatch } from './kills/kill-watch.ts';
import { seedFor } from './kills/seed.ts';
import { addSmallVault, REPORT_GOAL } from './kills/small-vault.ts';
import { JOURNAL_POINTS } from './kills/watch-journal.ts';
import { PATIENCE_MS, World } from './world.ts';

/**
 * `kill -9` of the whole browser while runs are under way, at least a hundred times: half of them at a seeded moment, half
 * with the agent's thread held at a seeded point of its writing. Two owners at once, because starting a browser is mostly
 * waiting. Runs are left unfinished on purpose: the next browser takes them up beside the one it is killed in.
 */
/** KILLS sets another number for each owner. */
const KILLS_PER_OWNER = Number(process.env.KILLS ?? 52);
const MOMENT_MS_MAX = 1_200;
/** A run with fewer points to come is over by then. */
const HELD_MS_MAX = 2_500;
/** A run passes four points for each of its ten entries, and rows are applied for its order. */
const POINTS_MAX = 44;

test.describe.configure({ timeout: 1_800_000 });

test('a browser killed a hundred times in mid-run loses no acknowledged entry, and every run ends the same', async () => {
  const seed = seedFor('browser');
  const killed = await Promise.all([ownerIsKilled(seededRandom(seed)), ownerIsKilled(seededRandom(seed + 1))]);
  const sum = (of: (owner: Killed) => number): number => killed.reduce((total, owner) => total + of(owner), 0);
  console.log(
    `kill -9 ${sum(({ times }) => times)} times, ${sum(({ held }) => held)} of them at a point of the journal's writing; ` +
      `${sum(({ torn }) => torn)} runs were cut in two`,
  );
  expect(sum(({ times }) => times)).toBe(2 * KILLS_PER_OWNER);
});

interface Killed {
  readonly times: number;
  /** Of these, how often the agent's thread stood at a point of its writing. */
  readonly held: number;
  /** Runs that went on in another browser than they began in. */
  readonly torn: number;
}

async function ownerIsKilled(random: Random): Promise<Killed> {
  const world = await World.open();
  const acknowledged = new Acknowledged();
  try {
    let page = await world.visit();
    await addSmallVault(world, page);
    const undisturbed = await runGoal({ page }, REPORT_GOAL, () => Promise.resolve(false));
    const known = new Set([undisturbed]);
    let killed = 0;
    let held = 0;
    for (; killed < KILLS_PER_OWNER; killed += 1) {
      await openPage(page, 'Goal');
      const hold = random.chance(0.5)
        ? { at: 1 + random.below(POINTS_MAX), points: JOURNAL_POINTS, how: Infinity }
        : null;
      const watch = await KillWatch.begin(page, acknowledged.add, hold);
      const ordered = startGoal({ page }, REPORT_GOAL).then(
        (run) => void known.add(run),
        () => undefined,
      );
      const moment = page.waitForTimeout(hold === null ? random.below(MOMENT_MS_MAX) : HELD_MS_MAX);
      if (await Promise.race([watch.held, moment.catch(() => undefined)])) held += 1;
      await killBrowser(world);
      await ordered;
      page = await world.visit('/audit');
      expect(await verifiedEntries(page), `after kill ${killed + 1}`).toBeGreaterThanOrEqual(acknowledged.size);
    }

    const exported = await allEnded(page);
    acknowledged.expectKept(exported);
    const digest = runFrom(exported, undisturbed)?.answerDigest;
    const course = courseOf(exported, undisturbed);
    const runs = runsOf(exported);
    // What was on the screen as a run is one for good; one that was ordered and not yet shown may be there or not.
    expect([...known].filter((run) => !runs.includes(run))).toEqual([]);
    for (const run of runs) {
      expect(runFrom(exported, run), run).toMatchObject({ status: 'complete', answerDigest: digest });
      expect(withoutTriesAgain(courseOf(exported, run)), run).toEqual(course);
    }
    const torn = runs.filter((run) => epochsOf(exported, run).length > 1);
    expect(torn.length).toBeGreaterThanOrEqual(KILLS_PER_OWNER / 4);
    return { times: killed, held, torn: torn.length };
  } finally {
    await world.close();
  }
}

/** Proves the journal from its bytes in the app, once the tab has taken it over. @returns its entries */
async function verifiedEntries(page: Page): Promise<number> {
  await expect(page.getByText('This tab does the work')).toBeVisible({ timeout: PATIENCE_MS });
  const checked = page.getByText(/^Checked .+ entries from their bytes/);
  // On a busy machine a tab may take its time to be ready for it.
  await expect(async () => {
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await expect(checked).toBeVisible({ timeout: PATIENCE_MS });
  }).toPass({ timeout: 3 * PATIENCE_MS });
  const said = await checked.textContent();
  return Number(/^Checked ([\d,]+)/.exec(said ?? '')?.[1]?.replaceAll(',', ''));
}

async function allEnded(page: Page): Promise<Exported> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const exported = await exportJournal({ page });
    const active = runsOf(exported).filter((run) => {
      const state = runFrom(exported, run);
      return state !== null && !isEnded(state);
    });
    if (active.length === 0) return exported;
    expect(Date.now(), `${active.join(', ')} did not end`).toBeLessThan(until);
    await page.waitForTimeout(500);
    await openPage(page, 'Goal');
  }
}
