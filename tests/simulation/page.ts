import type { AgentClient } from '#lib/client/agent.ts';
import type { VaultNews } from '#adapters/window/vault-channel.ts';
import { VaultGate } from '#lib/state/vault-gate.svelte.ts';
import type { VaultError, VaultOutcome, VaultView } from '#runtime/contract/vault-api.ts';
import type { Result } from '#core/base/result.ts';
import { viewOf } from '#runtime/vault/vault-view.ts';
import { MS, newProcess, type Process } from './scheduler.ts';
import { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

const PASSPHRASE = 'a passphrase of the owner';
/** A page that could not start is loaded again after this. */
const RELOAD_MS = 1_000;

/** One window of the app. In a life whose owner locks the vault the product's own door stands in it. */
export class Page {
  readonly name: string;
  readonly window: Process;
  readonly workers: SimTab[] = [];
  visible = true;
  readonly gate: VaultGate | null;
  readonly #world: World;
  #trying = false;

  constructor(world: World, index: number) {
    this.#world = world;
    this.name = `tab${String(index)}`;
    this.window = newProcess(`${this.name}.window`);
    this.gate = world.scenario.passphrase ? this.#open() : null;
    if (this.gate === null) {
      const tab = new SimTab(world, this);
      tab.compose(world.keys().device);
      tab.start();
    }
  }

  get processes(): readonly Process[] {
    return [this.window, ...this.workers.flatMap(({ worker, helpers }) => [worker, ...helpers])];
  }

  get locked(): boolean {
    return this.gate !== null && this.gate.client === null;
  }

  /** The owner does something here. */
  inWindow(label: string, work: (gate: VaultGate) => Promise<unknown>): void {
    const { gate } = this;
    if (gate === null) return;
    const { scheduler } = this.#world;
    scheduler.after(100, this.window, label, () => {
      work(gate).then(
        () => undefined,
        (error: unknown) => scheduler.note(`${this.name} ${label} failed: ${String(error)}`),
      );
    });
  }

  protect(): void {
    this.inWindow('protect', async (gate) => {
      if (gate.client !== null && !gate.lockable) await gate.add({ kind: 'passphrase', passphrase: PASSPHRASE }, null);
    });
  }

  /** The owner types the passphrase, now and then a wrong one first. */
  unlock(): void {
    if (this.#trying) return;
    this.#trying = true;
    const wrong = this.#world.random.chance(0.2);
    this.inWindow('unlock', async (gate) => {
      try {
        const outcome = await gate.unlock({ kind: 'passphrase', passphrase: wrong ? 'another' : PASSPHRASE });
        if (wrong && outcome.ok) this.#world.history.violated('I9', `${this.name} opened with a wrong passphrase`);
        if (outcome.ok && gate.client !== null) this.#begin(gate.client);
      } finally {
        this.#trying = false;
      }
    });
  }

  #open(): VaultGate {
    const news = this.#world.vaultNews.join(this.window);
    return new VaultGate({
      open: () => this.#client(),
      channel: {
        tell: (told) => {
          if (told === 'locked') this.#world.keyWatch.locked();
          news.post(told);
        },
        hear: (listener) =>
          void news.listen((heard: VaultNews) => {
            if (this.#world.mutated.hears(heard)) listener(heard);
          }),
      },
    });
  }

  #client(): AgentClient {
    const world = this.#world;
    const tab = new SimTab(world, this);
    const vault = (ask = true) => tab.vault(ask);
    const view = async (): Promise<VaultView> => {
      const opened = await vault();
      await opened.refresh();
      return viewOf(opened, false);
    };
    const outcomeOf = async (result: Result<void, VaultError>): Promise<VaultOutcome> =>
      result.ok ? { ok: true, view: await view() } : { ok: false, error: result.error, view: await view() };
    const client = {
      tab,
      broken: new Promise<string>(() => undefined),
      close: () => world.end(tab),
      vault: () => tab.asked('vault', view),
      unlock: (secret) => tab.asked('unlock', async () => outcomeOf(await (await vault(false)).unlock(secret))),
      changeVault: (change, proof) =>
        tab.asked('change vault', async () => outcomeOf(await (await vault()).change(change, proof))),
      lockVault: () => tab.asked('lock vault', async () => (await vault()).lock()),
    } as Partial<AgentClient> as AgentClient & { readonly tab: SimTab };
    // A page asks whether the vault is open once the door knows of its worker.
    world.scheduler.after(0, this.window, 'page begins', () => this.#begin(client));
    return client;
  }

  #begin(client: AgentClient): void {
    const { gate } = this;
    if (gate?.client !== client) return;
    gate.opened(client).then(
      (open) => {
        const { tab } = client as AgentClient & { readonly tab: SimTab };
        if (open && !tab.started) tab.startWithVault();
      },
      (error: unknown) => {
        const { scheduler } = this.#world;
        scheduler.note(`${this.name} could not start: ${String(error)}`);
        this.#world.soon(scheduler.now / MS + RELOAD_MS, 'reload', () => this.#world.reload(this));
      },
    );
  }
}

/** The timers of a window, for the parts of the product that use the platform's; until the result is called. */
export function installTimers(world: World): () => void {
  const { scheduler } = world;
  const platform = { setTimeout, setInterval, now: Date.now };
  const after = (work: () => void, ms = 0): (() => void) => scheduler.after(ms * MS, scheduler.current, 'timer', work);
  const every = (work: () => void, ms = 0): void => {
    after(() => {
      every(work, ms);
      work();
    }, ms);
  };
  Object.assign(globalThis, { setTimeout: after, setInterval: every });
  Date.now = () => world.clockOf(world.browser).now();
  return () => {
    Object.assign(globalThis, { setTimeout: platform.setTimeout, setInterval: platform.setInterval });
    Date.now = platform.now;
  };
}
