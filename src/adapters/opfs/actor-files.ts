import type { Ms } from '#core/base/ids.ts';
import { KIB } from '#core/base/limits.ts';
import type { Clock } from '#ports/clock.ts';
import type { LeaderLock } from '#ports/coordination.ts';
import { ActorBook, type BookImage, type BookRecord, type EntryRecord } from './actor-book.ts';
import { decodeFrames, encodeFrame, type Frames } from './actor-frames.ts';
import { archive, rewriteArchived } from './actor-log-files.ts';
import { openFence, openShared, type FenceFile } from './fence-file.ts';
import { fileNames, isNamed, opfsDirectory, removeOpfsDirectory, type SyncHandle } from './sync-handle.ts';

export interface ActorFilesParts {
  readonly directory: string;
  readonly lock: LeaderLock;
  readonly clock: Clock;
}

/** One file of records, as this tab has read it so far. */
interface Generation {
  readonly number: number;
  readonly handle: SyncHandle;
  readonly book: ActorBook;
  end: number;
  /** Where its image ends. */
  readonly imageEnd: number;
}

interface Place {
  readonly folder: FileSystemDirectoryHandle;
  readonly fence: FenceFile;
}

/** A file grows by this, and by as much as its image has, before it is written anew. */
const GROWTH_BYTES = 256 * KIB;
/** Who holds the lock for so long was stopped in the middle of a write. */
const PATIENCE_MS = 5_000 as Ms;

/**
 * The records of all actors in one file that every tab holds open. A record is written, flushed and answered under a lock
 * of all tabs; reading takes no lock. A file begins with an image of all that counts and a seal, so that a new one can
 * take its place when it has grown: its number is the fence, and what is written under a lower one is never answered. So
 * a tab that was stopped in the middle of a write loses its lock without harm.
 */
export class ActorFiles {
  readonly #parts: ActorFilesParts;
  #opening: Promise<Place> | null = null;
  #current: Generation | null = null;

  constructor(parts: ActorFilesParts) {
    this.#parts = parts;
  }

  /** What is known now. It is another at the next call. */
  async read(): Promise<ActorBook> {
    const { fence } = await this.#place();
    const current = this.#current;
    if (current === null || fence.epoch() !== current.number)
      return this.#inTurn(async (anew) => (await this.#newest(anew)).book);
    // A record at the end may be half written: the next call finds it.
    readOn(current);
    return current.book;
  }

