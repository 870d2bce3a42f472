import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright';
import { build } from 'vite';
import { BROWSER_ARGS, findBrowser } from '../../src/cli/find-browser.ts';
import type { benchAppend } from './append.ts';
import type { Figure } from './statistics.ts';

/** Builds the append benchmark as the product is built, and runs it in a browser whose profile lies on the disk. */
export async function benchAppendInBrowser(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'windhover-bench-'));
  const site = join(folder, 'site');
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    worker: { format: 'es' },
    build: {
      target: 'es2022',
      outDir: site,
      rolldownOptions: { input: { page: 'tests/bench/append-page.ts' }, output: { entryFileNames: 'page.js' } },
    },
  });
  const server = await serveFolder(site);
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: findBrowser(),
    args: BROWSER_ARGS,
  });
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    await page.waitForFunction(() => 'benchAppend' in globalThis);
    return await page.evaluate(() => (globalThis as unknown as { benchAppend: typeof benchAppend }).benchAppend());
  } finally {
    await context.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html' };

function serveFolder(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    try {
      const body =
        path === '/'
          ? '<!doctype html><script type="module" src="/page.js"></script>'
          : readFileSync(join(folder, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/html' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
