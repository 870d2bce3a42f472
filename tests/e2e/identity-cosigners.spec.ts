import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { verifyCommand } from '../../src/cli/verify.ts';
import { PATIENCE_MS, World } from './world.ts';

/** The owner's profile and the co-signer's, which know nothing of each other but what is carried by hand as files. */
let owner: World;
let cosigner: World;

test.describe.configure({ mode: 'serial' });
test.setTimeout(600_000);

test.beforeAll(async () => {
  owner = await World.open();
  cosigner = await World.open();
});

test.afterAll(async () => {
  await owner.close();
  await cosigner.close();
});

async function identityPage(world: World): Promise<Page> {
  const page = await world.visit('/identity');
  await expect(page.getByRole('region', { name: 'Windhover' })).toBeVisible({ timeout: PATIENCE_MS });
  return page;
}

/** Saves what a field shows as the file that its owner would carry. */
async function savedFile(world: World, page: Page, button: string): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  const file = await download;
  const path = join(world.profile, file.suggestedFilename());
  writeFileSync(path, readFileSync(await file.path()));
  return path;
}

/** Chooses a file in the form that holds this field. */
async function fromFile(page: Page, field: string, path: string): Promise<void> {
  const form = page.locator('form').filter({ has: page.getByRole('textbox', { name: field }) });
  await form.locator('input[type=file]').setInputFiles(path);
  await expect(page.getByRole('textbox', { name: field })).toHaveValue(readFileSync(path, 'utf8'));
}

async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

const section = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

test('a co-signer is named from a file, reads what is asked, signs, and a lost root is replaced', async () => {
  const mara = await identityPage(owner);
  const ann = await identityPage(cosigner);
  const card = mara.getByRole('region', { name: 'Windhover' });
  const digits = await card.locator('.groups').innerText();

  await ann.getByLabel('What they shall call you').fill('Ann’s tablet');
  await ann.getByRole('button', { name: 'Make my co-signer text' }).click();
  await expect(ann.getByRole('textbox', { name: 'Text to hand to the owner who names you' })).toBeVisible();
  const introduction = await savedFile(cosigner, ann, 'Save co-signer text');

  const cosigners = section(mara, 'Co-signers');
  await cosigners.getByRole('button', { name: 'Name co-signers' }).click();
  await fromFile(mara, 'What a co-signer gave you, or their did:key', introduction);
  await mara.getByRole('button', { name: 'Add co-signer' }).click();
  await expect(mara.getByLabel('Name of co-signer 1')).toHaveValue('Ann’s tablet');
  expect(await axeFindings(mara), 'naming').toEqual([]);
  await mara.getByRole('button', { name: 'Put into force' }).click();
  await expect(cosigners.getByRole('list', { name: 'Co-signers in force' })).toContainText('Ann’s tablet');
  await expect(card).toContainText('1 of 1 together may do what your root may');

  // The root is lost.
  await mara.getByRole('button', { name: 'Take root off this device' }).click();
  await mara.getByRole('button', { name: 'I have a backup, take it off' }).click();
  await expect(card).toContainText('not on this device');
  await mara.getByRole('button', { name: 'Replace the root through co-signers' }).click();
  await mara.getByRole('button', { name: 'Make the request' }).click();
  await expect(mara.getByText('Waiting for 1 more signature')).toBeVisible();
  const request = await savedFile(owner, mara, 'Save request');
  expect(await axeFindings(mara), 'waiting').toEqual([]);

  // Another's text is no request, and no signature.
  await fromFile(ann, 'Request of another agent', introduction);
  await ann.getByRole('button', { name: 'Show what it asks' }).click();
  await expect(ann.getByRole('alert')).toContainText('This request cannot be used');
  await fromFile(mara, 'What a co-signer gave back', introduction);
  await mara.getByRole('button', { name: 'Check and take' }).click();
  await expect(mara.getByRole('alert')).toContainText('This is not the signature of a co-signer');

  await fromFile(ann, 'Request of another agent', request);
  await ann.getByRole('button', { name: 'Show what it asks' }).click();
  const asked = ann.getByRole('group', { name: 'What is asked' });
  await expect(asked).toContainText('Names another root, did:key:');
  await expect(asked.locator('.groups')).toHaveText(digits);
  await expect(asked).toContainText('You have never signed for this agent');
  await asked.getByText('Exactly what is signed').click();
  await expect(asked.getByRole('group', { name: 'Exactly what is signed' })).toContainText('"role":"root"');
  expect(await axeFindings(ann), 'a request').toEqual([]);
  await asked.getByRole('button', { name: 'Sign this' }).focus();
  await ann.keyboard.press('Enter');
  await expect(ann.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await ann.getByRole('button', { name: 'Yes, sign it' }).click();
  await expect(ann.getByRole('textbox', { name: 'Signature to give back' })).toBeVisible();
  await expect(ann.getByRole('list', { name: 'Signed for others' })).toContainText('A key replaced');
  const signature = await savedFile(cosigner, ann, 'Save signature');

  // The request waits over a reload.
  await mara.reload();
  await expect(mara.getByText('Waiting for 1 more signature')).toBeVisible({ timeout: PATIENCE_MS });
  await fromFile(mara, 'What a co-signer gave back', signature);
  await mara.getByRole('button', { name: 'Check and take' }).click();
  await expect(mara.getByText('Ann’s tablet signed, and the change is in force.')).toBeVisible();
  await expect(card).toContainText('sealed on this device');
  expect(await card.locator('.groups').innerText()).toBe(digits);

  // All of it is in the export, and is told by the command.
  await mara.goto(`${owner.url}/audit`);
  await mara.getByRole('checkbox', { name: /With contents/ }).check();
  const exported = await savedFile(owner, mara, 'Export');
  const said: string[] = [];
  expect(await verifyCommand([exported], (line) => said.push(line)), said.join('\n')).toBe(0);
  expect(said.join('\n')).toMatch(/Co-signers +any 1 of 1 may stand in for the root: did:key:/);
  expect(said.join('\n')).toMatch(/another root, did:key:\S+ \(Ed25519\); signed by .*co-signer 1 of 1 \(Ed25519\)/);
});

test('two exports are compared on the audit page: one continues the other, or is of another log', async () => {
  const mara = await owner.visit('/audit');
  const older = await savedFile(owner, mara, 'Export');
  await mara.goto(`${owner.url}/settings`);
  await mara.getByLabel('Your names').fill('Mara');
  await mara.getByRole('button', { name: 'Save settings' }).click();
  await expect(mara.getByText('Settings saved')).toBeVisible({ timeout: PATIENCE_MS });
  await mara.goto(`${owner.url}/audit`);
  const ann = await cosigner.visit('/audit');
  const foreign = await savedFile(cosigner, ann, 'Export');
  const kept = readFileSync(older);
  const newer = await savedFile(owner, mara, 'Export');
  const upload = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/x-ndjson', buffer });

  const compared = section(mara, 'Compare two exports');
  await mara.getByLabel('First export').setInputFiles(upload('older.ndjson', kept));
  await mara.getByLabel('Second export').setInputFiles(newer);
  await compared.getByRole('button', { name: 'Compare' }).click();
  await expect(compared.getByRole('status')).toContainText('the second continues the first', { timeout: PATIENCE_MS });
  expect(await axeFindings(mara), 'a comparison').toEqual([]);
  await mara.getByLabel('First export').setInputFiles(foreign);
  await compared.getByRole('button', { name: 'Compare' }).click();
  await expect(compared.getByRole('status')).toContainText('Not the same log', { timeout: PATIENCE_MS });
});
