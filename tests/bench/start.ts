import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { addFiles, buildOnce } from '../../src/cli/drive-app.ts';
import { BROWSER_ARGS, findBrowser } from '../../src/cli/find-browser.ts';
import { serve } from '../../src/cli/serve.ts';
import { writeMailbox } from './mailbox-file.ts';
import { type Figure, growthLaw, ratios, spread } from './statistics.ts';

/** What is stored, in megabytes: mailboxes of a megabyte each. */
const MEGABYTES = [0, 1, 4, 16, 64];
const LONG_MEGABYTES = [0, 1, 10, 100, 1_000];
const MAILBOX_BYTES = 1_000_000;
/** As many as are picked at once. */
const FILES_A_TIME = 50;
const ROUNDS = 9;
const POLLED_MS = 4;

/** Milliseconds from the navigation, as the page itself tells. */
interface Start {
  /** `Goal` can be written in. */
  readonly usable: number;
  /** The agent leads or follows, and the files are listed; NaN where nothing is stored. */
  readonly listed: number;
}

interface Profile {
  readonly megabytes: number;
  readonly folder: string;
  /** With the browser opened anew, and once more in the same browser. */
  readonly opened: Start[];
  readonly again: Start[];
  /** What was asked for until the files were listed. */
  readonly fetched: Set<string>;
}

/**
 * The app's start with nothing stored and with more and more, each in a profile of its own on the disk that the app filled
 * by importing files: every round opens the browser anew on each, in turn.
 */
export async function benchStart(): Promise<Figure[]> {
  buildOnce();
  const { server, url } = await serve({ root: 'build', port: 0 });
  const profiles: Profile[] = [];
  try {
    for (const megabytes of process.argv.includes('--long') ? LONG_MEGABYTES : MEGABYTES) {
      const folder = mkdtempSync(join(tmpdir(), 'windhover-start-'));
      profiles.push({ megabytes, folder, opened: [], again: [], fetched: new Set() });
      await fill(folder, url, megabytes);
    }
    for (let round = 0; round < ROUNDS; round++)
      for (const profile of profiles)
        await withBrowser(profile.folder, async (context, page) => {
          if (round === 0) context.on('request', (request) => profile.fetched.add(new URL(request.url()).pathname));
          profile.opened.push(await start(page, url, profile.megabytes));
          profile.again.push(await start(page, url, profile.megabytes));
        });
    return figuresOf(profiles);
  } finally {
    server.close();
    for (const { folder } of profiles) rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf(profiles: readonly Profile[]): Figure[] {
  const [empty, smallest] = profiles;
  const largest = profiles.at(-1);
  if (empty === undefined || smallest === undefined || largest === undefined) return [];
  const times = (of: readonly Start[], moment: keyof Start): number[] => of.map((start) => start[moment]);
  const stored = profiles.filter(({ megabytes }) => megabytes > 0);
  const beside = (
    name: string,
    way: 'opened' | 'again',
    moment: keyof Start,
    peer: Profile,
    ours: Profile,
  ): Figure => ({
    name: `G15 ${name}, ${amountOf(ours)} stored`,
    unit: 'ms',
    ours: spread(times(ours[way], moment)),
    peer: { name: `${amountOf(peer)} stored`, ...spread(times(peer[way], moment)) },
    ratio: spread(ratios(times(ours[way], moment), times(peer[way], moment))),
    goal: '<= 1.2 x',
  });
  const law = (name: string, moment: keyof Start): Figure =>
    growthLaw(
      `G15 ${name}`,
      stored.map(({ megabytes, opened }) => [megabytes, times(opened, moment)] as const),
    );
  const wasm = [...new Set(profiles.flatMap(({ fetched }) => [...fetched]))].filter((path) => path.endsWith('.wasm'));
  return [
    ...stored.map((profile) => beside('opened until Goal is usable', 'opened', 'usable', empty, profile)),
    law('opened until Goal is usable, megabytes', 'usable'),
    ...stored
      .slice(1)
      .map((profile) =>
        beside(
          'opened until the files are listed',
          'opened',
          'listed',
          smallest === empty ? profile : smallest,
          profile,
        ),
      ),
    law('opened until the files are listed, megabytes', 'listed'),
    beside('reloaded until Goal is usable', 'again', 'usable', empty, largest),
    {
      name: `G15 WebAssembly fetched on these starts${wasm.length > 0 ? `: ${wasm.join(', ')}` : ''}`,
      unit: 'files',
      ours: spread([wasm.length]),
      peer: { name: 'there is', ...spread([wasmFiles('build')]) },
      ratio: null,
      goal: '0',
    },
  ];
}

function amountOf({ megabytes }: Profile): string {
  return megabytes === 0 ? 'nothing' : `${String(megabytes)} MB`;
}

function wasmFiles(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.wasm')).length;
}

async function withBrowser<T>(folder: string, work: (context: BrowserContext, page: Page) => Promise<T>): Promise<T> {
  const context = await chromium.launchPersistentContext(folder, { executablePath: findBrowser(), args: BROWSER_ARGS });
  try {
    return await work(context, context.pages()[0] ?? (await context.newPage()));
  } finally {
    await context.close();
  }
}

/** Imports mailboxes through the page until so much is stored, and leaves the profile settled. */
async function fill(folder: string, url: string, megabytes: number): Promise<void> {
  await withBrowser(folder, async (_, page) => {
    const files = mkdtempSync(join(tmpdir(), 'windhover-mailboxes-'));
    let message = 0;
    for (let mailbox = 0; mailbox < megabytes; mailbox += FILES_A_TIME) {
      const paths: string[] = [];
      for (let at = mailbox; at < Math.min(megabytes, mailbox + FILES_A_TIME); at++) {
        const path = join(files, `letters-${String(at)}.mbox`);
        message = writeMailbox(path, MAILBOX_BYTES, message);
        paths.push(path);
      }
      await page.goto(`${url}/`);
      await addFiles({ page }, paths);
      for (const path of paths) rmSync(path);
    }
    rmSync(files, { recursive: true });
    const { listed } = await start(page, url, megabytes);
    // The offline copy is fetched once, and is no part of a start.
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => null));
    if (megabytes > 0 && Number.isNaN(listed)) throw new Error('The files were not listed.');
  });
  if (bytesIn(folder) < megabytes * MAILBOX_BYTES) throw new Error('The profile holds less than was imported.');
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
    .reduce((sum, entry) => sum + (entry?.isFile() === true ? entry.size : 0), 0);
}

async function start(page: Page, url: string, files: number): Promise<Start> {
  await page.goto(`${url}/`, { waitUntil: 'commit' });
  const usable = await page.waitForFunction(
    () => document.querySelector('textarea#goal') !== null && performance.now(),
    null,
    { polling: POLLED_MS },
  );
  if (files === 0) return { usable: (await usable.jsonValue()) || 0, listed: Number.NaN };
  const listed = await page.waitForFunction(
    (count) => {
      const panel = document.querySelector('section[aria-labelledby="files-panel"] a')?.textContent ?? '';
      return panel.includes(`(${count.toLocaleString()})`) && performance.now();
    },
    files,
    { polling: POLLED_MS },
  );
  return { usable: (await usable.jsonValue()) || 0, listed: (await listed.jsonValue()) || 0 };
}
