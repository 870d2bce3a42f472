import { decodeFrame, frameLength, type GroupFrame } from '#core/audit/group-frame.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import type { Group } from '#ports/journal-leg.ts';
import {
  assemble,
  framesBackwards,
  isSealed,
  newEpochLog,
  scan,
  textOf,
  WINDOW_BYTES,
  type ByteRange,
  type EpochLog,
  type Place,
} from './epoch-log.ts';
import { inForce, isAttempt, isPack, logFileOf, type LogFile } from './log-files.ts';
import { fileNames, isNamed } from './sync-handle.ts';

type Assembled = ReturnType<typeof assemble>;

/** What of the log is not in the files that anyone may read: the leader's own. */
export interface OwnPart {
  /** The file it writes, read through the handle that no one else may have. */
  readonly writing: { readonly name: string; readonly bytes: ByteRange } | null;
  /** A cut that its next append will write, and the epoch it is of. */
  readonly cut: { readonly from: number; readonly file: LogFile } | null;
}

/** Reads the log out of its files, and remembers what lies where. */
export class LogReader {
  readonly #folder: () => Promise<FileSystemDirectoryHandle>;
  readonly #own: () => OwnPart;
  readonly #logs = new Map<string, EpochLog>();
  readonly #sealed = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #assembled: { readonly key: string; readonly result: Assembled } | null = null;

  constructor(folder: () => Promise<FileSystemDirectoryHandle>, own: () => OwnPart) {
    this.#folder = folder;
    this.#own = own;
  }

