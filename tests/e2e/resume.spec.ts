import { expect, test, type Page } from '@playwright/test';
import { seededRandom } from '../../src/core/base/random.ts';
import { exportJournal, runFrom, runGoal, startGoal } from '../../src/cli/drive-app.ts';
import { Acknowledged } from './kills/acknowledged.ts';
import { courseOf, epochsOf, factsOf, withoutTriesAgain } from './kills/course.ts';
import { openRunAfter, orderRun, startAndPress } from './kills/drive.ts';
import {
  closeBrowser,
  closeTab,
  crashRenderer,
  endWorker,
  type Interruption,
  reloadPage,
} from './kills/interruptions.ts';
import { KillWatch, type Hold } from './kills/kill-watch.ts';
import { seedFor } from './kills/seed.ts';
import { addSmallVault, REPORT_GOAL } from './kills/small-vault.ts';
import { PATIENCE_MS, World } from './world.ts';

/**
 * What happens to a run when its tab, its worker, its renderer or its browser goes away in the middle: at each entry
 * boundary and at 50 seeded moments, in a real browser. `kill -9` is in kill-browser.spec.ts, runs that change something
 * outside are in kill-effects.spec.ts.
 */
const MOMENTS = 50;
const no = (): Promise<boolean> => Promise.resolve(false);
const begins = (entry: string): boolean => entry.startsWith('step.started');

test.describe.configure({ timeout: 1_800_000 });

let world: World;
let page: Page;
let acknowledged: Acknowledged;

test.beforeEach(async () => {
  acknowledged = new Acknowledged();
  world = await World.open();
  page = await world.visit();
  await addSmallVault(world, page);
});
test.afterEach(() => world.close());

const IN_ONE_BROWSER = { reloadPage, closeTab, endWorker, crashRenderer };

test('a run interrupted at each entry boundary goes on with the very next entry, and ends the same', async () => {
  const undisturbed = await runGoal({ page }, REPORT_GOAL, no);
  const course = courseOf(await exportJournal({ page }), undisturbed);
  expect(course.length).toBeGreaterThanOrEqual(10);

  const interrupted: { run: string; boundary: number; by: string }[] = [];
  let boundary = 0;
  for (let ended = false; !ended;) {
    boundary += 1;
    for (const [by, interrupt] of Object.entries(IN_ONE_BROWSER)) {
      ended ||= !(await interruptedAfter(boundary, interrupt));
      if (!ended) interrupted.push({ run: runIn(page), boundary, by });
    }
  }

  // The last watch would still hold a signature back.
  await page.goto(world.url);
  console.log(`${interrupted.length} interruptions at ${boundary - 1} boundaries`);
  const exported = await exportJournal({ page });
  acknowledged.expectKept(exported);
  const digest = runFrom(exported, undisturbed)?.answerDigest;
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  const reached = new Set<number>();
  for (const { run, boundary, by } of interrupted) {
    const where = `${by} after entry ${boundary} of run ${run}`;
    expect(runFrom(exported, run), where).toMatchObject({ status: 'complete', answerDigest: digest });
    expect(withoutTriesAgain(courseOf(exported, run)), where).toEqual(course);
    const [{ epoch: first } = { epoch: -1 }, ...rest] = factsOf(exported, run);
    // What is held is a group: a step may begin in the one that made it due, and on a busy machine two may come in one.
    const kept = rest.filter(({ epoch }) => epoch === first).length + 1;
    const begun = course.slice(0, kept).filter(begins).length;
    expect(kept, where).toBeGreaterThanOrEqual(boundary);
    expect(kept, where).toBeLessThanOrEqual(boundary + begun + 1);
    reached.add(kept);
  }
  course.forEach((entry, boundary) => {
    if (boundary > 0 && !begins(entry)) expect(reached, `before ${entry}`).toContain(boundary);
  });
});

