import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addFiles, chooseFiles, exportJournal, openPage, startGoal } from '../../src/cli/drive-app.ts';
import { makeBomb, makeDocx, makePdf, makeZip } from '../fakes/broken-files.ts';
import { BALLAST_BYTES, ballastOf } from './ballast.ts';
import { PATIENCE_MS, World } from './world.ts';

/** Bringing files in through the real file picker: the good ones go in, each broken one is named with what and where. */
test.describe.configure({ timeout: 180_000 });

let world: World;
let page: Page;
let folder: string;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windhover-files-'));
  world = await World.open();
  page = await world.visit();
});
test.afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const result = (path: string) => page.locator('.import li').filter({ has: page.getByText(path, { exact: true }) });

const CALENDAR = (rule: string): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Test//EN',
    'BEGIN:VEVENT',
    'UID:tide@example.org',
    'DTSTAMP:20261101T090000Z',
    'DTSTART:20261102T090000Z',
    'DTEND:20261102T100000Z',
    rule,
    'SUMMARY:Tide table',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

test('a goal that is run while files come in begins when they are there', async () => {
  const letters = Array.from({ length: 4_000 }, (_, i) =>
    [
      `From gulls@example.org Mon Nov  2 09:00:00 2026`,
      `From: Gulls ${String(i)} <gulls@example.org>`,
      'To: keeper@example.org',
      `Subject: Count ${String(i)}`,
      'Date: Mon, 2 Nov 2026 09:00:00 +0000',
      `Message-ID: <${String(i)}@example.org>`,
      '',
      `We counted ${String(i)} gulls.`,
      '',
      '',
    ].join('\n'),
  );
  await chooseFiles({ page }, [
    file('gulls.mbox', letters.join('')),
    file('lamp.md', '# Lamp\n\nThe lamp was trimmed on 3 November 2026.\n'),
  ]);
  await startGoal({ page }, 'When was the lamp trimmed?');
  await expect(page.locator('[data-status="complete"]').first()).toBeVisible({ timeout: PATIENCE_MS });
  await expect(page.getByRole('region', { name: 'Answer' })).toContainText('3 November 2026');
});

test('each broken file is named with what is wrong, and the others go in', async () => {
  const good = makePdf([[[12, 'The lighthouse keeper counted forty gulls.']]]);
  const files = {
    'good.md': '# Lighthouse\n\nThe lamp was trimmed on 3 November 2026.\n',
    'good.pdf': good,
    'good.docx': makeDocx([['', 'The oil store holds ninety litres.']]),
    'good.zip': makeZip({ 'inner/notes.txt': 'The boat leaves at seven.' }),
    'ragged.csv': 'date,gulls\n2026-11-01,40\n2026-11-02\n2026-11-03,41,extra\n',
    'rule.ics': CALENDAR('RRULE:FREQ=SOMETIMES;COUNT=x'),
    'empty.txt': '',
    'none.pdf': 'This is a shopping list, whatever its name says.',
    'cut.pdf': good.slice(0, Math.floor(good.length / 3)),
    'cut.zip': makeZip({ 'a.txt': 'a'.repeat(5_000), 'b.txt': 'b'.repeat(5_000) }, 0).slice(0, 4_000),
    'cut.docx': makeDocx([['', 'Cut in the middle.']]).slice(0, 900),
    'bytes.txt': Uint8Array.from({ length: 4_096 }, (_, i) => (i * 151 + (i >> 3)) % 256),
    'bomb.zip': makeBomb(),
    'escape.zip': makeZip({ '../../etc/passwd': 'root', 'inside.txt': 'The good member beside it.' }),
    'sheet.xlsx': 'PK',
  };
  await addFiles(
    { page },
    Object.entries(files).map(([name, content]) => file(name, content)),
  );

  const wrong: Readonly<Record<string, RegExp>> = {
    'empty.txt': /Not added: The file is empty \(0 bytes\)/,
    'none.pdf': /Not added: This is no PDF.*\(byte 0\)/,
    'cut.pdf': /Not added: The PDF ends early/,
    'cut.zip': /Not added: The zip ends early/,
    'cut.docx': /Not added: The document ends early.*\(byte 900\)/,
    'bytes.txt': /Not added: This is not a text file/,
    'bomb.zip': /Not added: This zip is built like a zip bomb.*Nothing of it was unpacked/,
    'escape.zip/../../etc/passwd': /Not added: Its path leads out of the zip/,
    'sheet.xlsx': /Not added: A \.xlsx file cannot be read here. Save each sheet as CSV/,
  };
  for (const [path, words] of Object.entries(wrong)) await expect(result(path)).toContainText(words);
  const added = ['good.md', 'good.pdf', 'good.docx', 'good.zip/inner/notes.txt', 'escape.zip/inside.txt'];
  for (const path of added) await expect(result(path)).toHaveText(/Added\s*$/);
  await expect(result('ragged.csv')).toContainText(/Added, 2 notes.*1 of 2 cells.*\(line 3\).*3 cells.*\(line 4\)/s);
  await expect(result('rule.ics')).toContainText(
    /Added, 1 note.*repeat rule cannot be read.*\(event tide@example.org, line 9\)/s,
  );
  await expect(page.getByText('7 added, 0 already here, 9 not added')).toBeVisible();

  await openPage(page, 'Files');
  await expect(rows()).toHaveCount(7);
  const { facts, report } = await exportJournal({ page });
  expect(report.ok).toBe(true);
  const sources = facts.flatMap(({ fact }) => (fact.type === 'source.imported' ? [fact.source] : []));
  expect(sources.map(({ path }) => path).sort()).toEqual([...added, 'ragged.csv', 'rule.ics'].sort());
  expect(sources.find(({ path }) => path === 'good.pdf')?.id).toBe(createHash('sha256').update(good).digest('hex'));
});

