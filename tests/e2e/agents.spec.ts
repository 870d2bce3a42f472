import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { openPage, startGoal } from '../../src/cli/drive-app.ts';
import { openWithSample } from './with-sample.ts';
import { PATIENCE_MS, type World } from './world.ts';

/** The owner's agents in real tabs: they ask each other, and outlive the tab they are in. */
const EXPENSES = 'Total expenses by category since September';
const REPORT = 'Write the status report for the Harbour Library from these files and save it as report.md';
const CLOCK = '/?now=2026-11-19T09:00:00%2B01:00&zone=Europe/Paris';

test.describe.configure({ timeout: 240_000 });

let world: World;
let page: Page;

test.beforeEach(async () => {
  ({ world, page } = await openWithSample({}, CLOCK));
});
test.afterEach(() => world.close());

async function openAgents(tab: Page): Promise<void> {
  await tab.goto(`${world.url}/agents`);
  await expect(tab.getByRole('heading', { name: 'Agents', level: 1 })).toBeVisible();
}

async function make(tab: Page, name: string): Promise<void> {
  await tab.getByRole('button', { name: 'New agent' }).click();
  await tab.getByRole('textbox', { name: 'Name' }).fill(name);
  await tab.getByRole('button', { name: 'Make this agent' }).click();
  await expect(card(tab, name)).toBeVisible({ timeout: PATIENCE_MS });
}

function card(tab: Page, name: string) {
  return tab.getByRole('region', { name, exact: true });
}

async function give(tab: Page, name: string, goal: string): Promise<void> {
  await card(tab, name)
    .getByRole('textbox', { name: `A goal for ${name}` })
    .fill(goal);
  await card(tab, name).getByRole('button', { name: 'Give', exact: true }).click();
}

/** Locks of agents that some tab holds now, besides that of the tab that leads. */
function held(tab: Page): Promise<number> {
  return tab.evaluate(async () => {
    const { held: locks = [] } = await navigator.locks.query();
    return locks.filter(({ name = '' }) => name.startsWith('agent:') && name !== 'agent:main').length;
  });
}