  /** Every file of the log, also those that a pack stands for and packs that were not finished. */
  async all(): Promise<readonly LogFile[]> {
    return (await fileNames(await this.#folder())).map(logFileOf).filter((file) => file !== null);
  }

  /** The files that count, in order. */
  async files(): Promise<readonly LogFile[]> {
    const all = await this.all();
    const names = new Set(all.map(({ name }) => name));
    for (const known of [...this.#logs.keys(), ...this.#sealed])
      if (!names.has(known)) {
        this.#logs.delete(known);
        this.#sealed.delete(known);
      }
    for (const file of all)
      if (isPack(file) && !this.#sealed.has(file.name))
        if (!isAttempt(file, all) || (await isSealed(await this.bytesOf(file)))) this.#sealed.add(file.name);
    return inForce(all, this.#sealed);
  }

  async bytesOf({ name }: LogFile): Promise<ByteRange> {
    const { writing } = this.#own();
    if (writing?.name === name) return writing.bytes;
    return snapshotRange(await (await this.#folder()).getFileHandle(name));
  }

  /** The places of all groups of these files, in order. */
  async placesIn(files: readonly LogFile[]): Promise<Assembled> {
    return assemble(await this.#scannedAll(files));
  }

  /** The places of all groups of the log, a cut that is not written yet among what counts. */
  async places(files: readonly LogFile[]): Promise<Assembled> {
    const logs = await this.#scannedAll(files);
    const { cut } = this.#own();
    if (cut !== null) logs.push({ ...newEpochLog(cut.file), places: [{ kind: 'cut', from: cut.from }] });
    const state = logs.map(({ file, scanned, torn }) => `${file.name} ${String(scanned)} ${String(torn)}`);
    const key = `${state.join()} ${String(cut?.from)}`;
    if (this.#assembled?.key !== key) this.#assembled = { key, result: assemble(logs) };
    return this.#assembled.result;
  }

  /** Groups that lie at these places, up to the first that is damaged. */
  async load(places: readonly Place[]): Promise<{ readonly groups: readonly Group[]; readonly damage: string | null }> {
    const groups: Group[] = [];
    for await (const bytes of this.bytesAt(places))
      for (let at = 0; at < bytes.length;) {
        const length = frameLength(bytes, at) ?? bytes.length;
        const frame = decodeFrame(bytes.subarray(at, at + length), textOf);
        const expected = places[groups.length]?.place.first;
        if (frame?.kind !== 'group' || frame.group.firstSequence !== expected)
          return { groups, damage: `the group of entry ${String(expected)} is damaged` };
        groups.push(asGroup(frame.group));
        at += length;
      }
    return { groups, damage: null };
  }

  /** The frames at these places, as they lie in the files: many at once. */
  async *bytesAt(places: readonly Place[]): AsyncGenerator<Uint8Array> {
    for (const [first, last] of runsOf(places))
      yield (await this.bytesOf(first.file)).read(first.place.at, last.place.end);
  }

  /** What lies there, whatever it is, up to the end of the file. */
  async raw(file: LogFile, { at, end }: { readonly at: number; readonly end: number }): Promise<Uint8Array> {
    const bytes = await this.bytesOf(file);
    return bytes.read(at, Math.min(end, bytes.size));
  }

  /** The groups from the last to the first, read from the ends of the files; at last null where they do not tell. */
  async *backwards(files: readonly LogFile[]): AsyncGenerator<Group | null> {
    let limit = this.#own().cut?.from ?? Infinity;
    let begun = false;
    for (const file of files.toReversed())
      for await (const frame of framesBackwards(await this.bytesOf(file))) {
        if (frame?.kind === 'cut') {
          limit = Math.min(limit, frame.from);
          continue;
        }
        const end = frame === null ? 0 : frame.group.firstSequence + frame.group.count;
        if (end > limit) continue;
        if (frame === null || (begun && end < limit)) {
          yield null;
          return;
        }
        begun = true;
        limit = frame.group.firstSequence;
        yield asGroup(frame.group);
      }
  }

  /** Whether it was read before, so that finding a place in it costs no reading. */
  knows(file: LogFile): boolean {
    return this.#logs.has(file.name);
  }

  forget(): void {
    this.#logs.clear();
    this.#sealed.clear();
    this.#assembled = null;
  }

  /** One after the other: two that read on in the same file at once would count its groups twice. */
  #scannedAll(files: readonly LogFile[]): Promise<EpochLog[]> {
    const scanned = this.#turn.then(() => this.#scanAll(files));
    this.#turn = scanned.catch(() => undefined);
    return scanned;
  }

  async #scanAll(files: readonly LogFile[]): Promise<EpochLog[]> {
    const logs: EpochLog[] = [];
    // Only the newest log grows in a way that counts; an older one is read to its end once.
    for (const file of files) logs.push(await this.#scanned(file, file === files.at(-1)));
    return logs;
  }

  async #scanned(file: LogFile, newest: boolean): Promise<EpochLog> {
    const log = this.#logs.get(file.name) ?? newEpochLog(file);
    this.#logs.set(file.name, log);
    if (log.finished) return log;
    await scan(log, await this.bytesOf(file));
    log.finished = !newest;
    return log;
  }
}

/** The first and last of places that lie one after the other in one file, and can be read at once. */
function* runsOf(places: readonly Place[]): Generator<readonly [Place, Place]> {
  let first: Place | undefined;
  let last: Place | undefined;
  for (const next of places) {
    const joins =
      first !== undefined &&
      last?.file.name === next.file.name &&
      last.place.end === next.place.at &&
      next.place.end - first.place.at <= WINDOW_BYTES;
    if (first !== undefined && last !== undefined && !joins) yield [first, last];
    if (!joins) first = next;
    last = next;
  }
  if (first !== undefined && last !== undefined) yield [first, last];
}

function asGroup(frame: GroupFrame): Group {
  return { ...frame, epoch: frame.epoch as Epoch, firstSequence: frame.firstSequence as Sequence };
}

const SNAPSHOT_TRIES = 5;

/** A file another tab may be writing: a snapshot goes stale on each write, so a failed read takes a fresh one. */
async function snapshotRange(handle: FileSystemFileHandle): Promise<ByteRange> {
  let file = await handle.getFile();
  return {
    size: file.size,
    read: async (start, end) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return new Uint8Array(await file.slice(start, end).arrayBuffer());
        } catch (error) {
          if (!isNamed(error, 'NotReadableError') || attempt === SNAPSHOT_TRIES) throw error;
          file = await handle.getFile();
        }
      }
    },
  };
}
