import type { ApprovalId, RunId } from '#core/base/ids.ts';
import { hex } from '#core/base/bytes.ts';
import { seededRandom, type Random } from '#core/base/random.ts';
import { isEnded } from '#core/agent/transition.ts';
import { parsePayload } from '#core/audit/entry.ts';
import { openRecord, RECORD_KEY_BYTES } from '#core/audit/record-seal.ts';
import type { Group } from '#ports/journal-leg.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { BackupMessage } from '#runtime/backup/keeper.ts';
import type { ActorNews } from '#runtime/actors/actor-system.ts';
import type { TabMessage } from '#runtime/agent/tab-message.ts';
import type { Heartbeat } from '#runtime/leader.ts';
import type { Clock } from '#ports/clock.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { Channel, Locks } from './coordination.ts';
import { sha256, unseal } from './crypto.ts';
import { Weather } from './faults.ts';
import { History, type Save, type Violation } from './history.ts';
import { IdbDisk } from './idb-disk.ts';
import { OpfsDisk } from './opfs-disk.ts';
import { UNCHANGED, type Mutated } from './mutations.ts';
import type { LiveOptions } from './live.ts';
import { Owner } from './owner.ts';
import type { Scenario } from './scenario.ts';
import { MS, newProcess, Scheduler, type Process } from './scheduler.ts';
import { simClock, type SimTab } from './sim-tab.ts';
import { installNet } from './net.ts';
import { Page } from './page.ts';
import { agentsSettled } from './sim-agents.ts';
import { BackupShelf } from './sim-backup.ts';
import { Erasing } from './erasing.ts';
import { Strikes } from './strikes.ts';
import { type AskedForKeys, KeyWatch } from './vault-parts.ts';
import type { VaultNews } from '#adapters/window/vault-channel.ts';
import type { Language } from '#runtime/agent/ports.ts';

/** Faults after which a copy, or everything, may really be gone. */
const DESTRUCTIVE: ReadonlySet<string> = new Set([
  'lost after ack',
  'corruption',
  'empty on open',
  'partial on open',
  'eviction',
]);

/** A browser profile with its disks and its tabs, in simulated time, and its owner. */
export class World {
  readonly scenario: Scenario;
  readonly language: Language;
  readonly rules: RuleEngine;
  readonly mutated: Mutated;
  readonly random: Random;
  /** Of models alone: lives without any are as they are. */
  readonly ofModels: Random;
  readonly browser: Process = newProcess('browser');
  readonly outside: Process = newProcess('outside');
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly idb: IdbDisk;
  readonly opfs: OpfsDisk;
  readonly locks: Locks;
  readonly messages: Channel<TabMessage>;
  readonly heartbeats: Channel<Heartbeat>;
  readonly keyQuestions: Channel<AskedForKeys>;
  readonly vaultNews: Channel<VaultNews>;
  readonly actorNews: Channel<ActorNews>;
  readonly backupNews: Channel<BackupMessage>;
  readonly backups = new BackupShelf(this);
  readonly erasing = new Erasing(this);
  readonly keyWatch = new KeyWatch(this);
  /** Of this journal; another begins once everything is erased. */
  history: History;
  readonly wall = { rate: 1, offset: 0 };
  windowPin: string | null = null;
  readonly folder = new Map<string, string>();
  readonly owner: Owner;
  readonly strikes: Strikes;
  readonly pages: Page[] = [];
  /** Workers that were started so far. */
  workers = 0;
  readonly #keyPools = new Map<number, readonly { readonly first: number; readonly keys: Uint8Array }[]>();

