import type { ApprovalId, CommandId, Digest, RunId, SourceId } from '#core/base/ids.ts';
import { hex } from '#core/base/bytes.ts';
import { seededRandom, type Random } from '#core/base/random.ts';
import { isEnded } from '#core/agent/transition.ts';
import { parsePayload } from '#core/audit/entry.ts';
import { openRecord, RECORD_KEY_BYTES } from '#core/audit/record-seal.ts';
import type { Group } from '#ports/journal-leg.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { TabMessage } from '#runtime/agent/tab-message.ts';
import type { Command } from '#runtime/contract/commands.ts';
import type { Heartbeat } from '#runtime/leader.ts';
import type { Clock } from '#ports/clock.ts';
import { Channel, Locks } from './coordination.ts';
import { sha256, unseal } from './crypto.ts';
import { Weather, type Fault } from './faults.ts';
import { History, type Save } from './history.ts';
import { IdbDisk } from './idb-disk.ts';
import { OpfsDisk, replace } from './opfs-disk.ts';
import type { Mutated } from './mutations.ts';
import { GOALS, type Action, type Scenario } from './scenario.ts';
import { MS, newProcess, Scheduler, type Process } from './scheduler.ts';
import { simBlob, simClock, SimTab } from './sim-tab.ts';
import { CANARY, VAULT, type Loaded } from './vault.ts';

/** Faults after which a copy, or everything, may really be gone. */
export const DESTRUCTIVE: ReadonlySet<string> = new Set([
  'lost after ack',
  'corruption',
  'empty on open',
  'partial on open',
  'eviction',
]);

const SUDDEN: ReadonlySet<string> = new Set([
  'kill tab',
  'kill worker',
  'freeze',
  'lost after ack',
  'update in mid-run',
]);

interface StartedRun {
  readonly id: RunId;
  readonly command: Command;
  readonly answer: 'approve' | 'deny' | 'ignore';
  readonly after: number;
}

/** A browser profile with its disks, its tabs and its owner, in simulated time. */
export class World {
  readonly scenario: Scenario;
  readonly language: Loaded;
  readonly mutated: Mutated;
  readonly random: Random;
  readonly browser: Process = newProcess('browser');
  readonly outside: Process = newProcess('outside');
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly idb: IdbDisk;
  readonly opfs: OpfsDisk;
  readonly locks: Locks;
  readonly messages: Channel<TabMessage>;
  readonly heartbeats: Channel<Heartbeat>;
  readonly history: History;
  readonly wall = { rate: 1, offset: 0 };
  windowPin: string | null = null;
  readonly folder = new Map<string, string>();
  readonly runs: StartedRun[] = [];
  tabs: SimTab[] = [];
  #opened = 0;
  #orders = 0;
  readonly #keyPools = new Map<number, readonly { readonly first: number; readonly keys: Uint8Array }[]>();
  readonly #armed: Fault[] = [];
  readonly #answering = new Set<ApprovalId>();