  /**
   * Changes what is kept by one record, durably, or not at all.
   * @param change decides at once on what is known now; no record, and nothing is written
   * @throws DOMException QuotaExceededError without room; nothing is changed then
   */
  write<T>(change: (book: ActorBook) => { readonly record: BookRecord | null; readonly result: T }): Promise<T> {
    return this.#inTurn(async (anew) => {
      const { fence } = await this.#place();
      for (let current = await this.#newest(anew); ; current = await this.#newest(false)) {
        const { record, result } = change(current.book);
        if (record === null) return result;
        const frame = encodeFrame(record);
        append(current, frame);
        if (fence.epoch() !== current.number) continue;
        current.book.apply(record);
        current.end += frame.length;
        if (current.end > 2 * current.imageEnd + GROWTH_BYTES)
          await this.#renew(current, null).catch(unlessItCanGrowOn);
        return result;
      }
    });
  }

  /** Puts other entries and another image in the place of what is kept; nothing of what was there stays on the disk. */
  async rewrite(
    entry: (actor: string, entry: EntryRecord) => Promise<EntryRecord>,
    image: (image: BookImage) => Promise<BookImage>,
  ): Promise<void> {
    await this.#inTurn(async (anew) => {
      const { folder } = await this.#place();
      const current = await this.#newest(anew);
      await archive(folder, current.book);
      await rewriteArchived(folder, entry);
      const book = new ActorBook();
      book.apply({ type: 'image', image: await image(current.book.image()) });
      const next = await this.#renew({ ...current, book }, null);
      for (const number of await numbersIn(folder)) if (number < next.number) await emptied(folder, nameOf(number));
    });
  }

  async folder(): Promise<FileSystemDirectoryHandle> {
    return (await this.#place()).folder;
  }

  close(): void {
    this.#current?.handle.close();
    this.#current = null;
    void this.#opening?.then(
      ({ fence }) => fence.close(),
      () => undefined,
    );
    this.#opening = null;
  }

  async erase(): Promise<void> {
    await this.#inTurn(async () => {
      const { folder, fence } = await this.#place();
      fence.raise(fence.epoch() + 1);
      this.#current?.handle.close();
      this.#current = null;
      const names = await fileNames(folder);
      for (const name of names.filter((other) => numberOf(other) !== null || other.endsWith('.entries')))
        await emptied(folder, name);
    });
    this.close();
    // While other tabs are open their files stay, empty.
    await removeOpfsDirectory(this.#parts.directory).catch((error: unknown) => {
      const held = ['NoModificationAllowedError', 'InvalidModificationError', 'InvalidStateError'];
      if (!held.some((name) => isNamed(error, name))) throw error;
    });
  }

  #place(): Promise<Place> {
    this.#opening ??= (async () => {
      const folder = await opfsDirectory(this.#parts.directory);
      const fence = await openFence(folder);
      if (fence === null) throw new DOMException('Files cannot be shared between tabs here.', 'NotSupportedError');
      return { folder, fence };
    })();
    this.#opening.catch(() => (this.#opening = null));
    return this.#opening;
  }

  /** @param work is told whether its lock was taken by force, so that a new file is due */
  async #inTurn<T>(work: (anew: boolean) => Promise<T>): Promise<T> {
    const { lock, clock, directory } = this.#parts;
    const done: T[] = [];
    const giveUp = new AbortController();
    const cancel = clock.after(PATIENCE_MS, () => giveUp.abort());
    const begin = async (anew: boolean): Promise<void> => {
      cancel();
      done.push(await work(anew));
    };
    try {
      await lock.hold(`files:${directory}`, () => begin(false), { signal: giveUp.signal });
      if (done.length === 0) await lock.hold(`files:${directory}`, () => begin(true), { steal: true });
    } finally {
      cancel();
    }
    return done[0] as T;
  }

  /** The file that counts, read to its end. To be called under the lock. */
  async #newest(anew: boolean): Promise<Generation> {
    const { fence } = await this.#place();
    const known = this.#current;
    if (known === null || anew || fence.epoch() !== known.number) return this.#open(anew);
    const rest = readOn(known);
    if (rest === 'cut') known.handle.truncate(known.end);
    return rest === 'damaged' ? this.#renew(known, damageAt(known)) : known;
  }

  async #open(anew: boolean): Promise<Generation> {
    const { folder, fence } = await this.#place();
    this.#current?.handle.close();
    this.#current = null;
    let damage: string | null = null;
    for (const number of (await numbersIn(folder)).reverse()) {
      const handle = await shared(folder, number, false);
      const frames = decodeFrames(readFrom(handle, 0));
      // An image is whole before the fence is raised for it, and sealed after.
      const wasRaised = fence.epoch() >= number;
      const sealed = isSealed(frames);
      const generation = sealed || wasRaised ? generationOf(number, handle, frames) : null;
      if (generation === null) {
        handle.close();
        if (frames.rest === 'damaged' || wasRaised)
          damage ??= `The newest file of the agents, ${nameOf(number)}, cannot be read; they are as they were before it.`;
        continue;
      }
      this.#current = generation;
      if (frames.rest === 'damaged') damage ??= damageAt(generation);
      if (frames.rest === 'cut') handle.truncate(generation.end);
      if (damage === null && sealed && !anew && fence.epoch() === number) return generation;
      return this.#renew(generation, damage);
    }
    return this.#renew(null, damage);
  }

  /** Puts a new file in the place of one. */
  async #renew(old: Generation | null, damage: string | null): Promise<Generation> {
    const { folder, fence } = await this.#place();
    const seen = fence.epoch();
    const book = old?.book ?? new ActorBook();
    const lost = await archive(folder, book);
    const reports = [book.damage, damage, lost].filter((report) => report !== null);
    const number = Math.max(seen, ...(await numbersIn(folder))) + 1;
    const image = { ...book.image(), damage: reports.length === 0 ? null : [...new Set(reports)].join(' ') };
    const handle = await shared(folder, number, true);
    try {
      const whole = encodeFrame({ type: 'image', image } satisfies BookRecord);
      handle.truncate(0);
      writeAll(handle, whole, 0);
      handle.flush();
      // Another took the lock, or one that had lost it wrote once more.
      if (fence.epoch() !== seen || (old !== null && old.handle.getSize() !== old.end && damage === null))
        throw new DOMException('Another tab has gone on.', 'AbortError');
      fence.raise(number);
      const seal = encodeFrame(SEAL);
      writeAll(handle, seal, whole.length);
      handle.flush();
      const next = new ActorBook();
      next.apply({ type: 'image', image });
      const end = whole.length + seal.length;
      old?.handle.close();
      this.#current = { number, handle, book: next, end, imageEnd: end };
    } catch (error) {
      handle.close();
      await folder.removeEntry(nameOf(number)).catch(() => undefined);
      throw error;
    }
    // The one before is kept: it has everything but what came after this image.
    for (const other of await numbersIn(folder))
      if (other < (old?.number ?? number)) await folder.removeEntry(nameOf(other)).catch(() => undefined);
    return this.#current;
  }
}

