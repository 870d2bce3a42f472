import { expect, test, type Page } from '@playwright/test';
import { seededRandom } from '../../src/core/base/random.ts';
import { addSample, exportJournal, runFrom, runGoal, startGoal, type Exported } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

/**
 * What happens to a run when its tab, its worker or its browser goes away in the middle. Here at ten seeded moments in a
 * real browser; at each entry boundary and at many more moments in tests/unit/agent/leading-agent.test.ts.
 */
const SEED = 20261119;
const GOAL = 'Summarise this mailbox: what is asked of me, by whom and by when?';
const no = (): Promise<boolean> => Promise.resolve(false);

test.describe.configure({ timeout: 240_000 });

let world: World;
let page: Page;

test.beforeEach(async () => {
  world = await World.open();
  page = await world.visit();
  await addSample({ page });
});
test.afterEach(() => world.close());

/** Ways for the part that works to be gone. After each the app is opened again at the run. */
const INTERRUPTIONS: Readonly<Record<string, (run: string) => Promise<void>>> = {
  'the page is reloaded': async () => {
    await page.reload();
  },
  'the tab is closed': async (run) => {
    const other = await world.context.newPage();
    await page.close();
    await other.goto(`${world.url}/run/${run}`);
    page = other;
  },
  'the worker ends': async () => {
    for (const worker of page.workers()) await worker.evaluate('self.close()').catch(() => undefined);
    await page.reload();
  },
  'the renderer crashes': async (run) => {
    const session = await world.context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    // Nobody is left to answer.
    void session.send('Page.crash').catch(() => undefined);
    await crashed;
    const other = await world.context.newPage();
    await page.close();
    await other.goto(`${world.url}/run/${run}`);
    page = other;
  },
  'the browser is closed': async (run) => {
    await world.closeBrowser();
    page = await world.visit(`/run/${run}`);
  },
};

test('a run interrupted at seeded moments ends with the same answer, each step done once', async () => {
  const random = seededRandom(SEED);
  const started = Date.now();
  const undisturbed = await runGoal({ page }, GOAL, no);
  const duration = Date.now() - started;

  const interrupted: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    for (const interrupt of Object.values(INTERRUPTIONS)) {
      const run = await startGoal({ page }, GOAL);
      await page.waitForTimeout(random.below(Math.min(duration, 600)));
      await interrupt(run);
      await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });
      interrupted.push(run);
    }
  }

  const exported = await exportJournal({ page });
  expect(exported.report.ok).toBe(true);
  const digest = runFrom(exported, undisturbed)?.answerDigest;
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  for (const run of interrupted) {
    expect(runFrom(exported, run), run).toMatchObject({ status: 'complete', answerDigest: digest });
    const finished = factsOf(exported, run).flatMap(({ fact }) => (fact.type === 'step.finished' ? [fact.step] : []));
    expect(finished, run).toEqual([...new Set(finished)]);
    expect(finished).toHaveLength(runFrom(exported, run)?.plan?.steps.length ?? -1);
  }
  // Some interruptions must have come in the middle: such a run was written under more than one epoch.
  const torn = interrupted.filter((run) => new Set(factsOf(exported, run).map(({ epoch }) => epoch)).size > 1);
  expect(torn.length).toBeGreaterThanOrEqual(4);
});

test('Pause holds a run where it is, over a reload too, and Resume brings it to the same answer', async () => {
  const undisturbed = await runGoal({ page }, GOAL, no);
  const run = await startGoal({ page }, GOAL);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const status = page.locator('[data-status]');
  await expect(status).toHaveAttribute('data-status', 'paused');
  await expect(status).toHaveText('Paused');
  await page.waitForTimeout(1_500);
  await page.reload();
  await expect(status).toHaveAttribute('data-status', 'paused');
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
  const run = await startGoal({ page }, GOAL);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const status = page.locator('[data-status]');
  await expect(status).toHaveAttribute('data-status', 'cancelled');
  await expect(page.getByText('You stopped this run, so there is no answer.')).toBeVisible();
  await page.reload();
  await expect(status).toHaveAttribute('data-status', 'cancelled');
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeHidden();

  await page.getByRole('button', { name: 'Run again' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(run));
  await expect(status).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });
  const exported = await exportJournal({ page });
  expect(factsOf(exported, run).at(-1)?.fact.type).toBe('run.cancelled');
  expect(runFrom(exported, run)?.answer).toBeNull();
});

function factsOf(exported: Exported, run: string): Exported['facts'] {
  return exported.facts.filter(({ fact }) => 'run' in fact && fact.run === run);
}
