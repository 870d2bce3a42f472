import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from '@playwright/test';
import { addFiles, exportJournal, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { World } from './world.ts';

/** Nothing of the owner's may lie readable in the browser's profile: not in a row, a name, a log, or the history. */
test.describe.configure({ timeout: 180_000 });

let world: World;
let folder: string;
test.beforeEach(async () => {
  world = await World.open();
  folder = mkdtempSync(join(tmpdir(), 'windhover-canary-'));
});
test.afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const canary = (): string => randomBytes(32).toString('hex');

/** A text as it may lie on a disk: as bytes, as UTF-16, and within base64 at any of its three offsets. */
function formsOf(text: string): Buffer[] {
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.from(' '.repeat(shift) + text).toString('base64');
    return Buffer.from(whole.slice(4, -4));
  });
  return [Buffer.from(text), Buffer.from(text, 'utf16le'), Buffer.from(text, 'hex'), ...base64].filter(
    ({ length }) => length >= 16,
  );
}

/** The browser, which may be running, puts files and folders away while they are listed and read. */
function unlessGone<T>(read: () => T, gone: () => T): T {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return gone();
    throw error;
  }
}

function filesUnder(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name);
    if (entry.isFile()) return [inner];
    return entry.isDirectory()
      ? unlessGone(
          () => filesUnder(inner),
          () => [],
        )
      : [];
  });
}

function hits(secrets: { readonly [what: string]: string }): string[] {
  return filesUnder(world.profile).flatMap((file) => {
    const bytes = unlessGone(
      () => readFileSync(file),
      () => Buffer.alloc(0),
    );
    return Object.entries(secrets).flatMap(([what, text]) =>
      formsOf(text).some((form) => bytes.includes(form)) || file.includes(text)
        ? [`${what} in ${relative(world.profile, file)}`]
        : [],
    );
  });
}

test('of a file, its name and digest, a goal, an answer and the settings nothing can be found in the closed browser’s profile', async () => {
  const secrets = { content: canary(), 'file name': canary(), goal: canary(), 'owner name': canary(), row: canary() };
  const file = join(folder, `${secrets['file name']}.md`);
  const text = `# Travel\n\nThe hotel limit of ${secrets.content} is 140 euros a night.\n`;
  writeFileSync(file, text);
  const table = join(folder, 'costs.csv');
  writeFileSync(table, `category,amount\n${secrets.row},12\nother,30\n`);

  const page = await world.visit();
  await openPage(page, 'Settings');
  await page.getByRole('textbox', { name: 'Your names' }).fill(secrets['owner name']);
  await page.getByRole('button', { name: 'Save settings' }).click();
  await page.getByText('Settings saved').first().waitFor();
  await addFiles({ page }, [file, table]);
  const no = (): Promise<boolean> => Promise.resolve(false);
  await runGoal({ page }, 'Total amount by category', no);
  await runGoal({ page }, `What is the hotel limit of ${secrets.goal}?`, no);
  await openPage(page, 'Files');
  await expect(page.getByText(secrets['file name']).first()).toBeAttached();
  const { facts } = await exportJournal({ page });
  expect(JSON.stringify(facts)).toContain(secrets.goal);
  const run = facts.flatMap(({ fact }) => (fact.type === 'run.started' ? [fact.run] : []))[0] ?? '';
  await world.closeBrowser();

  const digest = createHash('sha256').update(text).digest('hex');
  expect(hits({ ...secrets, 'file digest': digest })).toEqual([]);
  // The search finds what is there to be found: the address of a run is no secret, and stands in the history.
  expect(hits({ 'address of a run': run })).not.toEqual([]);

  const again = await world.visit('/files');
  await expect(again.getByText(secrets['file name']).first()).toBeAttached();
});

/** A word that no dictionary has. */
const word = (): string =>
  [...randomBytes(24)].map((byte) => String.fromCharCode('a'.charCodeAt(0) + (byte % 26))).join('');

test('searching works while unlocked, without a plaintext index on disk', async () => {
  const passphrase = 'a heron over the weir';
  const [asked, other] = [word(), word()];
  const file = join(folder, 'rules.md');
  writeFileSync(
    file,
    `# Rules\n\nThe ${asked} limit is 140 euros a night.\n\nThe ${other} limit is 90 euros a night.\n`,
  );
  // What an index would keep of a text: its words, in whatever case, and their beginnings.
  const indexed = Object.fromEntries(
    [asked, other].flatMap((each) => [
      [each, each],
      [`${each} in capitals`, each.toUpperCase()],
      [`the beginning of ${each}`, each.slice(0, 16)],
    ]),
  );
  const no = (): Promise<boolean> => Promise.resolve(false);
  const page = await world.visit();
  await openPage(page, 'Settings');
  await page.getByRole('button', { name: 'Set a passphrase' }).click();
  await page.getByRole('textbox', { name: 'New passphrase' }).fill(passphrase);
  await page.getByRole('textbox', { name: 'The same again' }).fill(passphrase);
  await page.getByRole('button', { name: 'Set the passphrase' }).click();
  await expect(page.getByText('The passphrase opens your vault now')).toBeVisible();
  await addFiles({ page }, [file]);
  await runGoal({ page }, `What is the ${asked} limit?`, no);
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer).toContainText('140 euros');
  await expect(answer).not.toContainText(other);
  // While it is open, whatever was searched is on the disk sealed or not at all.
  expect(hits(indexed)).toEqual([]);

  await openPage(page, 'Settings');
  await page.getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByRole('heading', { name: 'Windhover is locked' })).toBeVisible();
  expect(hits(indexed)).toEqual([]);
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await runGoal({ page }, `What is the ${other} limit?`, no);
  await expect(answer).toContainText('90 euros');
  await world.closeBrowser();
  expect(hits(indexed)).toEqual([]);
});
