import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Browser, type Page } from '@playwright/test';

/** A browser of their own: another owner, another agent. */
async function ownerPage(browser: Browser, name: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto('/settings');
  await page.getByLabel('Your names').fill(name);
  await page.getByLabel('Your mail addresses').fill(`${name.toLowerCase()}@example.org`);
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(page.getByText('Settings saved')).toBeVisible({ timeout: 30_000 });
  await page.goto('/identity');
  await expect(page.getByRole('region', { name: 'Windhover' })).toBeVisible({ timeout: 30_000 });
  return page;
}

async function challengeOf(page: Page): Promise<string> {
  await page.getByLabel('Who asks (they will see this)').fill('Harbour Library');
  await page.getByRole('checkbox', { name: 'Your name' }).check();
  await page.getByRole('button', { name: 'Make challenge' }).click();
  return page.getByLabel('Challenge to hand on').inputValue();
}

async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

test('one agent proves itself to another, shows what its owner ticked, and the proof counts once', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const mara = await ownerPage(browser, 'Mara');
  const library = await ownerPage(browser, 'Librarian');
  const challenge = await challengeOf(library);

  await mara.getByLabel('Challenge', { exact: true }).fill('Hello?');
  await mara.getByRole('button', { name: 'Make proof' }).click();
  await expect(mara.getByRole('alert')).toContainText('This is not a challenge');
  await mara.getByLabel('Challenge', { exact: true }).fill(challenge);
  await expect(mara.getByText('Harbour Library asks who you are.')).toBeVisible();
  await mara
    .getByRole('group', { name: 'Show them' })
    .getByRole('checkbox', { name: /^Your name/ })
    .check();
  expect(await axeFindings(mara), 'a challenge').toEqual([]);
  await mara.getByRole('button', { name: 'Make proof' }).click();
  const proof = await mara.getByLabel('Proof to hand on').inputValue({ timeout: 30_000 });
  await expect(mara.getByRole('list', { name: 'Proofs given' })).toContainText('Harbour Library');

  await library.getByLabel('Their proof').fill(proof.replace(/\n[^-\n]+\n/, '\n'));
  await library.getByRole('button', { name: 'Check proof' }).click();
  await expect(library.getByText('The proof does not hold')).toBeVisible();
  await library.getByLabel('Their proof').fill(proof);
  await library.getByRole('button', { name: 'Check proof' }).click();
  const verdict = library.getByRole('status').filter({ hasText: 'The proof holds' });
  await expect(verdict).toContainText('owner.name = “Mara”');
  await expect(verdict).not.toContainText('mara@example.org');
  const digits = await mara.getByRole('region', { name: 'Windhover' }).locator('.groups').innerText();
  await expect(verdict).toContainText(digits);
  expect(await axeFindings(library), 'a verdict').toEqual([]);

  await library.getByLabel('Their proof').fill(`It is me:\n${proof}\nMara`);
  await library.getByRole('button', { name: 'Check proof' }).click();
  await expect(library.getByText('This challenge was answered already; a proof counts once.')).toBeVisible();
  await mara.context().close();
  await library.context().close();
});

test('the root goes off the device and comes back, and what it certified lasts over a reload', async ({ browser }) => {
  test.setTimeout(120_000);
  const page = await ownerPage(browser, 'Mara');
  const card = page.getByRole('region', { name: 'Windhover' });
  const digits = await card.locator('.groups').innerText();
  await page.getByRole('button', { name: 'Add post-quantum signatures' }).click();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.getByRole('button', { name: 'Replace the root' }).click();
  await expect(card).toContainText('Ed25519 and ML-DSA-65', { timeout: 30_000 });
  await page.getByRole('button', { name: 'Show root secret' }).click();
  await page.getByRole('button', { name: 'Show it' }).click();
  const secret = await page.getByRole('textbox', { name: 'Root secret' }).inputValue();
  await page.getByRole('button', { name: 'Take root off this device' }).click();
  await page.getByRole('button', { name: 'I have a backup, take it off' }).click();
  await expect(card).toContainText('not on this device');
  await page.reload();
  await expect(card).toContainText('not on this device', { timeout: 30_000 });
  expect(await card.locator('.groups').innerText()).toBe(digits);
  await page.getByRole('textbox', { name: 'Root secret' }).fill(secret);
  await page.getByRole('button', { name: 'Bring root back' }).click();
  await expect(card).toContainText('sealed on this device');
  await page.context().close();
});
