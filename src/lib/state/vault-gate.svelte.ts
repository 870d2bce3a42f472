import type { BackupArchive } from '#runtime/contract/backup-archive.ts';
import type { WindowApi } from '#runtime/contract/agent-api.ts';
import type { NewWay, Secret, VaultOutcome, VaultView } from '#runtime/contract/vault-api.ts';
import type { AgentClient } from '#lib/client/agent.ts';
import type { VaultChannel } from '#lib/client/device.ts';

const TICK_MS = 1_000;
const TELL_ACTIVE_MS = 10_000;
/** A worker that is in the middle of something is not waited for longer: it is ended all the same. */
const LOCK_WAIT_MS = 400;

interface GateParts {
  /** Starts an agent worker of this tab. */
  readonly open: () => AgentClient;
  readonly channel: VaultChannel;
}

/**
 * The door of the app in one tab. While the vault is open there is an agent, and all that it shows; once it is locked
 * there is none: its worker is ended with the keys that it held, in every tab, and every page with it.
 */
export class VaultGate {
  /** The agent of this tab; null while locked. */
  client = $state.raw<AgentClient | null>(null);
  view = $state.raw<VaultView | null>(null);
  /** Work that would be lost by locking just because the owner is away. */
  busy: () => boolean = () => false;

  readonly #parts: GateParts;
  #lastActive = Date.now();
  #lastTold = 0;
  #trying = false;

  /** Whether anything but this browser profile opens the vault, so that it can be locked. */
  readonly lockable: boolean = $derived(this.view?.ways.every(({ kind }) => kind !== 'device') ?? false);

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.client = parts.open();
    parts.channel.hear((news) => {
      if (news === 'locked') void this.#shutByAnother();
      else if (news === 'opened') this.#join();
      // What cannot be read now is read at the next change.
      else if (news === 'changed') this.refresh().catch(() => undefined);
      else this.#lastActive = Date.now();
    });
    setInterval(() => this.#lockWhenIdle(), TICK_MS);
  }

  /** Called before anything is asked of the agent. @returns whether the vault is open in this tab */
  async opened(client: AgentClient): Promise<boolean> {
    const view = await client.vault();
    if (client !== this.client) return false;
    this.view = view;
    if (view.locked) this.#shut();
    return !view.locked;
  }

  async refresh(): Promise<void> {
    const { client } = this;
    if (client !== null) this.view = await client.vault();
  }

  /** Opens the vault here, and with it in every other tab. */
  async unlock(secret: Secret): Promise<VaultOutcome> {
    this.#trying = true;
    const client = this.#parts.open();
    try {
      const outcome = await Promise.race([client.unlock(secret), failure(client)]);
      this.view = outcome.view;
      if (outcome.ok && this.client === null) {
        this.#lastActive = Date.now();
        this.client = client;
        this.#parts.channel.tell('opened');
      }
      return outcome;
    } finally {
      this.#trying = false;
      if (client !== this.client) client.close();
    }
  }

  /** Locks every tab. */
  async lock(): Promise<void> {
    const { client } = this;
    if (client === null || !this.lockable) return;
    const counted = client.lockVault().catch(() => undefined);
    await Promise.race([counted, new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS))]);
    this.#parts.channel.tell('locked');
    this.#shut();
  }

  /** Destroys everything, for an owner who cannot open it any more. */
  eraseLocked(window: WindowApi): Promise<void> {
    return this.#locked((client) => client.eraseLocked(window));
  }

  /** All that is kept, sealed as it lies, for an owner who may open it again some day. */
  sealedCopy(window: WindowApi): Promise<BackupArchive> {
    return this.#locked((client) => client.sealedCopy(window));
  }

  /** Has a worker without keys do something, and ends it. */
  async #locked<T>(work: (client: AgentClient) => Promise<T>): Promise<T> {
    const client = this.#parts.open();
    try {
      return await Promise.race([work(client), failure(client)]);
    } finally {
      client.close();
    }
  }

  /** Is it the owner? Checked against the open vault. */
  async prove(secret: Secret): Promise<VaultOutcome> {
    return this.#after(await this.#open().unlock(secret));
  }

  async add(way: NewWay, proof: Secret | null): Promise<VaultOutcome> {
    return this.#after(await this.#open().changeVault({ type: 'add', way }, proof));
  }

  async remove(way: string, unprotect: boolean, proof: Secret | null): Promise<VaultOutcome> {
    return this.#after(await this.#open().changeVault({ type: 'remove', way, unprotect }, proof));
  }

  newRecoveryCode(): Promise<string> {
    return this.#open().newRecoveryCode();
  }

  async setIdleMinutes(minutes: number | null): Promise<void> {
    this.view = await this.#open().setIdleMinutes(minutes);
    this.#parts.channel.tell('changed');
  }

  /** The owner moved, typed or came back. Whoever comes back too late finds the vault locked. */
  touched(): void {
    if (this.#lockWhenIdle()) return;
    const now = Date.now();
    this.#lastActive = now;
    if (now - this.#lastTold < TELL_ACTIVE_MS) return;
    this.#lastTold = now;
    this.#parts.channel.tell('active');
  }

  #lockWhenIdle(): boolean {
    const minutes = this.view?.idleMinutes ?? null;
    if (this.client === null || minutes === null || !this.lockable) return false;
    if (this.busy()) this.#lastActive = Date.now();
    if (Date.now() - this.#lastActive < minutes * 60_000) return false;
    void this.lock();
    return true;
  }

  #open(): AgentClient {
    if (this.client === null) throw new Error('The vault is locked.');
    return this.client;
  }

  #after(outcome: VaultOutcome): VaultOutcome {
    this.view = outcome.view;
    if (outcome.ok) this.#parts.channel.tell('changed');
    return outcome;
  }

  /** Another tab has opened the vault: this one asks it for the keys. */
  #join(): void {
    if (this.client !== null || this.#trying) return;
    this.#lastActive = Date.now();
    this.client = this.#parts.open();
  }

  #shut(): void {
    this.client?.close();
    this.client = null;
    if (this.view !== null) this.view = { ...this.view, locked: true };
  }

  /** This tab may not know by what the vault is opened now: a worker without keys reads it, and ends. */
  async #shutByAnother(): Promise<void> {
    this.#shut();
    const reader = this.#parts.open();
    try {
      const view = await Promise.race([reader.vault(), failure(reader)]);
      if (this.client === null && view.locked) this.view = view;
    } catch {
      // It is read again when the owner opens it.
    } finally {
      reader.close();
    }
  }
}

/** A worker that does not start answers nothing. */
async function failure(client: AgentClient): Promise<never> {
  throw new Error(await client.broken);
}