test('the same bytes under another name are recognised and kept once', async () => {
  const text = 'The tide turns at noon.';
  await addFiles({ page }, [file('first.txt', text)]);
  await addFiles({ page }, [file('second.txt', text), file('third.md', 'Another one.')]);
  await expect(result('second.txt')).toContainText('Already here, as first.txt');
  await expect(page.getByText('1 added, 1 already here, 0 not added')).toBeVisible();
  await openPage(page, 'Files');
  await expect(rows()).toHaveCount(2);
});

test('a cancelled import of a large mailbox leaves nothing half-imported, and keeps what was in before', async () => {
  const mailbox = file('large.mbox', makeMailbox(60_000));
  await addFiles({ page }, [file('before.txt', 'This was in before.')]);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => ballastOf(page), { timeout: PATIENCE_MS }).toBe(BALLAST_BYTES);
  const kept = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await chooseFiles({ page }, [mailbox]);
  const bar = page.getByRole('progressbar', { name: 'Import progress' });
  await expect
    .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: PATIENCE_MS })
    .toBeGreaterThan(5);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.getByText('Stopped. What was already in stays in.')).toBeVisible({ timeout: PATIENCE_MS });
  await openPage(page, 'Files');
  await expect(rows()).toHaveCount(1);
  await page.reload();
  await expect(rows()).toHaveCount(1);
  const { facts } = await exportJournal({ page });
  expect(facts.filter(({ fact }) => fact.type === 'source.imported')).toHaveLength(1);
  // Nothing of it is left on the disk either: beside the offline copy there is no more than before.
  await expect
    .poll(() => page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0), { timeout: PATIENCE_MS })
    .toBeLessThan(kept + 3_000_000);
});

