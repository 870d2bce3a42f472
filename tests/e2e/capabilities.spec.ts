import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addSample, exportJournal, openPage, runFrom, runGoal } from '../../src/cli/drive-app.ts';
import { World } from './world.ts';

/** Browsers that lack one optional thing: the main job works all the same, and the settings page says what is missing. */
const GOAL = 'Write the status report for the Harbour Library from these files and save it as report.md';

interface Lack {
  /** Takes it away from windows and workers alike, before the app runs. */
  readonly remove: string;
  readonly says: RegExp;
}

const LACKS: Readonly<Record<string, Lack>> = {
  'File System Access': {
    remove:
      'delete globalThis.showDirectoryPicker; delete globalThis.showSaveFilePicker; delete globalThis.showOpenFilePicker;',
    says: /No folder access: saved files go to Downloads/,
  },
  'the private file system': {
    remove: 'delete globalThis.StorageManager?.prototype.getDirectory;',
    says: /No private file system: the journal has one copy instead of two/,
  },
  'Web Locks': {
    remove:
      'delete globalThis.Navigator?.prototype.locks; delete globalThis.WorkerNavigator?.prototype.locks; delete globalThis.LockManager;',
    says: /No Web Locks/,
  },
  'Ed25519 in WebCrypto': {
    remove: `for (const name of ['generateKey', 'importKey', 'sign', 'verify', 'unwrapKey']) {
      const own = globalThis.SubtleCrypto?.prototype[name];
      if (own) globalThis.SubtleCrypto.prototype[name] = function (...given) {
        const named = (one) => one === 'Ed25519' || one?.name === 'Ed25519';
        return given.some(named)
          ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))
          : own.apply(this, given);
      };
    }`,
    says: /No Ed25519 in the browser: signatures are computed by the app itself/,
  },
  'persistent storage': {
    remove:
      'delete globalThis.StorageManager?.prototype.persist; delete globalThis.StorageManager?.prototype.persisted;',
    says: /No persistent storage: the browser may delete data/,
  },
};

test.describe.configure({ timeout: 180_000 });

let world: World;
let root: string;

/** A copy of the build whose workers begin without it; windows lose it by a script of the browser's. */
async function without({ remove }: Lack): Promise<Page> {
  root = mkdtempSync(join(tmpdir(), 'windhover-build-'));
  cpSync('build', root, { recursive: true });
  const workers = join(root, '_app/immutable/workers');
  const scripts = readdirSync(workers).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThanOrEqual(2);
  for (const name of scripts)
    writeFileSync(join(workers, name), `${remove}\n${readFileSync(join(workers, name), 'utf8')}`);
  world = await World.open({ root, initScript: remove });
  return world.visit();
}

test.afterEach(async () => {
  await world.close();
  rmSync(root, { recursive: true, force: true });
});

for (const [name, lack] of Object.entries(LACKS)) {
  test(`without ${name} the main job works, also after a restart, and the page says what is missing`, async () => {
    let page = await without(lack);
    await addSample({ page });
    const run = await runGoal({ page }, GOAL, () => Promise.resolve(true));
    await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
    await openPage(page, 'Settings');
    await expect(page.getByText(lack.says)).toBeVisible();
    await expect(page.getByText('This browser has everything Windhover uses.')).toBeHidden();

    await world.closeBrowser();
    page = await world.visit(`/run/${run}`);
    await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
    const exported = await exportJournal({ page });
    expect(exported.report.ok).toBe(true);
    expect(runFrom(exported, run)).toMatchObject({ status: 'complete', verdict: { result: 'PASS' } });
  });
}

test('without Web Locks two tabs still have one leader, and the other takes over when it is closed', async () => {
  const first = await without(LACKS['Web Locks']!);
  await addSample({ page: first });
  await expect(first.getByText('This tab does the work')).toBeVisible();
  const second = await world.visit();
  await expect(second.getByText('Following another tab')).toBeVisible();
  await first.close();
  await expect(second.getByText('This tab does the work')).toBeVisible({ timeout: 20_000 });
  await runGoal({ page: second }, 'Total expenses by category since September', () => Promise.resolve(false));
  await expect(second.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
});
