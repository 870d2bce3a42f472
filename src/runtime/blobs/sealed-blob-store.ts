import { hex } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import { BLOB_CHUNK_BYTES, KIB } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { BlobFiles, BlobFileWriter } from '#ports/blob-files.ts';
import { type BlobError, blobErrorOf, type BlobStage, type BlobStore } from '#ports/blob-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';
import { decodeSealed, encodeSealed } from './sealed-bytes.ts';

/** SHA-256 fed piece by piece. */
export interface IncrementalHash {
  readonly update: (bytes: Uint8Array) => unknown;
  readonly digest: () => Uint8Array;
}

export interface SealedBlobStoreParts {
  readonly files: BlobFiles;
  readonly sealer: Sealer;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly sha256: () => IncrementalHash;
}

/** A blob that nothing keeps is left alone this long: another tab may be about to say that it is wanted. */
export const UNKEPT_BLOB_KEPT_MS = 3_600_000;

/** How often a part is asked for before a disk counts as failing. */
const READS = 3;

/** Most files are small: the room for a chunk grows with what comes. */
const FIRST_BYTES = 16 * KIB;

/** What makes a blob visible: written last, under a name that only the vault gives to the digest of the bytes. */
interface Manifest {
  /** The digest; left out of those written before there was a vault, whose name tells it. */
  readonly id?: SourceId;
  readonly size: number;
  /** File of the sealed chunks, and where each ends. */
  readonly bytes: string;
  readonly chunkEnds: readonly number[];
  /** File of the sealed item batches, and where each ends. */
  readonly items: string;
  readonly itemEnds: readonly number[];
}

/**
 * Blobs in chunks of BLOB_CHUNK_BYTES, each sealed under its own key and bound to its file and place, so that chunks
 * cannot be swapped, dropped or reordered; a range is read by opening only the chunks it touches.
 */
export function sealedBlobStore(parts: SealedBlobStoreParts): BlobStore {
  const { files, sealer, clock } = parts;
  const manifests = new Map<SourceId, Manifest>();
  let lastChunk: { readonly context: string; readonly plain: Uint8Array } | null = null;

  const manifestOf = async (id: SourceId): Promise<Manifest | null> => {
    const known = manifests.get(id);
    if (known !== undefined) return known;
    const manifest = await readManifest(await sealer.nameOf(id));
    if (manifest !== null) manifests.set(id, manifest);
    return manifest;
  };

  const readManifest = async (name: string): Promise<Manifest | null> => {
    const file = manifestFile(name);
    const size = await files.size(file);
    if (size === null) return null;
    const plain = await openRange(file, 0, size, `blob/${name}`);
    if (plain.ok) return JSON.parse(new TextDecoder().decode(plain.value)) as Manifest;
    // A disk that cannot be read just now must not look like a blob that is not there.
    if (plain.error.code === 'io') throw failure(plain.error);
    return null;
  };

  const openRange = async (
    name: string,
    start: number,
    end: number,
    context: string,
  ): Promise<Result<Uint8Array, BlobError>> => {
    if (lastChunk?.context === context) return ok(lastChunk.plain);
    const bytes = await readPatiently(files, name, start, end);
    if (!bytes.ok) return bytes;
    const sealed = decodeSealed(bytes.value);
    const plain = sealed === null ? err('wrong-key') : await sealer.open(sealed, context);
    if (!plain.ok)
      return err({ code: 'corrupt', message: `${name} cannot be opened at byte ${String(start)}: ${plain.error}.` });
    return plain;
  };

  const remove = async (id: SourceId): Promise<void> => {
    // What is to go goes, readable or not; files that no manifest names any more are swept.
    const manifest = await manifestOf(id).catch(() => null);
    manifests.delete(id);
    lastChunk = null;
    await files.remove(manifestFile(await sealer.nameOf(id)));
    if (manifest === null) return;
    await files.remove(manifest.bytes);
    await files.remove(manifest.items);
  };

  /** The names of the blobs that there are, those that cannot be opened too. */
  const names = async (): Promise<readonly string[]> =>
    (await files.list()).flatMap((file) => /^([0-9a-f]{64})\.blob$/.exec(file)?.[1] ?? []);

  const list = async (): Promise<SourceId[]> => {
    const all = await Promise.all(
      (await names()).map(async (name) => {
        const manifest = await readManifest(name).catch(() => null);
        return manifest === null ? [] : [manifest.id ?? (name as SourceId)];
      }),
    );
    return all.flat();
  };

  return {
    stage: () => Promise.resolve(newStage(parts, manifestOf)),
    has: async (id) => (await manifestOf(id)) !== null,
    size: async (id) => (await manifestOf(id))?.size ?? null,

    read: async (id, start, end) => {
      const found = await attempt(() => manifestOf(id));
      if (!found.ok) return found;
      const manifest = found.value;
      if (manifest === null) return err({ code: 'missing', message: `There is no blob ${id}.` });
      const to = Math.min(end, manifest.size);
      const out = new Uint8Array(Math.max(0, to - start));
      for (let index = Math.floor(start / BLOB_CHUNK_BYTES); index * BLOB_CHUNK_BYTES < to; index++) {
        const context = chunkContext(manifest.bytes, index);
        const chunk = await openRange(
          manifest.bytes,
          manifest.chunkEnds[index - 1] ?? 0,
          manifest.chunkEnds[index] ?? 0,
          context,
        );
        if (!chunk.ok) return chunk;
        lastChunk = { context, plain: chunk.value };
        const chunkStart = index * BLOB_CHUNK_BYTES;
        const from = Math.max(start, chunkStart);
        out.set(chunk.value.subarray(from - chunkStart, to - chunkStart), from - start);
      }
      return ok(out);
    },

    items: async function* (id) {
      const manifest = await manifestOf(id);
      if (manifest === null) throw failure({ code: 'missing', message: `There is no blob ${id}.` });
      for (const [index, end] of manifest.itemEnds.entries()) {
        const start = manifest.itemEnds[index - 1] ?? 0;
        const batch = await openRange(manifest.items, start, end, chunkContext(manifest.items, index));
        if (!batch.ok) throw failure(batch.error);
        yield JSON.parse(new TextDecoder().decode(batch.value)) as readonly unknown[];
      }
    },

    remove,
    list,

    sweep: async (keep) => {
      const expired = clock.now() - UNKEPT_BLOB_KEPT_MS;
      const wanted = new Set<string>();
      let count = 0;
      let unread = false;
      for (const name of await names()) {
        const read = await attempt(() => readManifest(name));
        // It may name any of the files: until the disk gives it again, none counts as nobody's.
        if (!read.ok) unread = true;
        const manifest = read.ok ? read.value : null;
        // One that cannot be read may be in the middle of being written by an import: it is left, and so small that it may.
        if (manifest === null) wanted.add(manifestFile(name));
        else if (!keep.has(manifest.id ?? (name as SourceId)) && stagedAt(manifest.bytes) <= expired) {
          await remove(manifest.id ?? (name as SourceId));
          count++;
        } else for (const file of [manifestFile(name), manifest.bytes, manifest.items]) wanted.add(file);
      }
      for (const name of await files.list()) {
        if (!unread && !wanted.has(name) && stagedAt(name) <= expired && (await removed(files, name))) count++;
      }
      return count;
    },

    erase: async () => {
      manifests.clear();
      lastChunk = null;
      await files.erase();
    },
  };
}

