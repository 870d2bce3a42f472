import type { Random } from '#core/base/random.ts';
import type { Fault } from './faults.ts';
import { replace } from './opfs-disk.ts';
import { MS } from './scheduler.ts';
import type { Page } from './page.ts';
import type { World } from './world.ts';

const SUDDEN: ReadonlySet<string> = new Set([
  'kill tab',
  'kill worker',
  'freeze',
  'lost after ack',
  'update in mid-run',
]);

/** What goes wrong in the world: lets the faults of the scenario strike when their time comes. */
export class Strikes {
  readonly #world: World;
  readonly #armed: Fault[] = [];
  #over = false;

  constructor(world: World) {
    this.#world = world;
    for (const fault of world.scenario.faults) world.soon(fault.at, `fault ${fault.kind}`, () => this.#strike(fault));
  }

  /** Nothing goes wrong any more, and nothing that waited to. */
  end(): void {
    this.#over = true;
  }

  /** An order is given: a fault that waited for one strikes while it is carried out. */
  whileOrdering(): void {
    const armed = this.#armed.shift();
    if (armed === undefined) return;
    const { scheduler, random, browser } = this.#world;
    scheduler.after(random.below(30 * MS), browser, `fault ${armed.kind}`, () => this.#strikeNow(armed));
  }

  /** Half of the sudden faults wait for an order, and strike while it is carried out. */
  #strike(fault: Fault): void {
    if (SUDDEN.has(fault.kind) && fault.amount % 2 === 0) this.#armed.push(fault);
    else this.#strikeNow(fault);
  }

  #strikeNow(fault: Fault): void {
    if (this.#over) return;
    const tab = this.#world.pick(fault.tab);
    const count = (): void => this.#world.weather.count(fault.kind);
    switch (fault.kind) {
      case 'kill tab':
      case 'kill worker':
        if (tab === null) return;
        count();
        if (fault.kind === 'kill tab') this.#world.kill(tab.page, 'closed');
        else this.#world.end(tab);
        return this.#reopen(1, fault.for, fault.kind === 'kill worker' ? tab.page : null);
      case 'freeze':
        if (tab === null) return;
        count();
        this.#world.freeze(tab.page, true);
        return this.#world.soon(this.#world.scheduler.now / MS + Math.max(fault.for, 300), 'thaw', () =>
          this.#world.freeze(tab.page, false),
        );
      case 'update in mid-run':
        count();
        this.#world.there.forEach((old, index) =>
          this.#world.soon(this.#world.scheduler.now / MS + index * 200, 'reload', () => this.#world.reload(old)),
        );
        return;
      case 'stale second tab':
        if (tab === null) return;
        count();
        this.#world.idb.closed.add(tab.worker);
        return this.#world.soon(this.#world.scheduler.now / MS + 3_000, 'reload', () => this.#world.reload(tab.page));
      case 'blocked upgrade': {
        count();
        const until = this.#world.scheduler.now + Math.max(fault.for, 300) * MS;
        for (const { worker } of this.#world.openPage().workers) this.#world.idb.blocked.set(worker, until);
        return;
      }
      case 'hostile result':
        // It comes in with a file.
        return;
      case 'jump':
      case 'back':
        count();
        this.#world.wall.offset += (fault.kind === 'jump' ? 1 : -1) * fault.amount * 20 * 60_000;
        return;
      case 'skew': {
        count();
        const rate = 1 + (fault.amount - 3) / 20;
        this.#world.wall.offset += (this.#world.scheduler.now / MS) * (this.#world.wall.rate - rate);
        this.#world.wall.rate = rate;
        return;
      }
      case 'lost after ack':
      case 'corruption':
      case 'empty on open':
      case 'partial on open':
      case 'eviction':
        return this.#powerCut(fault);
      default:
        this.#world.weather.begin(fault);
        this.#world.soon(fault.at + fault.for, `fault over ${fault.kind}`, () => this.#world.weather.end(fault));
    }
  }