test('one agent asks another and gets its verified answer back, with its sources', async () => {
  await openAgents(page);
  await make(page, 'Desk');
  await make(page, 'Figures');
  await give(page, 'Desk', `Ask Figures: ${EXPENSES}`);
  const desk = card(page, 'Desk');
  await expect(desk.getByText('Answered', { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
  await desk.getByText('Answer', { exact: true }).click();
  await expect(desk.getByRole('link', { name: 'Found by Figures' }).first()).toBeVisible();
  await expect(card(page, 'Figures').getByText('From Desk')).toBeVisible();

  await page.reload();
  await expect(card(page, 'Desk').getByText('Answered', { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
  await card(page, 'Desk')
    .getByText(/^Message log/)
    .click();
  await expect(card(page, 'Desk').getByText(`Asked Figures: Ask Figures: ${EXPENSES}`)).toBeVisible();
  await desk.getByText('Answer', { exact: true }).click();
  await desk.getByRole('link', { name: 'Found by Figures' }).first().click();
  await expect(page.locator('[data-status="complete"]')).toBeVisible({ timeout: PATIENCE_MS });
  await page.goto(`${world.url}/audit`);
  await expect(page.locator('summary').filter({ hasText: 'actor.noted' }).first()).toBeVisible({
    timeout: PATIENCE_MS,
  });
});

test('a run of an agent asks in its name; what is allowed there is allowed to it alone, and a rule can be about it', async () => {
  const asking = page.getByRole('article', { name: /^Approval: Save 1 file/ });
  const grants = page.getByRole('region', { name: 'Standing yeses' });
  const answered = (name: string) => card(page, name).getByText('Answered', { exact: true });
  const allowed = async (by: string, standing: boolean): Promise<void> => {
    await openPage(page, 'Approvals');
    await expect(asking).toContainText(by, { timeout: PATIENCE_MS });
    if (standing) await asking.getByRole('checkbox', { name: 'And do the same again without asking me' }).check();
    if (standing) await expect(asking).toContainText(`Only for the agent ${by}.`);
    await asking.getByRole('button', { name: 'Approve', exact: true }).click();
    await expect(asking).toHaveCount(0);
  };
  await openAgents(page);
  await make(page, 'Figures');
  await make(page, 'Desk');
  await give(page, 'Figures', REPORT);
  await allowed('Figures', true);
  await expect(grants).toContainText('Only for the agent Figures.');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  await openAgents(page);
  await expect(answered('Figures')).toHaveCount(1, { timeout: PATIENCE_MS });
  await give(page, 'Figures', REPORT);
  await expect(answered('Figures'), 'the same agent is not asked about again').toHaveCount(2, { timeout: PATIENCE_MS });
  await card(page, 'Figures').getByRole('link', { name: 'See the run' }).first().click();
  await expect(page.getByRole('link', { name: 'By the agent Figures' })).toHaveAttribute('href', '/agents');

  await openAgents(page);
  await give(page, 'Desk', `Ask Figures: ${REPORT}`);
  await allowed('Figures, asked by Desk', false);
  await startGoal({ page }, REPORT);
  await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'waiting-approval', {
    timeout: PATIENCE_MS,
  });
  await expect(asking, 'the owner’s own').not.toContainText('The agent');
  await asking.getByRole('button', { name: 'Deny', exact: true }).click();

  await openPage(page, 'Rules');
  await page.getByText('What a rule can name').click();
  const principal = await page
    .getByText(/^Agent::"[0-9a-f]{16}"$/)
    .nth(1)
    .textContent();
  await page
    .getByRole('textbox', { name: 'Rules in Cedar' })
    .fill(`forbid (principal == ${String(principal)}, action == Action::"file-export", resource);`);
  await expect(page.getByRole('region', { name: 'What your rules do' })).toContainText(
    'This forbids saving anything as a file by the agent “Figures”.',
  );
  await page.getByRole('button', { name: 'Bring into force' }).click();
  await expect(page.getByText('Your rules are in force.').first()).toBeAttached();
  await openAgents(page);
  await give(page, 'Figures', REPORT);
  await expect(card(page, 'Figures').getByText('Failed', { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
  await give(page, 'Desk', REPORT);
  await allowed('Desk', false);
});

test('a tab that is killed in the middle of a message loses none of it and does nothing twice', async () => {
  await openAgents(page);
  await make(page, 'Figures');
  const other = await world.visit('/agents');
  await expect(card(other, 'Figures')).toBeVisible({ timeout: PATIENCE_MS });
  await give(page, 'Figures', EXPENSES);
  // The renderer dies as it is: nothing of it can tidy up.
  const session = await world.context.newCDPSession(page);
  void session.send('Page.crash').catch(() => undefined);
  await page.waitForEvent('crash', { timeout: PATIENCE_MS });
  await give(other, 'Figures', 'Who is still waiting for an answer from me?');
  const figures = card(other, 'Figures');
  const log = figures.getByText(/^Message log/);
  await expect(figures.getByText('Answered', { exact: true }).first()).toBeVisible({ timeout: PATIENCE_MS });
  await expect(figures.getByText('0', { exact: true }).first()).toBeVisible({ timeout: PATIENCE_MS });
  await log.click();
  await expect(figures.getByText('Began: Who is still waiting for an answer from me?')).toBeVisible();
  // The first goal may have died with the tab before it was kept; what was kept was done once.
  const begun = await figures.getByText(`Began: ${EXPENSES}`).count();
  expect(begun).toBeLessThanOrEqual(1);
  await other.goto(world.url);
  await expect(
    other.getByRole('link', { name: 'Who is still waiting for an answer from me?', exact: true }),
  ).toBeVisible();
  await expect(other.getByRole('link', { name: EXPENSES, exact: true })).toHaveCount(begun);
});

test('a frozen tab gives its agents up, and another goes on with them', async () => {
  await openAgents(page);
  await make(page, 'Figures');
  const other = await world.visit('/agents');
  await expect(card(other, 'Figures')).toBeVisible({ timeout: PATIENCE_MS });
  const session = await world.context.newCDPSession(page);
  for (const tab of [page, other]) await tab.evaluate(() => document.dispatchEvent(new Event('freeze')));
  await expect.poll(() => held(other), { timeout: PATIENCE_MS }).toBe(0);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await give(other, 'Figures', EXPENSES);
  await expect(card(other, 'Figures').getByRole('heading', { name: 'Waiting for their turn' })).toBeVisible();
  expect(await held(other)).toBe(0);
  await other.evaluate(() => document.dispatchEvent(new Event('resume')));
  await expect(card(other, 'Figures').getByText('Answered', { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await expect(card(page, 'Figures').getByText('Answered', { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
});

test('stopped, an agent keeps its mail; killed, it does nothing until it is started', async () => {
  await openAgents(page);
  await make(page, 'Figures');
  const figures = card(page, 'Figures');
  await figures.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(figures.getByRole('status').getByText('Stopped')).toBeVisible({ timeout: PATIENCE_MS });
  await give(page, 'Figures', EXPENSES);
  await expect(figures.getByRole('heading', { name: 'Waiting for their turn' })).toBeVisible({ timeout: PATIENCE_MS });
  await figures.getByRole('button', { name: 'Kill', exact: true }).click();
  await figures.getByRole('group', { name: 'Kill' }).getByRole('button', { name: 'Kill' }).click();
  await expect(figures.getByText('Message log, 3 entries')).toBeVisible({ timeout: PATIENCE_MS });
  await expect(figures.getByRole('heading', { name: 'Waiting for their turn' })).toBeVisible();
  await figures.getByRole('button', { name: 'Restart', exact: true }).click();
  await expect(figures.getByText('Answered', { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
  await figures.getByRole('button', { name: 'Stop', exact: true }).click();
  await figures.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(figures.getByRole('status').getByText(/Ready|Asleep/)).toBeVisible({ timeout: PATIENCE_MS });
  await figures.getByText(/^Message log/).click();
  for (const line of ['Restarted.', 'Started.', 'Killed: everything it worked on was ended.'])
    await expect(figures.getByText(line, { exact: true })).toBeVisible();
  await figures.getByRole('button', { name: 'Remove', exact: true }).click();
  await figures.getByRole('group', { name: 'Remove' }).getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { name: 'No agents yet' })).toBeVisible({ timeout: PATIENCE_MS });
});

test('what was ordered or changed of an agent is as before after Undo, in another tab too, and the log says so', async () => {
  await openAgents(page);
  await make(page, 'Figures');
  const other = await world.visit('/agents');
  const [figures, there] = [card(page, 'Figures'), card(other, 'Figures')];
  const undo = page.getByRole('log', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).last();
  const undone = (what: string) => expect(page.getByText(`Undone: ${what}`).first()).toBeAttached();

  await figures.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(there.getByRole('status').getByText('Stopped')).toBeVisible();
  await undo.click();
  await expect(there.getByRole('status').getByText(/Ready|Asleep/)).toBeVisible();
  await undone('“Figures” is stopped; its mail waits.');

  await figures.getByRole('button', { name: 'Stop', exact: true }).click();
  await figures.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(there.getByRole('status').getByText(/Ready|Asleep/)).toBeVisible();
  await expect(page.getByText('“Figures” works again.').last()).toBeAttached();
  await undo.click();
  await expect(there.getByRole('status').getByText('Stopped')).toBeVisible();
  await undone('“Figures” works again.');

  await figures.getByRole('button', { name: 'Edit', exact: true }).click();
  await figures.getByRole('textbox', { name: 'Name' }).fill('Sums');
  await figures.getByRole('radio', { name: 'Only these files' }).check();
  await figures.getByRole('checkbox').first().check();
  await figures.getByRole('button', { name: 'Save changes' }).click();
  await expect(card(other, 'Sums')).toContainText('1 file');
  await undo.click();
  await expect(there).toContainText('All files');
  await expect(card(other, 'Sums')).toHaveCount(0);
  await undone('“Sums” is changed.');
  await there.getByText(/^Message log/).click();
  for (const line of ['Changed; its name is Sums.', 'Changed; its name is Figures.'])
    await expect(there.getByText(line, { exact: true })).toHaveCount(1);
});

/** From now on every "Stop" of this page arrives as an order that no agent understands. */
function garbleStop(tab: Page): Promise<void> {
  return tab.evaluate(() => {
    interface Call {
      readonly path?: readonly string[];
      readonly argumentList?: { value: unknown }[];
    }
    const workers = Worker.prototype as { postMessage: (message: unknown, ...rest: unknown[]) => void };
    const { postMessage } = workers;
    workers.postMessage = function (this: Worker, message, ...rest) {
      const { path, argumentList } = message as Call;
      const order = path?.at(-1) === 'order' ? argumentList?.at(-1) : undefined;
      if (order?.value === 'stop') order.value = 'garbled';
      postMessage.call(this, message, ...rest);
    };
  });
}

test('an agent that breaks again and again waits longer and longer, says so, and works once it is restarted', async () => {
  await openAgents(page);
  await make(page, 'Figures');
  const figures = card(page, 'Figures');
  await garbleStop(page);
  // Each is tried three times and then set aside.
  for (let crashes = 3; crashes <= 12; crashes += 3) {
    await figures.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(figures.getByText(`It crashed ${String(crashes)} times in a row`)).toBeVisible();
  }
  const status = figures.getByRole('status');
  const wait = figures.getByText(/^It is tried again in \d+ seconds\.$/);
  const backsOff = async (): Promise<void> => {
    await expect(status.getByText('Waiting after a crash')).toBeVisible();
    // Five minutes are the longest.
    expect(Number(/\d+/.exec(await wait.innerText())?.[0])).toBeGreaterThan(60);
  };
  await backsOff();
  await give(page, 'Figures', EXPENSES);
  await expect(figures.getByRole('heading', { name: 'Waiting for their turn' })).toBeVisible();
  await page.reload();
  await expect(figures.getByRole('heading', { name: 'Waiting for their turn' })).toBeVisible();
  await backsOff();
  await expect(figures.getByText('Answered', { exact: true })).toBeHidden();

  await figures.getByRole('button', { name: 'Restart', exact: true }).click();
  await expect(figures.getByText('Answered', { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
  await expect(status.getByText(/Ready|Asleep/)).toBeVisible();
  await expect(figures.getByText(/^It crashed/)).toHaveCount(0);
  await figures.getByText(/^Message log/).click();
  await expect(figures.getByText(/^Crashed again; the message was set aside/)).toHaveCount(4);
  await expect(figures.getByText('Restarted.', { exact: true })).toBeVisible();
});