  constructor(scenario: Scenario, { language, rules, mutated = UNCHANGED, log }: LiveOptions) {
    this.scenario = scenario;
    this.language = language;
    this.rules = rules;
    this.mutated = mutated;
    this.random = seededRandom(scenario.seed);
    this.ofModels = seededRandom(scenario.seed * 0x2c1b + 17);
    this.scheduler = new Scheduler(this.random, this.browser, log ?? null);
    this.weather = new Weather(this.random);
    this.idb = new IdbDisk(this.scheduler, this.random, this.weather, this.browser);
    this.opfs = new OpfsDisk(this.scheduler, this.random, this.weather, this.outside);
    this.locks = new Locks(this.scheduler, this.random);
    const channel = <T>(name: string): Channel<T> => new Channel(name, this.scheduler, this.random, this.weather);
    this.messages = channel('agent');
    this.heartbeats = channel('leader');
    this.keyQuestions = channel('vault-keys');
    this.vaultNews = channel('vault');
    this.actorNews = channel('actors');
    this.backupNews = channel('backup');
    this.history = this.newHistory();
    this.opfs.install(scenario.shared);
    installNet(this);
    this.owner = new Owner(this);
    this.strikes = new Strikes(this);
  }

  /** @param before what was violated so far */
  newHistory(before: readonly Violation[] = []): History {
    return new History(
      () => this.scheduler.now,
      (group, index) => this.#factIn(group, index),
      before,
    );
  }

  /** Whether a copy, or everything, may really be gone. */
  get damaged(): boolean {
    return [...this.weather.struck.keys()].some((kind) => DESTRUCTIVE.has(kind));
  }

  /** The device's keys, kept in IndexedDB: gone with it, and then others are made. */
  keys(): { readonly device: number } {
    const table = this.idb.table('keys');
    if (!table.has('device')) table.set('device', 1 + this.random.below(1 << 30));
    return { device: table.get('device') as number };
  }

  clockOf(process: Process): Clock {
    return simClock(this, process);
  }

  /** Writes a file outside the app. @returns the name it got */
  save(name: string, bytes: Uint8Array, begun: Save | null): string {
    const digest = hex(sha256(bytes));
    if (begun !== null) {
      begun.written++;
      begun.writtenAt = this.scheduler.now;
    }
    let free = name;
    for (let count = 2; this.folder.has(free); count++) free = numbered(name, count);
    this.folder.set(free, digest);
    this.scheduler.note(`saved ${free} ${digest}`);
    return free;
  }

  findInFolder(name: string, digest: string): string | null {
    if (!this.scenario.folder) return null;
    for (let count = 1; this.folder.has(numbered(name, count)); count++)
      if (this.folder.get(numbered(name, count)) === digest) return numbered(name, count);
    return null;
  }

  /** The pages that are there. */
  get there(): readonly Page[] {
    return this.pages.filter(({ window }) => window.alive);
  }

  /** The workers that are open: of a page whose vault is locked there is none. */
  get open(): readonly SimTab[] {
    return this.pages.flatMap(({ workers }) => workers.filter(({ open }) => open));
  }

  openPage(): Page {
    const page = new Page(this, this.pages.length);
    this.pages.push(page);
    return page;
  }

  kill(page: Page, how: 'closed' | 'power'): void {
    this.#end(page.processes, how);
  }

  /** The worker is gone, and the threads that it started; its page is still there. */
  end(tab: SimTab): void {
    this.#end([tab.worker, ...tab.helpers], 'closed');
  }

  reload(page: Page): void {
    if (!page.window.alive) return;
    this.kill(page, 'closed');
    this.openPage();
  }

  #end(processes: readonly Process[], how: 'closed' | 'power'): void {
    const gone = processes.filter(({ alive }) => alive);
    for (const process of gone) {
      process.alive = false;
      this.backups.killed(process);
      if (how === 'power') this.idb.drop(process);
    }
    const release = (): void => {
      for (const process of gone) {
        this.opfs.release(process);
        this.locks.drop(process);
        for (const channel of this.#channels) channel.leave(process);
      }
    };
    // The browser notices that a process is gone a little later.
    if (how === 'power') release();
    else this.soon(this.scheduler.now / MS + this.random.below(30), 'cleaning up', release);
  }