const SEAL = { type: 'sealed' };

function isSealed({ records }: Frames): boolean {
  return (records[1] as typeof SEAL | undefined)?.type === SEAL.type;
}

/** @returns null when its image cannot be read */
function generationOf(number: number, handle: SyncHandle, { records, end }: Frames): Generation | null {
  const [image, , ...rest] = records as readonly BookRecord[];
  if (image?.type !== 'image') return null;
  const book = new ActorBook();
  for (const record of [image, ...rest]) book.apply(record);
  const imageEnd = encodeFrame(image).length + encodeFrame(SEAL).length;
  return { number, handle, book, end, imageEnd };
}

function readOn(generation: Generation): Frames['rest'] {
  const frames = decodeFrames(readFrom(generation.handle, generation.end));
  for (const record of frames.records) generation.book.apply(record as BookRecord);
  generation.end += frames.end;
  return frames.rest;
}

/** Without room for another file, or when another tab is about it, this one grows on. */
function unlessItCanGrowOn(error: unknown): void {
  if (!isNamed(error, 'QuotaExceededError') && !isNamed(error, 'AbortError')) throw error;
}

function append({ handle, end }: Generation, frame: Uint8Array): void {
  try {
    writeAll(handle, frame, end);
    handle.flush();
  } catch (error) {
    // Half a record must not stay in front of the next; if this fails as well, the next writes over it.
    try {
      handle.truncate(end);
    } catch {
      // The next read judges what is there.
    }
    throw error;
  }
}

function writeAll(handle: SyncHandle, bytes: Uint8Array, at: number): void {
  const written = handle.write(bytes, { at });
  if (written !== bytes.length)
    throw new DOMException(`${String(written)} of ${String(bytes.length)} bytes written`, 'QuotaExceededError');
}

function readFrom(handle: SyncHandle, at: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, handle.getSize() - at));
  return bytes.subarray(0, bytes.length === 0 ? 0 : handle.read(bytes, { at }));
}

function damageAt({ number, end }: Generation): string {
  return `What the agents did last is damaged on this disk, from byte ${String(end)} of ${nameOf(number)} on.`;
}

async function shared(folder: FileSystemDirectoryHandle, number: number, create: boolean): Promise<SyncHandle> {
  const handle = await openShared(await folder.getFileHandle(nameOf(number), { create }));
  if (handle === null) throw new DOMException('Files cannot be shared between tabs here.', 'NotSupportedError');
  return handle;
}

async function emptied(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  const handle = await openShared(await folder.getFileHandle(name, { create: true }));
  handle?.truncate(0);
  handle?.flush();
  handle?.close();
  await folder.removeEntry(name).catch(() => undefined);
}

function nameOf(number: number): string {
  return `${String(number).padStart(10, '0')}.actors`;
}

function numberOf(name: string): number | null {
  const digits = /^(\d{10})\.actors$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

async function numbersIn(folder: FileSystemDirectoryHandle): Promise<number[]> {
  return (await fileNames(folder)).map(numberOf).filter((number) => number !== null);
}
