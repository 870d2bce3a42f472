import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright';
import type { Run } from '#core/agent/run.ts';
import { isRunEvent, type Fact } from '#runtime/agent/facts.ts';
import { transition } from '#core/agent/transition.ts';
import { verifyExport } from '#core/audit/export-check.ts';
import type { ExportReport } from '#core/audit/export-report.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { BROWSER_ARGS, findBrowser } from './find-browser.ts';
import { serve } from './serve.ts';

const RUN_TIMEOUT_MS = 300_000;
/** A run that is ordered is there at once, or refused. */
const START_TIMEOUT_MS = 60_000;

export interface DrivenApp {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly url: string;
  /** The browser's profile folder. */
  readonly profile: string;
  /** Requests that went anywhere but to the app's own address. */
  readonly egress: string[];
  readonly close: () => Promise<void>;
}

/** The finished build in a headless browser with a profile of its own, as `npm start` serves it. */
export async function driveApp(
  options: { now: string | null; zone: string | null },
  loaded: (path: string) => void = () => undefined,
): Promise<DrivenApp> {
  buildOnce();
  const { server, url } = await serve({ root: 'build', port: 0 });
  const profile = mkdtempSync(join(tmpdir(), 'windhover-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findBrowser(),
    args: BROWSER_ARGS,
    acceptDownloads: true,
    ...(options.zone === null ? {} : { timezoneId: options.zone }),
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const egress: string[] = [];
  let starting = true;
  context.on('request', (request) => {
    if (starting && request.url().startsWith(url)) loaded(new URL(request.url()).pathname);
    if (/^(https?|wss?):/.test(request.url()) && !request.url().startsWith(url)) egress.push(request.url());
  });
  const query = new URLSearchParams();
  if (options.now !== null) query.set('now', options.now);
  if (options.zone !== null) query.set('zone', options.zone);
  await page.goto(`${url}/?${query.toString()}`);
  await page.getByRole('textbox', { name: 'Goal' }).waitFor();
  starting = false;
  return {
    page,
    context,
    url,
    profile,
    egress,
    close: async () => {
      await context.close();
      server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** What the build is made of. */
const BUILT_FROM = ['src', 'workers', 'static', 'svelte.config.js', 'vite.config.ts', 'package-lock.json'];
/** Written at its end. */
const BUILT = 'build/headers.json';

/** Makes the production build where there is none, or an older one. */
export function buildOnce(): void {
  const built = existsSync(BUILT) ? statSync(BUILT).mtimeMs : 0;
  // What the build says goes to the terminal's second channel: the first may be JSON.
  if (BUILT_FROM.some((path) => newestIn(path) > built))
    execFileSync(join('node_modules', '.bin', 'vite'), ['build'], {
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
}

/** When the file, or the last of a folder, was changed. */
function newestIn(path: string): number {
  const entries = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Math.max(0, ...(entries.length === 0 ? [path] : files).map((file) => statSync(file).mtimeMs));
}

/** What drives one tab; the page stays the caller's. */
type Driven = Pick<DrivenApp, 'page'>;

/** Says who the owner is, on the settings page. */
export async function setOwner({ page }: Driven, name: string, address: string): Promise<void> {
  await openPage(page, 'Settings');
  await page.getByRole('textbox', { name: 'Your names' }).fill(name);
  await page.getByRole('textbox', { name: 'Your mail addresses' }).fill(address);
  await page.getByRole('button', { name: 'Save settings' }).click();
  await page.getByText('Settings saved').first().waitFor();
}

/** Lets what comes in from now on be shared: without it, exports with contents leave out what runs say of it. */
export async function allowSharing({ page }: Driven): Promise<void> {
  await openPage(page, 'Files');
  await page.getByText('Files you add later').click();
  await page.getByRole('group', { name: 'Files you add from now on may be used for' }).getByLabel('Sharing').check();
  await page.getByText('Saved for files you add from now on').first().waitFor();
}

/** Adds files through the file picker and waits until each is in or refused. */
export async function addFiles({ page }: Driven, files: readonly string[]): Promise<void> {
  await chooseFiles({ page }, files);
  await importEnded(page);
}

/** Picks files with the file picker and does not wait for them to be read. */
export async function chooseFiles({ page }: Driven, files: readonly string[]): Promise<void> {
  await openPage(page, 'Goal');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add files' }).first().click();
  await (await chooser).setFiles([...files]);
}

/** Adds a folder with its subfolders; each file's path begins with the folder's name. */
export async function addFolder({ page }: Driven, folder: string): Promise<void> {
  await openPage(page, 'Goal');
  // Only the older folder input can be handed a folder from outside; the page falls back to it.
  await page.evaluate(() => {
    Object.defineProperty(globalThis, 'showDirectoryPicker', { value: undefined, configurable: true });
  });
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add folder' }).first().click();
  await (await chooser).setFiles(folder);
  await importEnded(page);
}

export async function addSample({ page }: Driven): Promise<void> {
  await openPage(page, 'Goal');
  await page.getByRole('button', { name: 'Try with sample data' }).first().click();
  await importEnded(page);
}

async function importEnded(page: Page): Promise<void> {
  await page
    .getByText(/^(Read \d+ files?|Stopped\. What was already in stays in\.)/)
    .first()
    .waitFor({ timeout: RUN_TIMEOUT_MS });
}

/** States a goal and presses Run. @returns the run's id, once the run is journaled */
export async function startGoal({ page }: Driven, goal: string): Promise<string> {
  await openPage(page, 'Goal');
  await page.getByRole('textbox', { name: 'Goal', exact: true }).fill(goal);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForURL(/\/run\//, { timeout: START_TIMEOUT_MS });
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/**
 * States a goal, presses Run and waits for the end, answering questions with `approve`: it is told what would be done, and
 * with which bytes.
 * @returns the run's id
 */
export async function runGoal(
  { page }: Driven,
  goal: string,
  approve: (sentence: string, content: string) => Promise<boolean>,
): Promise<string> {
  const id = await startGoal({ page }, goal);
  const ended = page.locator('[data-status="complete"], [data-status="failed"], [data-status="cancelled"]').first();
  const asking = page.getByRole('button', { name: 'Approve', exact: true }).first();
  for (;;) {
    await ended.or(asking).first().waitFor({ timeout: RUN_TIMEOUT_MS });
    if (await ended.isVisible()) return id;
    const card = page.getByRole('article').filter({ has: asking }).first();
    const content = (await card.getByRole('group', { name: /^Exactly this will be/ }).textContent()) ?? '';
    const yes = await approve(await card.getByRole('heading', { level: 2 }).innerText(), content);
    await page
      .getByRole('button', { name: yes ? 'Approve' : 'Deny', exact: true })
      .first()
      .click();
    await asking.waitFor({ state: 'hidden' });
  }
}

export interface Exported {
  readonly path: string;
  readonly report: ExportReport;
  readonly facts: readonly ExportedFact[];
}

export interface ExportedFact {
  readonly sequence: number;
  readonly epoch: number;
  readonly time: number;
  readonly fact: Fact;
}

/** Exports the journal with contents on the audit page and checks the file outside the app. */
export async function exportJournal({ page }: Driven): Promise<Exported> {
  await openPage(page, 'Audit');
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText(/^Checked .+ entries from their bytes/).waitFor();
  await page.getByRole('checkbox', { name: /With contents/ }).check();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const path = await (await download).path();
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const facts = lines.slice(1).flatMap((line) => {
    const { entry, payload } = JSON.parse(line) as {
      entry?: Omit<ExportedFact, 'fact'>;
      payload?: { value: Fact };
    };
    return entry && payload
      ? [{ sequence: entry.sequence, epoch: entry.epoch, time: entry.time, fact: payload.value }]
      : [];
  });
  return { path, report: verifyExport(lines, { sha256, verifyEd25519 }), facts };
}

/** The run as its journal entries tell it. */
export function runFrom(exported: Pick<Exported, 'facts'>, id: string): Run | null {
  let run: Run | null = null;
  for (const { fact } of exported.facts) if (isRunEvent(fact) && fact.run === id) run = transition(run, fact).run;
  return run;
}

const PATHS = {
  Goal: '/',
  Approvals: '/approvals',
  Files: '/files',
  Audit: '/audit',
  'Ways out': '/channels',
  Rules: '/policy',
  Models: '/models',
  Settings: '/settings',
} as const;

/** Goes to a page by the navigation, as a person does, and waits until the keyboard is there. */
export async function openPage(page: Page, name: keyof typeof PATHS): Promise<void> {
  const path = PATHS[name];
  const link = page
    .getByRole('navigation')
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .first();
  await link.waitFor();
  if (new URL(page.url()).pathname === path) return;
  await link.click();
  await page.waitForURL((url) => url.pathname === path);
  // The page takes the focus when it is drawn, away from a field that was focused before.
  await page.locator('main:focus-within').waitFor();
}
