import AxeBuilder from '@axe-core/playwright';
import { expect, test, type CDPSession, type Page } from '@playwright/test';
import { addSample, exportJournal, openPage, runGoal, startGoal } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

/** The vault with a lock: set, locked in every tab, opened again by each of its ways, and nothing shown meanwhile. */
const GOAL = 'Summarise this mailbox: what is asked of me, by whom and by when?';
const PASSPHRASE = 'a heron over the weir';
const OTHER = 'two herons over the weir';
const no = (): Promise<boolean> => Promise.resolve(false);

test.describe.configure({ timeout: 240_000 });

let world: World;
test.beforeEach(async () => {
  world = await World.open();
});
test.afterEach(() => world.close());

async function setPassphrase(page: Page): Promise<void> {
  await openPage(page, 'Settings');
  await expect(page.getByText('Protected by this browser profile')).toBeVisible();
  await page.getByRole('button', { name: 'Set a passphrase' }).click();
  await page.getByRole('textbox', { name: 'New passphrase' }).fill(PASSPHRASE);
  await page.getByRole('textbox', { name: 'The same again' }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Set the passphrase' }).click();
  await expect(page.getByText('The passphrase opens your vault now')).toBeVisible();
}

async function lock(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Lock now' }).first().click();
  await expectLocked(page);
}

async function expectLocked(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Windhover is locked' })).toBeVisible();
  await expect(page.getByRole('navigation')).toHaveCount(0);
}

async function tryPassphrase(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
}

async function expectOpen(page: Page): Promise<void> {
  await expect(page.getByRole('navigation')).toBeVisible();
  await expect(page.getByText('Opening your vault…')).toHaveCount(0);
}

/** Shows who the owner is, where a change asks for it. */
async function prove(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.getByRole('button', { name: 'Go on' }).click();
}

/** An authenticator of the browser's own, which says yes. */
async function virtualAuthenticator(page: Page): Promise<{ session: CDPSession; id: string }> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf: true,
    },
  });
  return { session, id: authenticatorId };
}

test('a passphrase locks every tab: no worker is left, nothing is shown, a wrong one waits, the right one brings all back', async () => {
  const page = await world.visit();
  await addSample({ page });
  const run = await runGoal({ page }, GOAL, no);
  const answer = await page.getByRole('region', { name: 'Answer' }).textContent();
  await setPassphrase(page);
  const second = await world.visit(`/run/${run}`);
  // It got the keys from the first, without being asked for anything.
  await expect(second.getByRole('region', { name: 'Answer' })).toBeVisible();

  for (const tab of [page, second]) expect(tab.workers().length).toBeGreaterThan(0);
  await lock(page);
  await expectLocked(second);
  for (const tab of [page, second]) {
    await expect.poll(() => tab.workers().length).toBe(0);
    const shown = (await tab.locator('body').innerText()) + (await tab.title());
    for (const word of ['mailbox', 'Harbour', 'Mara', 'Goal', 'Approvals']) expect(shown).not.toContain(word);
  }

  // Two are free; then the wait is one second, two, four.
  for (let attempt = 0; attempt < 5; attempt++) {
    await tryAgain(second);
    await tryPassphrase(second, OTHER);
    await expect(second.getByText('That is not the passphrase.')).toBeVisible();
    if (attempt < 4) await second.getByLabel('Passphrase', { exact: true }).fill('');
  }
  await expect(second.getByRole('button', { name: 'Unlock', exact: true })).toBeDisabled();
  await expect(second.getByText(/Try again in [1-4] second/)).toBeVisible();
  // The wait is kept over a reload.
  await second.reload();
  await expectLocked(second);
  await tryAgain(second);

  await tryPassphrase(second, PASSPHRASE);
  await expect(second.getByRole('region', { name: 'Answer' })).toBeVisible();
  expect(await second.getByRole('region', { name: 'Answer' }).textContent()).toBe(answer);
  // Opened in one tab, it is open in the other.
  await expectOpen(page);
  const { report } = await exportJournal({ page });
  expect(report.ok).toBe(true);
});

/** Waits until the vault may be tried again. */
async function tryAgain(page: Page): Promise<void> {
  await expect(page.getByText(/Try again in/)).toHaveCount(0, { timeout: 10_000 });
}