/** A disk that fails once may be as ever a moment later. */
async function readPatiently(
  files: BlobFiles,
  name: string,
  start: number,
  end: number,
): Promise<Result<Uint8Array, BlobError>> {
  let read = await files.read(name, start, end);
  for (let again = 1; again < READS && !read.ok && read.error.code === 'io'; again++)
    read = await files.read(name, start, end);
  return read;
}

function failure(error: BlobError): Error {
  return new Error(error.message, { cause: error });
}

async function attempt<T>(work: () => Promise<T>): Promise<Result<T, BlobError>> {
  try {
    return ok(await work());
  } catch (error) {
    return err(blobErrorOf(error) ?? { code: 'io', message: String(error) });
  }
}

/** Removes a file that no blob names; one that another tab still holds is left for the next sweep. */
async function removed(files: BlobFiles, name: string): Promise<boolean> {
  try {
    await files.remove(name);
    return true;
  } catch {
    return false;
  }
}

function newStage(parts: SealedBlobStoreParts, manifestOf: (id: SourceId) => Promise<Manifest | null>): BlobStage {
  const { files, sealer, entropy, clock } = parts;
  const name = `${clock.now().toString(36).padStart(9, '0')}-${hex(entropy.bytes(16))}`;
  const bytes = sealedFile(files, sealer, `${name}.bytes`);
  const items = sealedFile(files, sealer, `${name}.items`);
  const hash = parts.sha256();
  let chunk = new Uint8Array(FIRST_BYTES);
  let filled = 0;
  let size = 0;
  /** Its manifest names these files: whether anybody wants the blob is for a sweep to find out. */
  let committed = false;

  const discard = async (): Promise<void> => {
    if (committed) return;
    await bytes.abort();
    await items.abort();
  };

  return {
    write: async (more) => {
      hash.update(more);
      size += more.length;
      for (let at = 0; at < more.length;) {
        const part = more.subarray(at, at + BLOB_CHUNK_BYTES - filled);
        chunk = withRoomFor(chunk, filled + part.length);
        chunk.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < BLOB_CHUNK_BYTES) break;
        filled = 0;
        const written = await bytes.append(chunk);
        if (!written.ok) return written;
      }
      return ok(undefined);
    },

    writeItems: (batch) => items.append(new TextEncoder().encode(JSON.stringify(batch))),

    commit: async () => {
      const last = filled === 0 ? ok(undefined) : await bytes.append(chunk.subarray(0, filled));
      if (!last.ok) return last;
      const id = hex(hash.digest()) as SourceId;
      const there = await attempt(() => manifestOf(id));
      if (!there.ok) return there;
      if (there.value !== null) {
        await discard();
        return ok({ id, size, existed: true });
      }
      for (const file of [bytes, items]) {
        const closed = await file.close();
        if (!closed.ok) return closed;
      }
      if (await isTaken(files, [bytes, items])) {
        await discard();
        return err(TAKEN_AWAY);
      }
      const manifest: Manifest = {
        id,
        size,
        bytes: bytes.name,
        chunkEnds: bytes.ends,
        items: items.name,
        itemEnds: items.ends,
      };
      const written = await writeManifest(files, sealer, id, manifest, async () => {
        const other = await attempt(() => manifestOf(id));
        return !other.ok || other.value !== null;
      });
      if (written.ok && (await isTaken(files, [bytes, items]))) {
        await files.remove(manifestFile(await sealer.nameOf(id)));
        await discard();
        return err(TAKEN_AWAY);
      }
      if (written.ok) {
        committed = true;
        return ok({ id, size, existed: false });
      }
      await discard();
      // Two tabs that bring in the same file race for its name: the one that came second finds it there.
      return (await manifestOf(id)) === null ? written : ok({ id, size, existed: true });
    },

    discard,
  };
}