test('a deleted file is gone from the list, comes back with Undo, and again from "Recently deleted"', async () => {
  await addFiles({ page }, [file('gulls.txt', 'Forty gulls.'), file('boats.txt', 'Seven boats.')]);
  await openPage(page, 'Files');
  await page.getByRole('button', { name: 'Delete gulls.txt' }).click();
  await expect(rows()).toHaveCount(1);
  await page.getByRole('log', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click();
  await expect(rows()).toHaveCount(2);

  await page.getByRole('button', { name: 'Delete boats.txt' }).click();
  await expect(rows()).toHaveCount(1);
  await page.reload();
  await expect(rows()).toHaveCount(1);
  await page.getByRole('button', { name: 'Restore boats.txt' }).click();
  await expect(rows()).toHaveCount(2);
});

test('what an import brought in is taken out again, and no more than that; each file can be brought back', async () => {
  await addFiles({ page }, [file('lamp.txt', 'The lamp was trimmed.')]);
  await addFiles({ page }, [
    file('gulls.txt', 'Forty gulls.'),
    file('boats.txt', 'Seven boats.'),
    file('lamp-again.txt', 'The lamp was trimmed.'),
    file('empty.txt', ''),
  ]);
  await expect(page.getByText('2 added, 1 already here, 1 not added')).toBeVisible();
  await page.getByRole('button', { name: 'Take these out again' }).click();
  await expect(page.getByText('Took 2 files out again. They can be restored from Recently deleted.')).toBeVisible();
  await expect(page.locator('.import')).toHaveCount(0);

  await openPage(page, 'Files');
  await expect(rows()).toHaveCount(1);
  await expect(rows()).toContainText('lamp.txt');
  for (const name of ['gulls.txt', 'boats.txt']) await page.getByRole('button', { name: `Restore ${name}` }).click();
  await expect(rows()).toHaveCount(3);
  const { facts } = await exportJournal({ page });
  const of = (kind: 'source.removed' | 'source.restored') => facts.filter(({ fact }) => fact.type === kind).length;
  expect([of('source.removed'), of('source.restored')]).toEqual([2, 2]);
});

test('when one of the files cannot be taken out again, it is said why and how many are out; the rest can be tried again', async () => {
  await addFiles({ page }, [file('gulls.txt', 'Forty gulls.'), file('boats.txt', 'Seven boats.')]);
  await loseSecondRemoval(page);
  const takeOut = page.getByRole('button', { name: 'Take these out again' });
  await takeOut.click();
  await expect(page.getByText('Took 1 file out again.')).toBeVisible();
  await expect(page.getByText(/There is no such file/)).toBeVisible();
  await expect(page.getByText('2 added, 0 already here, 0 not added')).toBeVisible();
  await takeOut.click();
  await expect(page.getByText('Took 1 file out again.')).toHaveCount(2);
  await expect(page.locator('.import')).toHaveCount(0);
  await openPage(page, 'Files');
  await expect(page.getByRole('button', { name: /^Restore / })).toHaveCount(2);
});

/** The second order of this page to take a file out arrives with the name of none. */
function loseSecondRemoval(tab: Page): Promise<void> {
  return tab.evaluate(() => {
    let removals = 0;
    const workers = Worker.prototype as { postMessage: (message: unknown, ...rest: unknown[]) => void };
    const { postMessage } = workers;
    workers.postMessage = function (this: Worker, message, ...rest) {
      const lost = isRemoval(message) && ++removals === 2;
      postMessage.call(this, lost ? replaced(message) : message, ...rest);
    };
    function isRemoval(message: unknown): boolean {
      const { argumentList } = message as { readonly argumentList?: unknown };
      return JSON.stringify(argumentList ?? null).includes('"type":"remove-source"');
    }
    function replaced(value: unknown): unknown {
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.map(replaced);
      return Object.fromEntries(
        Object.entries(value).map(([key, of]) => [key, key === 'source' ? '0'.repeat(64) : replaced(of)]),
      );
    }
  });
}

const rows = () => page.getByRole('list', { name: 'Your files' }).locator('> li');

function makeMailbox(messages: number): string {
  const out: string[] = [];
  for (let i = 0; i < messages; i += 1) {
    out.push(
      `From keeper@example.org Mon Nov  2 09:00:00 2026`,
      `From: Keeper <keeper@example.org>`,
      `To: Owner <owner@example.org>`,
      `Date: Mon, 02 Nov 2026 09:00:00 +0000`,
      `Message-ID: <${String(i)}@example.org>`,
      `Subject: Log ${String(i)}`,
      '',
      `Entry ${String(i)}. ${'The wind blew from the west and the lamp burned steadily. '.repeat(12)}`,
      '',
    );
  }
  return out.join('\n');
}