test('after the browser was closed only the owner opens the vault: by passphrase, by recovery code, and by a changed passphrase', async () => {
  let page = await world.visit();
  await addSample({ page });
  await setPassphrase(page);

  await page.getByRole('button', { name: 'Make a recovery code' }).click();
  await prove(page);
  const code = ((await page.locator('figure .code').textContent()) ?? '').trim();
  expect(code).toMatch(/^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/);
  const asked = page.getByRole('textbox', { name: /^Type group \d of the code$/ });
  const group = Number(/\d/.exec((await page.getByText(/^Type group \d of the code$/).textContent()) ?? '')?.[0]);
  await asked.fill('0000');
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await expect(page.getByText(`That is not group ${String(group)}.`)).toBeVisible();
  await asked.fill(code.split('-')[group - 1]?.toLowerCase() ?? '');
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await expect(page.getByText('The recovery code opens your vault now')).toBeVisible();

  await world.closeBrowser();
  page = await world.visit();
  await expectLocked(page);
  await page.getByText('Use the recovery code').click();
  const field = page.getByRole('textbox', { name: 'Recovery code' });
  const unlock = page.getByRole('button', { name: 'Unlock with the code' });
  await field.fill(code.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
  await unlock.click();
  await expect(page.getByText('a character is missing or mistyped')).toBeVisible();
  await field.fill(code.toLowerCase().replaceAll('-', ' '));
  await unlock.click();
  await expectOpen(page);
  await expect(page.getByText('All files (21)')).toBeVisible();

  await openPage(page, 'Settings');
  await page.getByRole('button', { name: 'Change the passphrase' }).click();
  await prove(page, OTHER);
  await expect(page.getByText('That is not the passphrase.')).toBeVisible();
  await prove(page);
  await page.getByRole('textbox', { name: 'New passphrase' }).fill(OTHER);
  await page.getByRole('textbox', { name: 'The same again' }).fill(OTHER);
  await page.getByRole('button', { name: 'Set the passphrase' }).click();
  await expect(page.getByText('The passphrase opens your vault now')).toBeVisible();
  await lock(page);
  await tryPassphrase(page, PASSPHRASE);
  await expect(page.getByText('That is not the passphrase.')).toBeVisible();
  await tryPassphrase(page, OTHER);
  await expectOpen(page);

  // Taking the lock away is said out loud, and then the profile opens the vault again.
  await openPage(page, 'Settings');
  await page.getByRole('button', { name: 'Remove Passphrase' }).click();
  await prove(page, OTHER);
  await expect(page.getByText('It is the last thing that locks the vault.')).toBeVisible();
  await page.getByRole('button', { name: 'Remove the lock' }).click();
  await expect(page.getByText('Protected by this browser profile')).toBeVisible();
  await world.closeBrowser();
  page = await world.visit();
  await expect(page.getByText('All files (21)')).toBeVisible();
});

test('a passkey locks and opens the vault, and another authenticator does not', async () => {
  const page = await world.visit();
  const { session, id } = await virtualAuthenticator(page);
  await openPage(page, 'Settings');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('textbox', { name: 'Name for the passkey' }).fill('Laptop');
  await page.getByRole('button', { name: 'Make the passkey' }).click();
  await expect(page.getByText('The passkey opens your vault now')).toBeVisible();
  await expect(page.getByText('Passkey “Laptop”')).toBeVisible();
  await lock(page);
  await page.getByRole('button', { name: 'Unlock with a passkey' }).click();
  await expectOpen(page);

  await lock(page);
  await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id });
  await virtualAuthenticator(page);
  await page.getByRole('button', { name: 'Unlock with a passkey' }).click();
  await expect(page.getByText('The passkey was not used')).toBeVisible({ timeout: PATIENCE_MS });
  await expectLocked(page);
});

test('a run under way when the vault is locked goes on after unlocking, each step done once', async () => {
  const page = await world.visit();
  await addSample({ page });
  await setPassphrase(page);
  const run = await startGoal({ page }, GOAL);
  await page.keyboard.press('Alt+l');
  await expectLocked(page);
  await expect.poll(() => page.workers().length).toBe(0);
  await page.waitForTimeout(1_000);
  await tryPassphrase(page, PASSPHRASE);
  await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });
  const { report, facts } = await exportJournal({ page });
  expect(report.ok).toBe(true);
  const finished = facts.flatMap(({ fact }) => (fact.type === 'step.finished' && fact.run === run ? [fact.step] : []));
  expect(finished.length).toBeGreaterThan(0);
  expect(finished).toEqual([...new Set(finished)]);
  // It was locked in the middle of the run, not after it: another agent went on with it.
  const epochs = new Set(facts.flatMap(({ epoch, fact }) => ('run' in fact && fact.run === run ? [epoch] : [])));
  expect(epochs.size).toBe(2);
});

test('the vault locks by itself in every tab when the owner is away from all of them, and not before', async () => {
  await world.startBrowser();
  await world.context.clock.install();
  const page = await world.visit();
  await expectOpen(page);
  await setPassphrase(page);
  await page.getByRole('combobox', { name: 'Lock by itself' }).selectOption({ label: 'After 1 minute away' });
  const second = await world.visit('/settings');
  await expect(second.getByRole('combobox', { name: 'Lock by itself' })).toHaveValue('1');
  await world.context.clock.runFor(50_000);
  await second.mouse.move(20, 20);
  await second.mouse.move(40, 40);
  await page.waitForTimeout(300);
  await world.context.clock.runFor(50_000);
  await expectOpen(page);
  await expectOpen(second);
  await world.context.clock.runFor(15_000);
  await expectLocked(page);
  await expectLocked(second);
});

test('lock screen and settings panel are clean for axe, in light and dark, narrow and wide', async () => {
  const page = await world.visit();
  await setPassphrase(page);
  const findings = async (): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
  };
  await page.getByRole('button', { name: 'Make a recovery code' }).click();
  expect(await findings(), 'showing who one is').toEqual([]);
  await prove(page);
  await expect(page.locator('figure .code')).toBeVisible();
  expect(await findings(), 'a recovery code').toEqual([]);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Change the passphrase' }).click();
  await prove(page);
  await expect(page.getByRole('textbox', { name: 'New passphrase' })).toBeVisible();
  expect(await findings(), 'a new passphrase').toEqual([]);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await lock(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1440]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      expect(await findings(), `the lock screen, ${colorScheme}, ${String(width)} px`).toEqual([]);
    }
  }
});
