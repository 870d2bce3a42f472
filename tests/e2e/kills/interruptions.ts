import type { Page } from '@playwright/test';
import type { World } from '../world.ts';
import { agentWorker } from './kill-watch.ts';

/** Makes the part that works go away, and opens the app again at the path. @returns the page it is open in */
export type Interruption = (world: World, page: Page, path: string) => Promise<Page>;

export const reloadPage: Interruption = async (world, page, path) => {
  if (new URL(page.url()).pathname === path) await page.reload();
  else await page.goto(world.url + path);
  return page;
};

export const closeTab: Interruption = async (world, page, path) => {
  const other = await world.context.newPage();
  await page.close();
  await other.goto(world.url + path);
  return other;
};

export const endWorker: Interruption = async (world, page, path) => {
  const worker = await agentWorker(page);
  await worker.evaluate('self.close()').catch(() => undefined);
  return reloadPage(world, page, path);
};

export const crashRenderer: Interruption = async (world, page, path) => {
  const session = await world.context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // Nobody is left to answer.
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
  return closeTab(world, page, path);
};

export const closeBrowser: Interruption = async (world, _page, path) => {
  await world.closeBrowser();
  return world.visit(path);
};

/** Keeps the workers of a page where `terminateWorkers` finds them; for the world's initScript. */
export const KEEP_WORKERS = `globalThis.keptWorkers = [];
globalThis.Worker = class extends Worker {
  constructor(...options) {
    super(...options);
    globalThis.keptWorkers.push(this);
  }
};`;

/** Ends the page's workers from outside, also one that stands still; the page lives on. */
export function terminateWorkers(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const worker of (globalThis as unknown as { keptWorkers: Worker[] }).keptWorkers) worker.terminate();
  });
}

/** Stops every service worker of the browser; the next request starts it again. */
export async function stopServiceWorkers(world: World, page: Page): Promise<void> {
  const session = await world.context.newCDPSession(page);
  const stopped = new Promise<void>((resolve) => {
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      if (
        versions.some(({ status }) => status === 'activated') &&
        versions.every(({ runningStatus }) => runningStatus === 'stopped')
      )
        resolve();
    });
  });
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await stopped;
  await session.detach();
}

/** `kill -9` of the whole browser: nothing in it gets to finish anything. */
export async function killBrowser(world: World): Promise<void> {
  const { context } = world;
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error('The browser cannot be asked for its processes.');
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const closed = new Promise((resolve) => context.once('close', resolve));
  for (const { id } of processInfo) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // It went with the one before.
    }
  }
  await closed;
  await world.closeBrowser().catch(() => undefined);
}
