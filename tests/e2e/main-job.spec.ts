import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, type Page } from '@playwright/test';
import { addSample, exportJournal, openPage, runFrom, runGoal } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

/** The main job on the sample vault, as one owner does it: once with a server, and again without any. */
const sample = JSON.parse(readFileSync('build/sample/manifest.json', 'utf8')) as { goals: string[] };
const deny = (): Promise<boolean> => Promise.resolve(false);

test.describe.configure({ mode: 'serial', timeout: 120_000 });

let world: World;
let page: Page;
const runs: string[] = [];

test.beforeAll(async () => {
  world = await World.open();
  page = await world.visit();
});
test.afterAll(() => world.close());

test('"Try with sample data" brings in the sample vault, and says how many files are in', async () => {
  await addSample({ page });
  await expect(page.getByText('21 added, 0 already here, 0 not added')).toBeVisible();
  await openPage(page, 'Files');
  await expect(page.getByRole('list', { name: 'Your files' }).getByText('Sample')).toHaveCount(21);
});

for (const goal of sample.goals) {
  test(`"${goal}" is answered with sources that open at the quoted words`, async () => {
    runs.push(await runGoal({ page }, goal, deny));
    await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
    await expect(page.getByRole('region', { name: 'Verdict' }).getByText('Verified', { exact: true })).toBeVisible();
    for (const step of await page.getByRole('list', { name: 'Steps' }).getByRole('listitem').all())
      await expect(step).toContainText(/Done|Skipped/);

    const answer = page.getByRole('region', { name: 'Answer' });
    const citation = answer.getByRole('button', { name: /^Source 1: / });
    const sources = page.getByRole('region', { name: 'Sources' });
    const quote = squeezed(await sources.locator('#source-1 .quote').textContent());
    expect(quote).not.toBe('');
    await citation.first().click();
    const opened = sources.locator('li.open');
    const marked = opened.locator('mark');
    await expect(marked).toBeVisible();
    if (await opened.getByText('These are the exact bytes of the file.').isVisible())
      expect(squeezed(await marked.textContent())).toBe(quote);
    else expect(squeezed(await marked.textContent())).not.toBe('');

    const size = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    if (size) await page.setViewportSize(size);
  });
}

test('the audit page verifies the journal, and its export is accepted as it is and refused with one byte changed', async () => {
  await openPage(page, 'Audit');
  await expect(page.getByText(/^Verified up to \d+$/)).toBeVisible({ timeout: PATIENCE_MS });
  const exported = await exportJournal({ page });
  const shown = Number(/\d+/.exec((await page.getByText(/^Verified up to \d+$/).textContent()) ?? '')?.[0]);
  expect(exported.report).toMatchObject({ ok: true, verifiedUpTo: shown, size: shown, afterCheckpoint: 0 });

  expect(await verified(exported.path)).toMatchObject({ status: 0, said: expect.stringContaining('OK.') });
  const bytes = readFileSync(exported.path);
  const at = bytes.indexOf('"leaf":"') + '"leaf":"'.length;
  bytes[at] = bytes[at] === 0x30 ? 0x31 : 0x30;
  const changed = `${exported.path}-changed`;
  writeFileSync(changed, bytes);
  expect(await verified(changed)).toMatchObject({ status: 1, said: expect.stringContaining('FAILED') });
});

test('each citation of each answer points at bytes of the file that hash to what was journaled and hold its quote', async () => {
  const exported = await exportJournal({ page });
  let exact = 0;
  for (const id of runs) {
    const run = runFrom(exported, id);
    expect(run?.answer?.outcome, run?.goal).toBe('answered');
    for (const claim of run?.answer?.sections.flatMap((section) => section.claims) ?? [])
      expect(claim.evidence.length > 0 || claim.computation !== null, claim.text).toBe(true);
    for (const piece of run?.answer?.evidence ?? []) {
      const bytes = readFileSync(join('build/sample', piece.file));
      expect(sha256(bytes), piece.file).toBe(piece.source);
      const span = bytes.subarray(piece.start, piece.end);
      expect(sha256(span), `${piece.file} ${String(piece.start)}`).toBe(piece.digest);
      if (!piece.exact) continue;
      exact += 1;
      expect(squeezed(span.toString('utf8'))).toBe(squeezed(piece.quote));
    }
  }
  expect(exact).toBeGreaterThan(20);
});

test('"Prove this sentence" saves a proof that holds without the app, with the cited file, and not with a byte changed', async () => {
  await page.goto(`${world.url}/run/${runs[4] ?? ''}`);
  const answer = page.getByRole('region', { name: 'Answer' });
  const download = page.waitForEvent('download');
  await answer.getByRole('button', { name: 'Prove this sentence' }).first().click();
  const path = await (await download).path();
  const proof = await verified(path, '--source', 'build/sample/tables/expenses.csv');
  expect(proof.said).toContain('expenses.csv');
  expect(proof.status, proof.said).toBe(0);
  expect((await verified(path, '--source', 'build/sample/tables/hours.tsv')).status).toBe(1);

  const sentence = /^ *Sentence +(.+)$/m.exec(proof.said)?.[1] ?? '';
  expect(await answer.textContent()).toContain(sentence);
  const text = readFileSync(path, 'utf8');
  const other = text.replace(JSON.stringify(sentence).slice(1, -1), (words) => words.replace(/.$/, '!'));
  expect(other).not.toBe(text);
  writeFileSync(`${path}-changed`, other);
  expect((await verified(`${path}-changed`)).status).toBe(1);
});

test('with the server gone and the browser started anew, every address opens and the main job works again', async () => {
  await expect
    .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state))
    .toBe('activated');
  await world.closeBrowser();
  await world.stopServer();

  page = await world.visit('/audit');
  await expect(page.getByText(/^Verified up to [1-9]\d*$/)).toBeVisible();
  await world.closeBrowser();

  page = await world.visit(`/run/${runs[0] ?? ''}`);
  await expect(page.locator('[data-status="complete"]')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Answer' }).getByRole('button', { name: /^Source 1: / })).toBeVisible();
  await world.closeBrowser();

  page = await world.visit('/');
  await expect(page.getByRole('textbox', { name: 'Goal', exact: true })).toBeVisible();
  const again = await runGoal({ page }, sample.goals[0] ?? '', deny);
  await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
  const exported = await exportJournal({ page });
  expect(exported.report.ok).toBe(true);
  expect(runFrom(exported, again)?.answerDigest).toBe(runFrom(exported, runs[0] ?? '')?.answerDigest);
});

test('from first to last nothing was asked of another host', () => {
  expect(world.egress).toEqual([]);
});

/** A quote and the bytes it was read from may differ in white space: line ends, indents, cells of a row. */
function squeezed(text: string | null): string {
  return (text ?? '').replace(/\s+/g, '');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `npm run verify` as a process of its own. */
async function verified(...args: string[]): Promise<{ status: number; said: string }> {
  try {
    const { stdout } = await promisify(execFile)('node_modules/.bin/tsx', ['src/cli/verify.ts', ...args]);
    return { status: 0, said: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { status: code, said: stdout };
  }
}
