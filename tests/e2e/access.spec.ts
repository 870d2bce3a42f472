import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import { keptIn, type FoundPlace } from '#runtime/access/kept-here.ts';
import { ROW_KINDS } from '#runtime/agent/projection.ts';
import { addSample, runGoal } from '../../src/cli/drive-app.ts';
import { World } from './world.ts';

/** The right of access: what is kept, all of it, in words and in open formats. */
test.describe.configure({ timeout: 180_000 });

let world: World;
test.afterEach(() => world.close());

test('"Export all" says in plain language what is kept and where, nothing that the browser keeps is left out', async () => {
  world = await World.open();
  const page = await world.visit();
  await addSample({ page });
  const run = await runGoal({ page }, 'Total expenses by category since September', () => Promise.resolve(false));
  await page.goto(`${world.url}/settings`);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export all' }).click();
  const files = unzipSync(readFileSync(await (await download).path()));
  const text = (path: string): string => new TextDecoder().decode(files[path]);

  const found = await page.evaluate(async () => {
    const names: { where: string; name: string }[] = [];
    for (const { name = '' } of await indexedDB.databases()) names.push({ where: 'IndexedDB', name });
    for await (const name of (await navigator.storage.getDirectory()).keys())
      names.push({ where: 'private file system', name });
    for (const name of await caches.keys()) names.push({ where: 'cache', name });
    for (const name of Object.keys(localStorage)) names.push({ where: 'localStorage', name });
    for (const name of Object.keys(sessionStorage).filter((key) => !key.startsWith('sveltekit:')))
      names.push({ where: 'sessionStorage', name });
    return names;
  });
  expect(found.length).toBeGreaterThan(8);
  for (const place of found) expect(keptIn(place as FoundPlace), `${place.where} ${place.name}`).not.toBeNull();
  expect(await page.evaluate(() => document.cookie)).toBe('');

  const readme = text('README.txt');
  expect(readme).toContain('Everything Windhover keeps about you');
  expect(readme).not.toContain('does not know');
  for (const { where, name } of found)
    if (where === 'IndexedDB' || where === 'private file system') expect(readme, name).toContain(name);
  for (const kind of ROW_KINDS) expect(Array.isArray(JSON.parse(text(`data/${kind}.json`)))).toBe(true);
  expect(text('data/source.json')).toContain('expenses.csv');
  expect((JSON.parse(text('data/run.json')) as { id: string }[]).map(({ id }) => id)).toEqual([run]);
  expect(JSON.parse(text('data/vault.json'))).toMatchObject([{ kind: 'device' }]);
});