function withRoomFor(chunk: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes <= chunk.length) return chunk;
  const grown = new Uint8Array(Math.min(BLOB_CHUNK_BYTES, Math.max(bytes, 2 * chunk.length)));
  grown.set(chunk);
  return grown;
}

const TAKEN_AWAY: BlobError = {
  code: 'io',
  message: 'What was written of the file was taken away meanwhile. Add it again.',
};

/** Whether a sweep took what was written for abandoned, as it does when the clock is set ahead: looked at before it gets a name, and after. */
async function isTaken(files: BlobFiles, written: readonly SealedFile[]): Promise<boolean> {
  for (const { name, ends } of written)
    if (ends.length > 0 && (await files.size(name).catch(() => 0)) === null) return true;
  return false;
}

async function writeManifest(
  files: BlobFiles,
  sealer: Sealer,
  id: SourceId,
  manifest: Manifest,
  /** Whether another has named the same bytes meanwhile; also where that cannot be told. */
  isThere: () => Promise<boolean>,
): Promise<Result<void, BlobError>> {
  const name = await sealer.nameOf(id);
  const sealed = await sealer.seal(new TextEncoder().encode(JSON.stringify(manifest)), `blob/${name}`);
  let writer = await files.create(manifestFile(name), true);
  if (!writer.ok && !(await isThere())) {
    // What stands there was cut off: nothing is named by it.
    await removed(files, manifestFile(name));
    writer = await files.create(manifestFile(name), true);
  }
  if (!writer.ok) return writer;
  const written = await writer.value.append(encodeSealed(sealed));
  const closed = written.ok ? await writer.value.close() : written;
  // Half a manifest, or one that is not durable, must not name files that are about to be taken away.
  if (!closed.ok) await writer.value.abort();
  return closed;
}

interface SealedFile {
  readonly name: string;
  readonly ends: readonly number[];
  readonly append: (plain: Uint8Array) => Promise<Result<void, BlobError>>;
  readonly close: () => Promise<Result<void, BlobError>>;
  readonly abort: () => Promise<void>;
}

/** Sealed chunks one after another; the file is made with the first. */
function sealedFile(files: BlobFiles, sealer: Sealer, name: string): SealedFile {
  const ends: number[] = [];
  let writer: BlobFileWriter | null = null;
  return {
    name,
    ends,
    append: async (plain) => {
      const sealed = encodeSealed(await sealer.seal(plain, chunkContext(name, ends.length)));
      if (writer === null) {
        const created = await files.create(name);
        if (!created.ok) return created;
        writer = created.value;
      }
      const written = await writer.append(sealed);
      if (written.ok) ends.push((ends.at(-1) ?? 0) + sealed.length);
      return written;
    },
    close: () => writer?.close() ?? Promise.resolve(ok(undefined)),
    abort: async () => {
      await writer?.abort();
      writer = null;
    },
  };
}

function chunkContext(file: string, index: number): string {
  return `blob/${file}/${String(index)}`;
}

function manifestFile(name: string): string {
  return `${name}.blob`;
}

/** When the stage of a data file began; Infinity for any other name. */
function stagedAt(name: string): number {
  const time = /^([0-9a-z]{9})-[0-9a-f]{32}\.(?:bytes|items)$/.exec(name)?.[1];
  return time === undefined ? Infinity : Number.parseInt(time, 36);
}