  constructor(scenario: Scenario, language: Loaded, mutated: Mutated, log: ((line: string) => void) | null) {
    this.scenario = scenario;
    this.language = language;
    this.mutated = mutated;
    this.random = seededRandom(scenario.seed);
    this.scheduler = new Scheduler(this.random, this.browser, log);
    this.weather = new Weather(this.random);
    this.idb = new IdbDisk(this.scheduler, this.random, this.weather, this.browser);
    this.opfs = new OpfsDisk(this.scheduler, this.random, this.weather, this.outside);
    this.locks = new Locks(this.scheduler, this.random);
    this.messages = new Channel('agent', this.scheduler, this.random, this.weather);
    this.heartbeats = new Channel('leader', this.scheduler, this.random, this.weather);
    this.history = new History(
      () => this.scheduler.now,
      (group, index) => this.#factIn(group, index),
    );
    this.opfs.install(scenario.shared);
    for (const action of scenario.actions) this.#soon(action.at, `owner ${action.do}`, () => this.#act(action));
    for (const fault of scenario.faults) this.#soon(fault.at, `fault ${fault.kind}`, () => this.#strike(fault));
    this.#watchApprovals();
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

  get open(): readonly SimTab[] {
    return this.tabs.filter((tab) => tab.alive);
  }

  openTab(): SimTab {
    const tab = new SimTab(this, this.#opened++);
    this.tabs.push(tab);
    tab.start();
    return tab;
  }

  kill(tab: SimTab, parts: 'tab' | 'worker' | 'power'): void {
    const gone = parts === 'worker' ? [tab.worker, ...tab.helpers] : [tab.worker, tab.window, ...tab.helpers];
    for (const process of gone) {
      process.alive = false;
      if (parts === 'power') this.idb.drop(process);
    }
    const release = (): void => {
      for (const process of gone) {
        this.opfs.release(process);
        this.locks.drop(process);
        this.messages.leave(process);
        this.heartbeats.leave(process);
      }
    };
    // The browser notices that a process is gone a little later.
    if (parts === 'power') release();
    else this.#soon(this.scheduler.now / MS + this.random.below(30), 'cleaning up', release);
  }

  freeze(tab: SimTab, frozen: boolean): void {
    for (const process of [tab.worker, tab.window, ...tab.helpers])
      if (frozen) process.frozen = true;
      else if (process.frozen) this.scheduler.thaw(process);
  }

  /** All is well again: the owner thaws what was frozen, reloads what is stale and looks at a tab. */
  calm(): void {
    this.weather.clear();
    for (const tab of this.open) {
      this.freeze(tab, false);
      if (!this.idb.closed.has(tab.worker)) continue;
      this.kill(tab, 'tab');
      this.openTab();
    }
    if (this.open.length === 0) this.openTab();
    for (const tab of this.open) tab.visible = true;
  }

  /** Whether nothing is left to do for the product. */
  settled(): boolean {
    const inbox = this.idb.table('store.inbox').size;
    return (
      inbox === 0 &&
      [...this.history.state.runs.values()].every(
        (run) => isEnded(run) || run.status === 'paused' || this.#waits(run.id, run.approval?.id ?? null),
      )
    );
  }

  #waits(run: RunId, approval: ApprovalId | null): boolean {
    if (this.history.state.runs.get(run)?.status !== 'waiting-approval' || approval === null) return false;
    return this.runs.find(({ id }) => id === run)?.answer === 'ignore';
  }

  #soon(at: number, label: string, work: () => void): void {
    this.scheduler.after(at * MS - this.scheduler.now, this.browser, label, work);
  }