  #reopen(count: number, after: number, reloaded: Page | null): void {
    this.#world.soon(this.#world.scheduler.now / MS + after, 'owner opens', () => {
      if (reloaded !== null) this.#world.kill(reloaded, 'closed');
      for (let index = 0; index < count; index++) this.#world.openPage();
    });
  }

  /** The machine stops at once; when it is back the disk is not what it was. */
  #powerCut(fault: Fault): void {
    const { there } = this.#world;
    for (const page of there) this.#world.kill(page, 'power');
    const pinned = pinnedSize(this.#world.windowPin);
    this.#world.history.provable = Math.min(this.#world.history.provable, pinned);
    this.#world.opfs.cut(this.#world.random.chance(0.5));
    this.#world.idb.cut();
    if (this.#damage(fault)) this.#world.weather.count(fault.kind);
    this.#reopen(Math.max(1, there.length), 100, null);
  }

  #damage(fault: Fault): boolean {
    const { amount } = fault;
    const where = this.#struckCopies(fault);
    if (where === null) return false;
    const [idb, opfs] = [where !== 'opfs', where !== 'idb'];
    const files = [...this.#world.opfs.directories.values()].flatMap((directory) => [...directory.values()]);
    switch (fault.kind) {
      case 'lost after ack': {
        const lost = idb ? this.#world.idb.forget(amount) : 0;
        const log = opfs ? [...(this.#world.opfs.directories.get('journal')?.values() ?? [])].at(-1) : undefined;
        if (log !== undefined && log.size > 0) replace(log, log.bytes.slice(0, Math.max(0, log.size - 60 * amount)));
        return lost > 0 || log !== undefined;
      }
      case 'corruption': {
        let struck = false;
        if (opfs && files.length > 0) struck = flip(this.#world.random, this.#world.random.pick(files), amount);
        if (idb) struck = this.#rotInIdb(amount) || struck;
        return struck;
      }
      case 'empty on open':
        if (idb) this.#world.idb.empty();
        if (opfs) this.#world.opfs.directories.clear();
        return true;
      case 'partial on open': {
        if (idb) this.#world.idb.forget(10 * amount);
        if (opfs && files.length > 0) {
          const directory = this.#world.random.pick(
            [...this.#world.opfs.directories.values()].filter(({ size }) => size > 0),
          );
          directory.delete(this.#world.random.pick([...directory.keys()]));
        }
        return true;
      }
      default:
        this.#world.idb.empty();
        this.#world.opfs.directories.clear();
        return true;
    }
  }

  /**
   * An entry that no pin outside of the damaged store tells of yet has its copies alone to tell of it: were all of them
   * to lose it, nothing on the disk would differ from one on which it never was. Where there is such an entry one copy
   * stays as it is.
   */
  #struckCopies({ kind, where }: Fault): Fault['where'] | null {
    if (kind !== 'lost after ack' && kind !== 'partial on open' && kind !== 'corruption') return where;
    const { opfs, windowPin, history, scenario } = this.#world;
    const pins = opfs.directories.get('pins')?.get('head');
    const inOpfs = pins === undefined ? null : new TextDecoder().decode(pins.bytes.slice(0, pins.size));
    if (Math.max(pinnedSize(windowPin), pinnedSize(inOpfs)) >= history.size) return where;
    return scenario.opfs ? 'idb' : null;
  }

  /** Bytes of a segment of the second copy change. */
  #rotInIdb(amount: number): boolean {
    const segments = this.#world.idb.table('journal.segments');
    if (segments.size === 0) return false;
    const key = this.#world.random.pick([...segments.keys()]);
    const segment = segments.get(key) as { readonly frames: Uint8Array };
    const frames = segment.frames.slice();
    for (let index = 0; index < amount; index++) {
      const at = this.#world.random.below(frames.length);
      frames[at] = frames[at]! ^ (1 + this.#world.random.below(255));
    }
    segments.set(key, { ...segment, frames });
    return true;
  }
}

/** Entries that the window's pin remembers; it is written in two slots or in one. */
function pinnedSize(pin: string | null): number {
  return Math.max(0, ...[...(pin ?? '').matchAll(/"size":(\d+)/g)].map((match) => Number(match[1])));
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
