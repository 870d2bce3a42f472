import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { exportJournal, openPage, startGoal } from '../../src/cli/drive-app.ts';
import type { EgressHost } from '../conformance/egress-host.ts';
import { tabTo } from './keyboard.ts';
import { QUESTION, openWayOut, openWithHost, runIs } from './sending.ts';
import { PATIENCE_MS, type World } from './world.ts';

/** Rules as their owner writes them: checked, said in words, tried on the past, in force, and taken back. */
const WRONG = '// mine\nforbid (principal, action in Action::"leaves", resource)\nwhen { context.lables == "x" };';
const READING = '@id("no passages")\nforbid (principal, action, resource == Tool::"answer-from-passages");';
const HOSTS =
  '@id("known hosts")\nforbid (principal, action in Action::"leaves", resource)\nunless { context.host == "api.example.com" };';

let world: World;
let page: Page;
let host: EgressHost;

test.describe.configure({ timeout: 240_000 });
test.beforeEach(async () => {
  ({ world, page, host } = await openWithHost());
});
test.afterEach(async () => {
  await world.close();
  await host.close();
});

const rules = (of = page) => of.getByRole('textbox', { name: 'Rules in Cedar' });
const versions = () => page.getByRole('region', { name: 'Versions' }).getByRole('listitem');

test('a rule is written, mended, tried on the past and adopted; it keeps an answer here by its name, until it is taken back', async () => {
  await openWayOut(page, host);
  await startGoal({ page }, QUESTION);
  await runIs(page, 'complete');

  await openPage(page, 'Rules');
  await expect(page.getByText('What is sealed never leaves this device, approved or not.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'A calendar shares only free/busy' })).toContainText('In force');
  await rules().fill(WRONG);
  await page.getByRole('button', { name: 'Line 3, column 8' }).click();
  await expect(rules()).toBeFocused();
  await expect(page.getByText('1 mistake', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Bring into force' })).toBeDisabled();

  await rules().fill(READING);
  await expect(page.getByRole('region', { name: 'What your rules do' })).toContainText(
    'This forbids everything that the agent does with the tool “answer-from-passages”.',
  );
  await page.getByRole('button', { name: 'Try on the past' }).click();
  await expect(
    page.getByText(/^Of \d+ calls of the past, 1 would have been denied and 0 asked about\.$/),
  ).toBeVisible();
  await expect(page.getByRole('link', { name: QUESTION })).toHaveAttribute('href', /\/run\//);

  await rules().fill(HOSTS);
  await expect(page.getByText('This forbids sending anything to hosts other than api.example.com.')).toBeVisible();
  await page.getByRole('button', { name: 'Bring into force' }).click();
  await expect(versions()).toHaveCount(2);
  await expect(versions().first()).toContainText(/adopted by you.*Entry \d+.*In force/);
  await page.getByText('What changed').first().click();
  await expect(page.getByRole('group', { name: 'What changed' })).toContainText(/added:\s*@id\("known hosts"\)/);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))).toEqual([]);
  const other = await world.visit('/policy');
  await expect(rules(other)).toHaveValue(HOSTS, { timeout: PATIENCE_MS });
  await other.close();

  await startGoal({ page }, `${QUESTION} And send it to Status board.`);
  await runIs(page, 'failed');
  await expect(page.getByText(/Your rule “known hosts” forbids this, so nothing goes to http:/).first()).toBeVisible();
  expect(host.arrivals).toEqual([]);

  await openPage(page, 'Rules');
  await page.getByRole('button', { name: 'Bring back the version of As the app came' }).click();
  await expect(versions()).toHaveCount(3);
  await expect(rules()).toHaveValue('');
  await startGoal({ page }, `${QUESTION} And send it to Status board.`);
  await runIs(page, 'waiting-approval');
  const { facts } = await exportJournal({ page });
  const adopted = facts.filter(({ fact }) => fact.type === 'policy.adopted');
  expect(adopted).toHaveLength(2);
  for (const { fact } of adopted) expect(fact).toMatchObject({ decided: { reason: 'approved' } });
});

test('a pack is turned on and off by its owner, each time as a version, and its last day is kept', async () => {
  await openPage(page, 'Rules');
  const pack = page.getByRole('region', { name: 'Quiet nights' });
  await expect(pack).toContainText('Off');
  await page.getByRole('button', { name: 'Turn on Quiet nights' }).click();
  await expect(pack).toContainText('In force');
  await pack.getByText('Dates', { exact: false }).first().click();
  await pack.getByLabel('First day').fill('2999-01-01');
  await pack.getByRole('button', { name: 'Save dates' }).click();
  await expect(pack).toContainText('Not yet in force');
  await page.getByRole('button', { name: 'Turn off Quiet nights' }).click();
  await expect(pack.getByText('Off', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(pack).toContainText('Not yet in force');
  await expect(versions()).toHaveCount(5);
});

test('rules are written, tried, brought into force and taken back with the keyboard alone, and it is never lost', async () => {
  await openPage(page, 'Rules');
  await page.locator('#content').focus();
  await tabTo(rules());
  await page.keyboard.type(HOSTS.replaceAll('\n', ' '));
  await expect(page.getByText('This forbids sending anything to hosts other than api.example.com.')).toBeVisible();
  // Tab writes none: who has no mouse gets out of the field again.
  const tryOut = page.getByRole('button', { name: 'Try on the past' });
  await tabTo(tryOut);
  await page.keyboard.press('Enter');
  await expect(page.getByText(/calls of the past|Nothing was done yet that rules could be tried on/)).toBeVisible();
  await expect(tryOut).toBeFocused();
  await tabTo(page.getByRole('button', { name: 'Bring into force' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(versions()).toHaveCount(2);
  await expect(page.locator('body')).not.toBeFocused();

  const quiet = page.getByRole('region', { name: 'Quiet nights' });
  await tabTo(page.getByRole('button', { name: 'Turn on Quiet nights' }));
  await page.keyboard.press('Space');
  await expect(quiet).toContainText('In force');
  await expect(page.getByRole('button', { name: 'Turn off Quiet nights' })).toBeFocused();

  await tabTo(page.getByRole('button', { name: /^Bring back the version of As the app came/ }));
  await page.keyboard.press('Enter');
  await expect(versions()).toHaveCount(4);
  await expect(rules()).toHaveValue('');
  await expect(page.locator('body')).not.toBeFocused();
});
