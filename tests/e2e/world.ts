import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from '../../src/cli/find-browser.ts';
import { serve } from '../../src/cli/serve.ts';
import { heardBy } from './heard.ts';
import { readyProfile, type ReadyProfile } from './ready-profiles.ts';

/** A time limit for what a loaded machine does slowly. */
export const PATIENCE_MS = 60_000;

export interface WorldOptions {
  /** The build to serve; a copy when a test changes it. */
  readonly root?: string;
  /** Runs in every page before the app. */
  readonly initScript?: string;
  /** A port of its own, for a profile that was written under that address. */
  readonly port?: number;
  /** The browser's own, beside the usual ones. */
  readonly browserArgs?: readonly string[];
  /** What the profile holds from the start; the app is then at the one address of all ready profiles. */
  readonly ready?: ReadyProfile<World>;
}

/** Ready profiles belong to this address; the browser is told which port is really meant. */
const READY_HOST = 'localhost:48132';

/** The app as one owner has it: a server that can go away, and a browser profile on disk that outlives its browser. */
export class World {
  readonly profile = mkdtempSync(join(tmpdir(), 'windhover-e2e-'));
  /** Requests that went anywhere but to the app's own address. */
  readonly egress: string[] = [];
  /** All that the app's own host was told since it last started, to the byte. */
  heard: () => readonly Buffer[] = () => [];
  url = '';
  readonly #options: WorldOptions;
  #server: Server | null = null;
  /** The port that the server listens on. */
  #port: number;
  #context: BrowserContext | null = null;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    await world.startServer();
    if (options.ready) cpSync(await World.#made(options.ready), world.profile, { recursive: true });
    return world;
  }

  /** @returns the folder of the ready profile */
  static #made(ready: ReadyProfile<World>): Promise<string> {
    return readyProfile(ready.name, async () => {
      const world = new World({ ready });
      try {
        await world.startServer();
        await ready.make(world);
        await world.closeBrowser();
        await world.stopServer();
      } catch (error) {
        await world.close();
        throw error;
      }
      return world.profile;
    });
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error('The browser is closed.');
    return this.#context;
  }

  async startServer(): Promise<void> {
    const { server, url } = await serve({ root: this.#options.root ?? 'build', port: this.#port });
    this.#server = server;
    this.heard = heardBy(server);
    this.#port = Number(new URL(url).port);
    this.url = this.#options.ready ? `http://${READY_HOST}` : url;
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
      args: [
        ...BROWSER_ARGS,
        ...(this.#options.browserArgs ?? []),
        ...(this.#options.ready ? [`--host-resolver-rules=MAP ${READY_HOST} 127.0.0.1:${String(this.#port)}`] : []),
      ],
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
