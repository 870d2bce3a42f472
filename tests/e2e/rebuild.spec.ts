import { expect, test, type Page } from '@playwright/test';
import { addSample, runGoal } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

/**
 * Every projection is only a view of the journal: on the browser's own disks, all of them are lost and made again, and
 * compared with what was there, row by row and page by page.
 */
test.describe.configure({ timeout: 240_000 });

const GOALS = [
  'Total expenses by category since September',
  'How much may a hotel cost according to the travel policy?',
];
let world: World;
test.afterEach(() => world.close());

/** A row as it lies on the disk: what it is called, the entry that made it, and how long what it says is. */
type Row = readonly [kind: string, id: string, sequence: number, bytes: number];

/** The rows of all projections, out of IndexedDB itself. @param empty takes them away afterwards */
function storedRows(page: Page, empty = false): Promise<Row[]> {
  return page.evaluate(async (emptying) => {
    const found: [string, string, number, number][] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(new Error(name));
      });
      if (database.objectStoreNames.contains('rows')) {
        const transaction = database.transaction('rows', 'readwrite');
        const rows = transaction.objectStore('rows');
        const all = rows.getAll() as IDBRequest<
          { kind: string; id: string; sequence: number; sealed: { ciphertext: Uint8Array } }[]
        >;
        if (emptying) all.onsuccess = () => rows.clear();
        await new Promise((resolve) => (transaction.oncomplete = resolve));
        for (const { kind, id, sequence, sealed } of all.result)
          found.push([kind, id, sequence, sealed.ciphertext.length]);
      }
      database.close();
    }
    return found.sort((a, b) => (a.join() < b.join() ? -1 : 1));
  }, empty);
}

async function settled(page: Page): Promise<Row[]> {
  let before: Row[] = [];
  await expect
    .poll(
      async () => {
        const now = await storedRows(page);
        const same = JSON.stringify(now) === JSON.stringify(before);
        before = now;
        return same && now.length > 0;
      },
      { timeout: PATIENCE_MS, intervals: [1_000] },
    )
    .toBe(true);
  return before;
}

test('all projections lost from IndexedDB are made again from the journal, the same as they were', async () => {
  world = await World.open();
  let page = await world.visit();
  await addSample({ page });
  const runs: string[] = [];
  for (const goal of GOALS) runs.push(await runGoal({ page }, goal, () => Promise.resolve(false)));
  const shown = async (): Promise<string[]> => {
    const texts: string[] = [];
    for (const run of runs) {
      await page.goto(`${world.url}/run/${run}`);
      await expect(page.locator('[data-status="complete"]')).toBeVisible({ timeout: PATIENCE_MS });
      texts.push(await page.getByRole('region', { name: 'Answer' }).innerText());
    }
    await page.goto(`${world.url}/files`);
    await expect(page.getByRole('list').getByText('.ics').first()).toBeVisible({ timeout: PATIENCE_MS });
    const listed = await page.getByRole('main').getByRole('listitem').allInnerTexts();
    texts.push(...listed.map((text) => text.replaceAll(/ · added [^·\n]*/g, '')));
    return texts;
  };
  const pages = await shown();
  const rows = await settled(page);
  expect(rows.length).toBeGreaterThan(20);

  await storedRows(page, true);
  expect(await storedRows(page)).toEqual([]);
  await world.closeBrowser();
  // The next start finds that they are gone …
  page = await world.visit('/settings');
  await expect.poll(() => storedRows(page), { timeout: PATIENCE_MS }).toEqual(rows);
  // … and the owner may ask for it at any time.
  await page.getByRole('button', { name: 'Rebuild' }).click();
  await expect(page.getByText('Rebuilt from the journal').first()).toBeVisible({ timeout: PATIENCE_MS });
  expect(await settled(page)).toEqual(rows);
  expect(await shown()).toEqual(pages);
});
