import type { SyncHandle } from '#adapters/opfs/sync-handle.ts';
import type { Random } from '#core/base/random.ts';
import type { Weather } from './faults.ts';
import { MS, type Process, type Scheduler } from './scheduler.ts';

/** One file: what is written, and what of it would be there after a power cut. */
export interface DiskFile {
  bytes: Uint8Array;
  size: number;
  durable: Uint8Array;
  version: number;
  holder: Process | null;
  /** Who holds it together with others. */
  readonly sharers: Set<Process>;
}

export type Directory = Map<string, DiskFile>;

/** A browser's processes have to agree on who holds a file: now and then that takes this long. */
const HANDLE_MICROSECONDS_MAX = 8_000;

/**
 * The origin private file system of one profile. The product's own adapters run on it: `install` makes it the platform's
 * for as long as one world is simulated, and whoever's event is being worked on is whoever calls.
 */
export class OpfsDisk {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #weather: Weather;
  readonly directories = new Map<string, Directory>();
  #shared = true;
  /** Reads at once and past all faults. */
  readonly outside: Process;

  constructor(scheduler: Scheduler, random: Random, weather: Weather, outside: Process) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#weather = weather;
    this.outside = outside;
  }

  /** @param shared whether the engine has handles that several may hold at once */
  install(shared: boolean): void {
    this.#shared = shared;
    const storage = { getDirectory: () => Promise.resolve(this.#root()) };
    Object.defineProperty(globalThis, 'navigator', { value: { storage }, configurable: true });
  }

  /** The power is cut: what was not flushed is gone, or half of it. */
  cut(torn: boolean): number {
    let lost = 0;
    for (const directory of this.directories.values())
      for (const file of directory.values()) {
        file.holder = null;
        file.sharers.clear();
        if (file.size === file.durable.length) continue;
        const extra = torn ? this.#random.below(Math.max(1, file.size - file.durable.length)) : 0;
        const kept = file.bytes.slice(0, Math.min(file.size, file.durable.length + extra));
        lost += file.size - kept.length;
        replace(file, kept);
      }
    return lost;
  }

  release(process: Process): void {
    for (const directory of this.directories.values())
      for (const file of directory.values()) {
        file.sharers.delete(process);
        if (file.holder === process) file.holder = null;
      }
  }

  async #pause(label: string): Promise<Process> {
    const process = this.#scheduler.current;
    if (process === this.outside) return process;
    const slow = this.#weather.strikes('slow', 'opfs');
    const delay = slow ? (20 + this.#random.below(2_000)) * MS : 50 + this.#random.below(MS);
    await this.#scheduler.wait(delay, process, `opfs ${label}`);
    return process;
  }

  #failedRead(process: Process): boolean {
    return process !== this.outside && this.#weather.strikes('read error', 'opfs');
  }

  #root(): unknown {
    return {
      getDirectoryHandle: (name: string) => {
        if (!this.directories.has(name)) this.directories.set(name, new Map());
        return Promise.resolve(this.#directory(name));
      },
      removeEntry: async (name: string) => {
        await this.#pause(`remove ${name}`);
        if (!this.directories.delete(name)) throw new DOMException(name, 'NotFoundError');
      },
    };
  }

  #directory(name: string): unknown {
    const files = (): Directory => {
      let directory = this.directories.get(name);
      if (directory === undefined) this.directories.set(name, (directory = new Map<string, DiskFile>()));
      return directory;
    };
    return {
      keys: () => this.#keys(name, files),
      getFileHandle: async (file: string, options: { create?: boolean } = {}) => {
        await this.#pause(`file ${name}`);
        const directory = files();
        if (!directory.has(file)) {
          if (options.create !== true) throw new DOMException(file, 'NotFoundError');
          if (this.#weather.full('opfs', 0)) throw new DOMException(file, 'QuotaExceededError');
          directory.set(file, newFile());
        }
        return this.#file(files, file);
      },
      removeEntry: async (file: string) => {
        await this.#pause(`remove ${name}`);
        const found = files().get(file);
        if (found === undefined) throw new DOMException(file, 'NotFoundError');
        if (found.holder !== null || found.sharers.size > 0) throw new DOMException(file, 'NoModificationAllowedError');
        this.#weather.freed(found.size);
        files().delete(file);
      },
    };
  }

  async *#keys(name: string, files: () => Directory): AsyncIterable<string> {
    const process = await this.#pause(`list ${name}`);
    if (this.#failedRead(process)) throw new DOMException(name, 'NotReadableError');
    yield* [...files().keys()];
  }

  #file(files: () => Directory, name: string): unknown {
    return {
      getFile: async () => {
        const process = await this.#pause('snapshot');
        const file = files().get(name);
        if (file === undefined) throw new DOMException(name, 'NotFoundError');
        const { version, size } = file;
        const read = async (start: number, end: number): Promise<Uint8Array> => {
          if (process !== this.outside) await this.#pause('read');
          const now = files().get(name);
          if (now === undefined) throw new DOMException(name, 'NotFoundError');
          if (now.version !== version || this.#failedRead(process)) throw new DOMException(name, 'NotReadableError');
          return now.bytes.slice(start, Math.min(end, size));
        };
        return {
          size,
          slice: (start: number, end: number) => ({ arrayBuffer: async () => (await read(start, end)).buffer }),
          text: async () => new TextDecoder().decode(await read(0, size)),
        };
      },
      createSyncAccessHandle: async (options: { mode?: string } = {}) => {
        const process = await this.#pause('handle');
        if (process !== this.outside && this.#random.chance(0.3))
          await this.#scheduler.wait(this.#random.below(HANDLE_MICROSECONDS_MAX), process, 'opfs handle at last');
        const file = files().get(name);
        if (file === undefined) throw new DOMException(name, 'NotFoundError');
        const together = this.#shared && options.mode === 'readwrite-unsafe';
        if (file.holder !== null || (!together && file.sharers.size > 0))
          throw new DOMException(name, 'NoModificationAllowedError');
        if (together) file.sharers.add(process);
        else file.holder = process;
        return { ...this.#handle(file, process), ...(this.#shared && { mode: options.mode ?? 'readwrite' }) };
      },
    };
  }

  #handle(file: DiskFile, process: Process): SyncHandle {
    const held = (): void => {
      if (file.holder !== process && !file.sharers.has(process))
        throw new DOMException('The handle is closed.', 'InvalidStateError');
    };
    return {
      getSize: () => file.size,
      read: (into: Uint8Array, { at }: { at: number }) => {
        held();
        if (this.#failedRead(process)) throw new DOMException('The disk cannot be read.', 'NotReadableError');
        const bytes = file.bytes.subarray(at, Math.min(file.size, at + into.length));
        into.set(bytes);
        return bytes.length;
      },
      write: (bytes: Uint8Array, { at }: { at: number }) => {
        held();
        if (this.#weather.strikes('write error', 'opfs'))
          throw new DOMException('The disk failed.', 'InvalidStateError');
        const full = this.#weather.full('opfs', bytes.length);
        const torn = this.#weather.strikes('torn transaction', 'opfs');
        const written = full || torn ? bytes.subarray(0, this.#random.below(bytes.length + 1)) : bytes;
        put(file, written, at);
        if (torn) throw new DOMException('The disk failed in mid-write.', 'InvalidStateError');
        return written.length;
      },
      truncate: (size: number) => {
        held();
        file.size = Math.min(file.size, size);
        file.version++;
      },
      flush: () => {
        held();
        if (this.#weather.strikes('write error', 'opfs'))
          throw new DOMException('The disk failed.', 'InvalidStateError');
        file.durable = file.bytes.slice(0, file.size);
      },
      close: () => {
        file.sharers.delete(process);
        if (file.holder === process) file.holder = null;
      },
    };
  }
}

export function newFile(): DiskFile {
  return {
    bytes: new Uint8Array(1024),
    size: 0,
    durable: new Uint8Array(),
    version: 0,
    holder: null,
    sharers: new Set(),
  };
}

/** The file now holds these bytes, and they are durable. */
export function replace(file: DiskFile, bytes: Uint8Array): void {
  file.bytes = bytes;
  file.size = bytes.length;
  file.durable = bytes.slice();
  file.version++;
}

function put(file: DiskFile, bytes: Uint8Array, at: number): void {
  const end = at + bytes.length;
  if (end > file.bytes.length) {
    const grown = new Uint8Array(Math.max(end, 2 * file.bytes.length));
    grown.set(file.bytes.subarray(0, file.size));
    file.bytes = grown;
  }
  file.bytes.set(bytes, at);
  file.size = Math.max(file.size, end);
  file.version++;
}