  #pick(index: number): SimTab | null {
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
    const pool = this.#keyPools.get(group.epoch)?.findLast(({ first }) => first <= sequence);
    if (pool === undefined) return null;
    const at = (sequence - pool.first) * RECORD_KEY_BYTES;
    const sealed = group.payloads[index]!;
    const context = new TextEncoder().encode('journal/payload');
    // As src/runtime/journal/sealed-payload.ts lays it out: small payloads directly, large ones by the platform.
    const plain =
      sealed[0] === 1
        ? openRecord(pool.keys.subarray(at, at + RECORD_KEY_BYTES), sealed.subarray(1), context)
        : unseal(this.keys().device, sealed.subarray(3 + sealed[1]! + 256 * sealed[2]!), 'journal/payload');
    const payload = plain === null ? null : parsePayload(new TextDecoder().decode(plain));
    return payload?.ok === true ? (payload.value.value as unknown as Fact) : null;
  }

  #order(tab: SimTab, command: Command): void {
    const armed = this.#armed.shift();
    if (armed !== undefined)
      this.scheduler.after(this.random.below(30 * MS), this.browser, `fault ${armed.kind}`, () =>
        this.#strikeNow(armed),
      );
    this.scheduler.after(100 + this.random.below(MS), tab.worker, `order ${command.type}`, () => {
      const record = this.history.asked(command, tab.name);
      tab.tab.command(command).then(
        (outcome) => {
          this.scheduler.note(`${command.id} ${command.type} ${JSON.stringify(outcome)}`);
          this.history.answered(record, outcome);
        },
        (error: unknown) => this.history.violated('crash', `${command.type} threw ${String(error)}`),
      );
    });
  }

  #nextId(): CommandId {
    return `c${String(this.#orders++)}` as CommandId;
  }

  #act(action: Action): void {
    if (action.do === 'open') {
      if (this.open.length < 4) this.openTab();
      return;
    }
    const tab = this.#pick(action.tab);
    if (tab === null) return;
    const run = 'run' in action ? this.runs[action.run % Math.max(1, this.runs.length)] : undefined;
    const inTab = (work: () => Promise<unknown>): void =>
      void this.scheduler.after(100, tab.worker, action.do, () => {
        work().then(
          () => undefined,
          (error: unknown) => this.scheduler.note(`${action.do} failed: ${String(error)}`),
        );
      });
    switch (action.do) {
      case 'close':
        return this.kill(tab, 'tab');
      case 'hide':
      case 'show':
        tab.visible = action.do === 'show';
        return;
      case 'sample':
        return inTab(() => tab.files.importSample(`sample ${String(action.at)}`, () => undefined));
      case 'verify':
        return inTab(() => tab.tab.verify(() => undefined));
      case 'rebuild':
        return inTab(() => tab.tab.rebuild(() => undefined));
      case 'export':
        return inTab(() => tab.files.exportJournal(true));
      case 'import': {
        const file = VAULT[action.file]!;
        const files = [{ path: file.path, file: simBlob(file.text) }];
        return inTab(() => tab.files.importFiles(`import ${String(action.at)}`, files, () => undefined));
      }
      case 'remove':
      case 'restore': {
        const source = hex(sha256(new TextEncoder().encode(VAULT[action.file]!.text))) as SourceId;
        return this.#order(tab, { id: this.#nextId(), type: `${action.do}-source`, source });
      }
      case 'settings':
        if (tab.overview !== null)
          this.#order(tab, {
            id: this.#nextId(),
            type: 'change-settings',
            settings: { ...tab.overview.settings, names: [CANARY] },
          });
        return;
      case 'goal': {
        const id = `run-${String(this.runs.length)}` as RunId;
        const overrides = action.save ? { saveAs: 'answer.md' } : {};
        const command: Command = {
          id: this.#nextId(),
          type: 'start-run',
          run: id,
          goal: GOALS[action.goal]!,
          overrides,
        };
        this.runs.push({ id, command, answer: action.answer, after: action.after });
        return this.#order(tab, command);
      }
      case 'again':
        if (run !== undefined) {
          this.weather.count('duplicate delivery');
          this.#order(tab, run.command);
        }
        return;
      case 'save-answer': {
        if (run === undefined) return;
        const as = `run-${String(this.runs.length)}` as RunId;
        const command: Command = { id: this.#nextId(), type: 'save-answer', run: run.id, as, fileName: 'again.md' };
        this.runs.push({ id: as, command, answer: 'approve', after: 100 });
        return this.#order(tab, command);
      }
      case 'stop':
      case 'pause':
      case 'resume':
      case 'forget':
        if (run !== undefined) this.#order(tab, { id: this.#nextId(), type: `${action.do}-run`, run: run.id });
    }
  }

  /** The owner looks at the tabs now and then and answers what is asked there. */
  #watchApprovals(): void {
    this.#soon(this.scheduler.now / MS + 150, 'owner looks', () => {
      this.#watchApprovals();
      for (const tab of this.open) {
        for (const { run, approval } of tab.overview?.approvals ?? []) {
          const started = this.runs.find(({ id }) => id === run);
          if (started === undefined || started.answer === 'ignore' || this.#answering.has(approval.id)) continue;
          this.#answering.add(approval.id);
          this.#soon(this.scheduler.now / MS + started.after, 'owner answers', () => {
            const { id, digest } = approval;
            this.#answer(started, id, digest);
          });
        }
      }
    });
  }

  #answer(run: StartedRun, approval: ApprovalId, digest: Digest): void {
    const tab = this.#pick(this.random.below(3));
    const id = this.#nextId();
    const command: Command =
      run.answer === 'approve'
        ? { id, type: 'approve', run: run.id, approval, digest }
        : { id, type: 'deny', run: run.id, approval, reason: 'no' };
    if (tab !== null) this.#order(tab, command);
    // Where nothing came of it the owner is asked again.
    this.#soon(this.scheduler.now / MS + 12_000, 'owner forgets', () => this.#answering.delete(approval));
  }

  /** Half of the sudden faults wait for an order, and strike while it is carried out. */
  #strike(fault: Fault): void {
    if (SUDDEN.has(fault.kind) && fault.amount % 2 === 0) this.#armed.push(fault);
    else this.#strikeNow(fault);
  }

  #strikeNow(fault: Fault): void {
    const tab = this.#pick(fault.tab);
    const count = (): void => this.weather.count(fault.kind);
    switch (fault.kind) {
      case 'kill tab':
      case 'kill worker':
        if (tab === null) return;
        count();
        this.kill(tab, fault.kind === 'kill tab' ? 'tab' : 'worker');
        return this.#reopen(1, fault.for, fault.kind === 'kill worker' ? tab : null);
      case 'freeze':
        if (tab === null) return;
        count();
        this.freeze(tab, true);
        return this.#soon(this.scheduler.now / MS + Math.max(fault.for, 300), 'thaw', () => this.freeze(tab, false));
      case 'update in mid-run':
        count();
        this.open.forEach((old, index) =>
          this.#soon(this.scheduler.now / MS + index * 200, 'reload', () => {
            if (!old.alive) return;
            this.kill(old, 'tab');
            this.openTab();
          }),
        );
        return;
      case 'stale second tab':
        if (tab === null) return;
        count();
        this.idb.closed.add(tab.worker);
        return this.#soon(this.scheduler.now / MS + 3_000, 'reload', () => {
          if (!tab.alive) return;
          this.kill(tab, 'tab');
          this.openTab();
        });
      case 'blocked upgrade': {
        count();
        const opened = this.openTab();
        this.idb.blocked.set(opened.worker, this.scheduler.now + Math.max(fault.for, 300) * MS);
        return;
      }
      case 'jump':
      case 'back':
        count();
        this.wall.offset += (fault.kind === 'jump' ? 1 : -1) * fault.amount * 20 * 60_000;
        return;
      case 'skew': {
        count();
        const rate = 1 + (fault.amount - 3) / 20;
        this.wall.offset += (this.scheduler.now / MS) * (this.wall.rate - rate);
        this.wall.rate = rate;
        return;
      }
      case 'lost after ack':
      case 'corruption':
      case 'empty on open':
      case 'partial on open':
      case 'eviction':
        return this.#powerCut(fault);
      default:
        this.weather.begin(fault);
        this.#soon(fault.at + fault.for, `fault over ${fault.kind}`, () => this.weather.end(fault));
    }
  }

  #reopen(count: number, after: number, reloaded: SimTab | null): void {
    this.#soon(this.scheduler.now / MS + after, 'owner opens', () => {
      if (reloaded !== null) this.kill(reloaded, 'tab');
      for (let index = 0; index < count; index++) this.openTab();
    });
  }

  /** The machine stops at once; when it is back the disk is not what it was. */
  #powerCut(fault: Fault): void {
    const { open } = this;
    for (const tab of open) this.kill(tab, 'power');
    const pinned = pinnedSize(this.windowPin);
    this.history.provable = Math.min(this.history.provable, pinned);
    this.opfs.cut(this.random.chance(0.5));
    this.idb.cut();
    if (this.#damage(fault)) this.weather.count(fault.kind);
    this.#reopen(Math.max(1, open.length), 100, null);
  }

  #damage(fault: Fault): boolean {
    const { where, amount } = fault;
    const [idb, opfs] = [where !== 'opfs', where !== 'idb'];
    const files = [...this.opfs.directories.values()].flatMap((directory) => [...directory.values()]);
    switch (fault.kind) {
      case 'lost after ack': {
        const lost = idb ? this.idb.forget(amount) : 0;
        const log = opfs ? [...(this.opfs.directories.get('journal')?.values() ?? [])].at(-1) : undefined;
        if (log !== undefined && log.size > 0) replace(log, log.bytes.slice(0, Math.max(0, log.size - 60 * amount)));
        return lost > 0 || log !== undefined;
      }
      case 'corruption': {
        let struck = false;
        if (opfs && files.length > 0) struck = flip(this.random, this.random.pick(files), amount);
        if (idb) struck = this.#rotInIdb(amount) || struck;
        return struck;
      }
      case 'empty on open':
        if (idb) this.idb.empty();
        if (opfs) this.opfs.directories.clear();
        return true;
      case 'partial on open': {
        if (idb) this.idb.forget(10 * amount);
        if (opfs && files.length > 0) {
          const directory = this.random.pick([...this.opfs.directories.values()].filter(({ size }) => size > 0));
          directory.delete(this.random.pick([...directory.keys()]));
        }
        return true;
      }
      default:
        this.idb.empty();
        this.opfs.directories.clear();
        return true;
    }
  }

  /** Bytes of a segment of the second copy change. */
  #rotInIdb(amount: number): boolean {
    const segments = this.idb.table('journal.segments');
    if (segments.size === 0) return false;
    const key = this.random.pick([...segments.keys()]);
    const segment = segments.get(key) as { readonly frames: Uint8Array };
    const frames = segment.frames.slice();
    for (let index = 0; index < amount; index++) {
      const at = this.random.below(frames.length);
      frames[at] = frames[at]! ^ (1 + this.random.below(255));
    }
    segments.set(key, { ...segment, frames });
    return true;
  }
}

/** Entries that the window's pin remembers; it is written in two slots or in one. */
function pinnedSize(pin: string | null): number {
  return Math.max(0, ...[...(pin ?? '').matchAll(/"size":(\d+)/g)].map((match) => Number(match[1])));
}

function numbered(name: string, count: number): string {
  return count === 1 ? name : `${name} (${String(count)})`;
}

function flip(random: Random, file: { bytes: Uint8Array; readonly size: number }, amount: number): boolean {
  if (file.size === 0) return false;
  const bytes = file.bytes.slice(0, file.size);
  for (let index = 0; index < amount; index++) {
    const at = random.below(bytes.length);
    bytes[at] = bytes[at]! ^ (1 + random.below(255));
  }
  replace(file as Parameters<typeof replace>[0], bytes);
  return true;
}