  get #channels(): readonly Channel<never>[] {
    return [
      this.messages,
      this.heartbeats,
      this.keyQuestions,
      this.vaultNews,
      this.actorNews,
      this.backupNews,
    ] as never;
  }

  freeze(page: Page, frozen: boolean): void {
    for (const process of page.processes)
      if (frozen) process.frozen = true;
      else if (process.frozen) this.scheduler.thaw(process);
    if (!frozen && this.scenario.passphrase) this.keyWatch.look();
  }

  /** All is well again: the owner thaws what was frozen, reloads what is stale and looks at a tab. */
  calm(): void {
    this.strikes.end();
    this.weather.clear();
    for (const page of this.there) {
      this.freeze(page, false);
      const stale = page.workers.some(({ alive, worker }) => alive && this.idb.closed.has(worker));
      const broken = !page.locked && !page.workers.some(({ alive }) => alive);
      if (stale || broken) this.reload(page);
    }
    if (this.there.length === 0) this.openPage();
    for (const page of this.there) page.visible = true;
  }

  /** Whether nothing is left to do for the product. */
  settled(): boolean {
    const inbox = this.idb.table('store.inbox').size;
    return (
      !this.erasing.wanted &&
      this.scheduler.now / MS > this.erasing.begunAnewBy &&
      inbox === 0 &&
      this.open.length > 0 &&
      (!this.scenario.agents || agentsSettled(this)) &&
      [...this.history.state.runs.values()].every(
        (run) => isEnded(run) || run.status === 'paused' || this.#waits(run.id, run.approval?.id ?? null),
      )
    );
  }

  #waits(run: RunId, approval: ApprovalId | null): boolean {
    if (this.history.state.runs.get(run)?.status !== 'waiting-approval' || approval === null) return false;
    return this.owner.runs.find(({ id }) => id === run)?.answer === 'ignore';
  }

  /** @param at milliseconds since the world began */
  soon(at: number, label: string, work: () => void): void {
    this.scheduler.after(at * MS - this.scheduler.now, this.browser, label, work);
  }

  /** One of the tabs that are open. */
  pick(index: number): SimTab | null {
    const { open } = this;
    return open[index % Math.max(1, open.length)] ?? null;
  }

  /** Looks over the shoulder of whoever seals record keys. */
  sawKeys(context: string, keys: Uint8Array): void {
    const [, epoch, first] = /^journal\/keys\/(\d+)\/(\d+)$/.exec(context) ?? [];
    if (epoch === undefined) return;
    const pools = this.#keyPools.get(Number(epoch)) ?? [];
    this.#keyPools.set(Number(epoch), [...pools, { first: Number(first), keys: keys.slice() }]);
  }

  #factIn(group: Group, index: number): Fact | null {
    const sequence = group.firstSequence + index;
    const sealed = group.payloads[index]!;
    const context = new TextEncoder().encode('journal/payload');
    // As src/runtime/journal/sealed-payload.ts lays it out: small payloads directly, large ones by the platform.
    const opened = (keys: Uint8Array, at: number): Uint8Array | null =>
      sealed[0] === 1
        ? openRecord(keys.subarray(at, at + RECORD_KEY_BYTES), sealed.subarray(1), context)
        : unseal(this.keys().device, sealed.subarray(3 + sealed[1]! + 256 * sealed[2]!), 'journal/payload');
    // A pool may be made again where the store refused it, and lacks keys where it is sealed after some were destroyed.
    let plain: Uint8Array | null = null;
    for (const { first, keys } of (this.#keyPools.get(group.epoch) ?? []).toReversed()) {
      const at = (sequence - first) * RECORD_KEY_BYTES;
      if (plain === null && at >= 0 && at < keys.length) plain = opened(keys, at);
    }
    const payload = plain === null ? null : parsePayload(new TextDecoder().decode(plain));
    return payload?.ok === true ? (payload.value.value as unknown as Fact) : null;
  }
}

function numbered(name: string, count: number): string {
  return count === 1 ? name : `${name} (${String(count)})`;
}
