import type { DiskFile } from './opfs-disk.ts';
import { MS } from './scheduler.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

/** The owner looks so long for a tab to erase everything in, and tries again after so long where that failed. */
const AGAIN_MS = 1_500;
/** By then the owner has given the first orders to an app that knows nothing. */
const BEGUN_MS = 4_000;

/** What is kept in the profile: values of tables, each with its place, and files. */
interface Kept {
  readonly values: ReadonlyMap<object, string>;
  readonly device: unknown;
  readonly files: ReadonlyMap<DiskFile, string>;
}

/**
 * The owner wants everything to be gone, and tries until it is: whatever is killed in between. Then nothing may be left of
 * what was kept when it was first wanted, and the app begins anew as on a new device.
 */
export class Erasing {
  /** Until it is done. */
  wanted = false;
  /** Until then the owner begins anew, ms. */
  begunAnewBy = 0;
  #before: Kept | null = null;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  want(): void {
    const { history } = this.#world;
    if (this.wanted) return;
    this.wanted = true;
    history.ended = true;
    this.#before = this.#kept();
    this.#try();
  }

  #try(): void {
    const { scheduler } = this.#world;
    const tab = this.#world.pick(0);
    const again = (): void => {
      if (this.wanted) this.#try();
    };
    if (tab === null) return this.#world.soon(scheduler.now / MS + AGAIN_MS, 'owner erases', again);
    scheduler.after(100, tab.worker, 'erase', () => void this.#eraseIn(tab));
    // A tab that is killed at it, or frozen, says nothing any more.
    this.#world.soon(scheduler.now / MS + 12_000 + AGAIN_MS, 'owner erases', again);
  }

  async #eraseIn(tab: SimTab): Promise<void> {
    try {
      const others = this.#world.open.filter((other) => other !== tab);
      await tab.files.eraseAll();
      this.#done(others);
    } catch (error) {
      this.#world.scheduler.note(`erasing failed: ${String(error)}`);
    } finally {
      // As the page does: what is left of the tab shows nothing that is true any more.
      this.#world.reload(tab.page);
    }
  }

  #done(others: readonly SimTab[]): void {
    const world = this.#world;
    if (!this.wanted) return;
    const left = this.#left();
    if (left.length > 0) world.history.violated('erased', `${left.slice(0, 3).join(', ')} is still there`);
    // Who could not let go has lost its databases: they were deleted.
    for (const { alive, worker } of others) if (alive) world.idb.closed.add(worker);
    world.idb.erased();
    world.backups.told = null;
    world.history = world.newHistory(world.history.violations);
    this.wanted = false;
    this.begunAnewBy = world.scheduler.now / MS + BEGUN_MS;
    world.owner.beginsAnew();
  }

  #kept(): Kept {
    const { idb, opfs } = this.#world;
    const values = new Map<object, string>();
    for (const [name, table] of idb.tables())
      for (const [key, value] of table)
        if (typeof value === 'object' && value !== null) values.set(value, `${name}/${String(key)}`);
    const files = new Map<DiskFile, string>();
    for (const [name, directory] of opfs.directories)
      for (const [file, kept] of directory) files.set(kept, `${name}/${file}`);
    return { values, device: idb.table('keys').get('device'), files };
  }

  /** What was there before and is there still. */
  #left(): readonly string[] {
    const before = this.#before;
    if (before === null) return [];
    const now = this.#kept();
    return [
      ...[...now.values].flatMap(([value, place]) => (before.values.has(value) ? [place] : [])),
      ...[...now.files].flatMap(([file, place]) => (before.files.has(file) ? [place] : [])),
      ...(now.device === before.device && now.device !== undefined ? ['the key of the device'] : []),
      ...(this.#world.windowPin === null ? [] : ['the pin of the window']),
    ];
  }
}
