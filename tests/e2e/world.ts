import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from '../../src/cli/find-browser.ts';
import { serve } from '../../src/cli/serve.ts';

/** A time limit for what a loaded machine does slowly. */
export const PATIENCE_MS = 60_000;

export interface WorldOptions {
  /** The build to serve; a copy when a test changes it. */
  readonly root?: string;
  /** Runs in every page before the app. */
  readonly initScript?: string;
  /** A port of its own, for a profile that was written under that address. */
  readonly port?: number;
}

/** The app as one owner has it: a server that can go away, and a browser profile on disk that outlives its browser. */
export class World {
  readonly profile = mkdtempSync(join(tmpdir(), 'windhover-e2e-'));
  /** Requests that went anywhere but to the app's own address. */
  readonly egress: string[] = [];
  url = '';
  readonly #options: WorldOptions;
  #server: Server | null = null;
  #context: BrowserContext | null = null;

  private constructor(options: WorldOptions) {
    this.#options = options;
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    await world.startServer();
    return world;
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error('The browser is closed.');
    return this.#context;
  }

  async startServer(): Promise<void> {
    const port = this.url === '' ? (this.#options.port ?? 0) : Number(new URL(this.url).port);
    const served = await serve({ root: this.#options.root ?? 'build', port });
    this.#server = served.server;
    this.url = served.url;
  }

  async stopServer(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  }

  /** Starts the browser on the profile, as it was left. */
  async startBrowser(): Promise<void> {
    const context = await chromium.launchPersistentContext(this.profile, {
      executablePath: findBrowser(),
      args: BROWSER_ARGS,
      acceptDownloads: true,
      locale: 'en-GB',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    if (this.#options.initScript !== undefined) await context.addInitScript(this.#options.initScript);
    context.on('request', (request) => {
      if (/^(https?|wss?):/.test(request.url()) && !request.url().startsWith(this.url)) this.egress.push(request.url());
    });
    this.#context = context;
  }

  async closeBrowser(): Promise<void> {
    const context = this.#context;
    this.#context = null;
    await context?.close();
  }

  /** Opens a page of the app in a tab of its own, starting the browser when it is closed. */
  async visit(path = '/'): Promise<Page> {
    if (!this.#context) await this.startBrowser();
    const [first] = this.context.pages();
    const page = first?.url() === 'about:blank' ? first : await this.context.newPage();
    await page.goto(this.url + path);
    return page;
  }

  async close(): Promise<void> {
    await this.closeBrowser().catch(() => undefined);
    await this.stopServer();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