test('a run interrupted at seeded moments ends with the same answer, each step done once', async () => {
  const random = seededRandom(seedFor('resume'));
  const started = Date.now();
  const undisturbed = await runGoal({ page }, REPORT_GOAL, no);
  const duration = Math.min(Date.now() - started, 1_500);
  const interruptions = [...Object.values(IN_ONE_BROWSER), closeBrowser];

  const interrupted: string[] = [];
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    await KillWatch.begin(page, acknowledged.add);
    const run = await startGoal({ page }, REPORT_GOAL);
    await page.waitForTimeout(random.below(duration));
    const shown = await timeline(page);
    page = await random.pick(interruptions)(world, page, `/run/${run}`);
    await ends(page, 'complete');
    expect((await timeline(page)).slice(0, shown.length)).toEqual(shown);
    interrupted.push(run);
  }

  const exported = await exportJournal({ page });
  acknowledged.expectKept(exported);
  const digest = runFrom(exported, undisturbed)?.answerDigest;
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  const course = courseOf(exported, undisturbed);
  for (const run of interrupted) {
    expect(runFrom(exported, run), run).toMatchObject({ status: 'complete', answerDigest: digest });
    expect(withoutTriesAgain(courseOf(exported, run)), run).toEqual(course);
  }
  // Some interruptions must have come in the middle: such a run was written under more than one epoch.
  const torn = interrupted.filter((run) => epochsOf(exported, run).length > 1);
  expect(torn.length).toBeGreaterThanOrEqual(MOMENTS / 5);
});

test('Pause holds a run where it is, over a reload too, and Resume brings it to the same answer', async () => {
  const undisturbed = await runGoal({ page }, REPORT_GOAL, no);
  const run = await startAndPress(page, REPORT_GOAL, 'Pause');
  const status = page.locator('[data-status]');
  await expect(status).toHaveText('Paused');
  await page.waitForTimeout(1_500);
  await page.reload();
  await expect(status).toHaveAttribute('data-status', 'paused', { timeout: PATIENCE_MS });
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeHidden();

  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(status).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });
  const exported = await exportJournal({ page });
  const types = factsOf(exported, run).map(({ fact }) => fact.type);
  const between = types.slice(types.indexOf('run.paused') + 1, types.indexOf('run.resumed'));
  // What was under way may still report; nothing is begun.
  expect(between.filter((type) => type === 'step.started' || type === 'run.completed')).toEqual([]);
  expect(runFrom(exported, run)?.answerDigest).toBe(runFrom(exported, undisturbed)?.answerDigest);
});

test('Stop ends a run for good: nothing follows it, there is no answer, and it can be run again', async () => {
  const run = await startAndPress(page, REPORT_GOAL, 'Stop');
  const status = page.locator('[data-status]');
  await expect(page.getByText('You stopped this run, so there is no answer.')).toBeVisible();
  await page.reload();
  await expect(status).toHaveAttribute('data-status', 'cancelled', { timeout: PATIENCE_MS });
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeHidden();

  await page.getByRole('button', { name: 'Run again' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(run));
  await expect(status).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });
  const exported = await exportJournal({ page });
  expect(factsOf(exported, run).at(-1)?.fact.type).toBe('run.cancelled');
  expect(runFrom(exported, run)?.answer).toBeNull();
});

/**
 * Interrupts a run when so many groups of its entries are written, and has it go on to its end.
 * @returns whether it had that many and went on; one that had no more came to its end by itself
 */
async function interruptedAfter(groups: number, interrupt: Interruption): Promise<boolean> {
  // A renderer goes right after the acknowledgement. The other ways need a thread that can hear of them: it waits for the
  // signature of the next group.
  const hold: Hold =
    interrupt === crashRenderer
      ? { at: groups, points: ['acknowledged'], how: Infinity }
      : { at: groups + 1, points: ['sign'], how: 'stall' };
  const watch = await KillWatch.begin(page, acknowledged.add, hold);
  const before = await orderRun(page, REPORT_GOAL);
  const over = ends(page, 'complete').then(
    () => false,
    () => watch.held.then(() => true),
  );
  if (!(await Promise.race([watch.held.then(() => true), over]))) return false;
  // The page hears only after the first entries that the run is there.
  if (groups > 2) await page.waitForURL(/\/run\//);
  const shown = await timeline(page);
  page = await interrupt(world, page, new URL(page.url()).pathname);
  if (!page.url().includes('/run/')) await openRunAfter(page, before);
  await ends(page, 'complete');
  expect((await timeline(page)).slice(0, shown.length)).toEqual(shown);
  return true;
}

async function ends(at: Page, status: string): Promise<void> {
  await expect(at.locator('[data-status]')).toHaveAttribute('data-status', status, { timeout: PATIENCE_MS });
}

/** What the page shows of the run's entries. */
function timeline(at: Page): Promise<string[]> {
  return at.getByRole('region', { name: 'Timeline' }).getByRole('listitem').allTextContents();
}

function runIn(at: Page): string {
  return new URL(at.url()).pathname.split('/').at(-1) ?? '';
}
