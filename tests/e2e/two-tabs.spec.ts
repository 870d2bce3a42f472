import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { addSample, exportJournal, openPage, runFrom, runGoal, startGoal } from '../../src/cli/drive-app.ts';
import { startAndPress } from './kills/drive.ts';
import { PATIENCE_MS, World } from './world.ts';

/** Two tabs of one browser: one leads, the other follows live, gives commands, and takes over. */
const GOAL = 'Summarise this mailbox: what is asked of me, by whom and by when?';
const SAVING = 'Write the status report for the Harbour Library from these files and save it as report.md';
const LEADS = 'This tab does the work';
const FOLLOWS = 'Following another tab';
const no = (): Promise<boolean> => Promise.resolve(false);
/** After a change a tab verifies the journal and writes its pins within this. */
const SETTLED_MS = 3_000;

test.describe.configure({ timeout: 300_000 });

let world: World;
let leader: Page;
let follower: Page;

test.beforeEach(async () => {
  world = await World.open();
  leader = await world.visit();
  await expect(leader.getByText(LEADS)).toBeVisible();
  await addSample({ page: leader });
  follower = await world.visit();
});
test.afterEach(() => world.close());

test('the second tab follows: it says so, and shows a run of the first as it goes on and ends', async () => {
  await expect(follower.getByText(FOLLOWS)).toBeVisible();
  await expect(follower.getByText('Another tab is doing the work.')).toBeVisible();
  await expect(follower.getByText('All files (21)')).toBeVisible();

  const run = await startGoal({ page: leader }, SAVING);
  await expect(follower.getByRole('link', { name: `Waiting for you: ${SAVING}` })).toBeVisible();
  await follower.getByRole('link', { name: SAVING, exact: true }).click();
  await follower.waitForURL(`**/run/${run}`);
  await expect(follower.locator('[data-status]')).toHaveAttribute('data-status', 'waiting-approval');
  await leader.getByRole('button', { name: 'Deny', exact: true }).click();
  await expect(follower.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
  expect(await follower.getByRole('region', { name: 'Answer' }).textContent()).toBe(
    await leader.getByRole('region', { name: 'Answer' }).textContent(),
  );
});

test('the follower commands: it starts, pauses, resumes and stops runs, and answers a question of the leader', async () => {
  await expect(follower.getByText(FOLLOWS)).toBeVisible();
  const status = follower.locator('[data-status]');
  await runGoal({ page: follower }, GOAL, no);
  await expect(status).toHaveAttribute('data-status', 'complete');

  await startAndPress(follower, GOAL, 'Pause');
  await follower.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(status).toHaveAttribute('data-status', 'cancelled');

  const run = await startGoal({ page: follower }, SAVING);
  await expect(status).toHaveAttribute('data-status', 'waiting-approval', { timeout: PATIENCE_MS });
  // The window of the tab that does the work hands out the file.
  const download = leader.waitForEvent('download');
  await follower.getByRole('button', { name: 'Approve', exact: true }).click();
  expect((await download).suggestedFilename()).toBe('report.md');
  await expect(status).toHaveAttribute('data-status', 'complete');
  await expect(follower.getByText(FOLLOWS)).toBeVisible();
  const { facts } = await exportJournal({ page: follower });
  expect(runFrom({ facts }, run)?.status).toBe('complete');
});

test('when the leading tab is closed the other leads at once and finishes its run', async () => {
  await runGoal({ page: leader }, GOAL, no);
  const run = await startGoal({ page: leader }, GOAL);
  const closedAt = Date.now();
  await leader.close();
  await expect(follower.getByText(LEADS)).toBeVisible();
  console.log(`a closed leader was replaced after ${String(Date.now() - closedAt)} ms`);
  await follower.getByRole('region', { name: 'Recent runs' }).getByRole('link', { name: GOAL }).first().click();
  await follower.waitForURL(`**/run/${run}`);
  await expect(follower.locator('[data-status]')).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });

  const exported = await exportJournal({ page: follower });
  expect(exported.report.ok).toBe(true);
  const digests = exported.facts.flatMap(({ fact }) => (fact.type === 'answer.verified' ? [fact.digest] : []));
  expect(digests).toHaveLength(2);
  expect(new Set(digests).size).toBe(1);
});

test('a leader whose process hangs is replaced by the tab that is looked at; awake again, it follows and has written nothing', async () => {
  test.skip(process.platform !== 'linux', 'stopping one renderer needs /proc');
  const run = await startGoal({ page: leader }, SAVING);
  // Nothing is being written while the run waits: a process that hangs in mid-transaction holds up every other tab until
  // the browser ends the transaction, a minute later.
  await expect(leader.locator('[data-status]')).toHaveAttribute('data-status', 'waiting-approval', {
    timeout: PATIENCE_MS,
  });
  await leader.waitForTimeout(SETTLED_MS);
  const stopped = await stopProcessOf(leader);
  await follower.getByText(LEADS).waitFor();
  const took = Date.now() - stopped.at;
  console.log(`a hung leader was replaced after ${String(took)} ms`);
  // Not before it was silent for 1.5 s.
  expect(took).toBeGreaterThan(1_200);

  await openPage(follower, 'Goal');
  await follower.getByRole('link', { name: SAVING, exact: true }).first().click();
  await follower.waitForURL(`**/run/${run}`);
  const download = follower.waitForEvent('download');
  await follower.getByRole('button', { name: 'Approve', exact: true }).click();
  expect((await download).suggestedFilename()).toBe('report.md');
  await expect(follower.locator('[data-status]')).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });
  const before = await exportJournal({ page: follower });

  process.kill(stopped.pid, 'SIGCONT');
  await expect(leader.getByText(FOLLOWS)).toBeVisible({ timeout: PATIENCE_MS });
  await expect(leader.locator('[data-status]')).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });
  await leader.waitForTimeout(2_000);
  await expect(leader.getByText(FOLLOWS)).toBeVisible();
  await expect(follower.getByText(LEADS)).toBeVisible();
  const after = await exportJournal({ page: follower });
  expect(after.report.ok).toBe(true);
  expect(after.facts).toEqual(before.facts);
  const finished = after.facts.flatMap(({ fact }) =>
    fact.type === 'step.finished' && fact.run === run ? [fact.step] : [],
  );
  expect(finished).toEqual([...new Set(finished)]);

  // And it can still give commands.
  await runGoal({ page: leader }, GOAL, no);
  await expect(leader.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
});

/** A page that runs answers by then; shorter than the silence after which another tab takes over. */
const ANSWER_MS = 700;

/** Stops the one renderer whose stopping leaves this page without an answer. */
async function stopProcessOf(page: Page): Promise<{ pid: number; at: number }> {
  for (const pid of renderers()) {
    // A slow machine may keep the answer of another page waiting once; hardly twice.
    if (!(await sleepsWithout(pid, page))) continue;
    process.kill(pid, 'SIGCONT');
    await page.evaluate(() => 'awake');
    const at = Date.now();
    if (await sleepsWithout(pid, page)) return { pid, at };
  }
  throw new Error('No renderer of this page was found.');
}

/** Stops a process. @returns whether the page then gives no answer; where it does the process goes on */
async function sleepsWithout(pid: number, page: Page): Promise<boolean> {
  process.kill(pid, 'SIGSTOP');
  const answer = await Promise.race([
    page.evaluate(() => 'awake'),
    new Promise((resolve) => setTimeout(() => resolve('asleep'), ANSWER_MS)),
  ]);
  if (answer === 'asleep') return true;
  process.kill(pid, 'SIGCONT');
  return false;
}

/** Process ids of the renderers of this world's browser, the oldest first. */
function renderers(): number[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
        return [{ pid: Number(name), parent, command }];
      } catch {
        return [];
      }
    });
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const browser = processes.find(
    ({ command }) => command.includes(`--user-data-dir=${world.profile}`) && !command.includes('--type='),
  );
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === browser?.pid) return true;
    return false;
  };
  return processes
    .filter(({ pid, command }) => command.includes('--type=renderer') && isBelow(pid))
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
}
