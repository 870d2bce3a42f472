import { hex } from '#core/base/bytes.ts';
import type { Digest, Sha256 } from '#core/base/ids.ts';
import { manifestIn } from '#core/models/manifest.ts';
import type { ModelOrder, OpenPart, PartShelf } from '#ports/device-models.ts';
import { fileName, MODELS_FOLDER, removeEntry, shelve, type Hash } from './model-shelf.ts';
import { isNamed, openSyncHandle, opfsDirectory, type SyncHandle } from './sync-handle.ts';

/** Beside the files that came so far. */
const ORDER = 'windhover-order.json';
const PREFIX = 'order-';
const READ_BYTES = 1 << 20;

/** Models on their way, in the private file system beside those that are here. */
export function opfsModelParts(tools: { readonly sha256: Sha256; readonly incremental: () => Hash }): PartShelf {
  const folderOf = async ({ digest }: ModelOrder, create = false): Promise<FileSystemDirectoryHandle> =>
    (await opfsDirectory(MODELS_FOLDER)).getDirectoryHandle(PREFIX + digest, { create });
  const discard = async ({ digest }: ModelOrder): Promise<void> =>
    removeEntry(await opfsDirectory(MODELS_FOLDER), PREFIX + digest);

  return {
    discard,
    orders: async () => {
      const found: (ModelOrder & { here: number })[] = [];
      for await (const [name, handle] of (await opfsDirectory(MODELS_FOLDER)).entries()) {
        if (handle.kind !== 'directory' || !name.startsWith(PREFIX)) continue;
        const order = await orderIn(handle, name.slice(PREFIX.length) as Digest);
        if (order !== null) found.push({ ...order, here: await bytesHere(handle, order) });
      }
      return found.sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
    },
    begin: async (order) => {
      const { address, channel, manifest } = order;
      const file = await (await folderOf(order, true)).getFileHandle(ORDER, { create: true });
      const out = await file.createWritable();
      await out.write(JSON.stringify({ address, channel, manifest }));
      await out.close();
    },
    open: async (order, path) => {
      const file = await (await folderOf(order)).getFileHandle(fileName(path), { create: true });
      try {
        const handle = await openSyncHandle(file);
        return handle === null ? null : openPart(handle, tools.incremental());
      } catch (error) {
        if (isNamed(error, 'NoModificationAllowedError')) return null;
        throw error;
      }
    },
    finish: async (order) => {
      const model = await shelve(await folderOf(order), order.manifest, 'host', tools.sha256);
      await discard(order);
      return model;
    },
  };
}

function openPart(handle: SyncHandle, hash: Hash): OpenPart {
  let bytes = handle.getSize();
  return {
    bytes: () => bytes,
    append: (more) => {
      try {
        // A disk that is full may take a part of it: that is as good as what came before.
        const written = handle.write(more, { at: bytes });
        bytes += written;
        return written === more.length;
      } catch (error) {
        if (isNamed(error, 'QuotaExceededError')) return false;
        throw error;
      }
    },
    clear: () => {
      handle.truncate(0);
      bytes = 0;
    },
    digest: () => {
      const piece = new Uint8Array(READ_BYTES);
      for (let at = 0; at < bytes;) {
        const read = handle.read(piece, { at });
        if (read === 0) break;
        hash.update(piece.subarray(0, read));
        at += read;
      }
      return hex(hash.digest()) as Digest;
    },
    close: () => {
      handle.flush();
      handle.close();
    },
  };
}

/** @returns null where it was not written to its end */
async function orderIn(folder: FileSystemDirectoryHandle, digest: Digest): Promise<ModelOrder | null> {
  try {
    const text = await (await (await folder.getFileHandle(ORDER)).getFile()).text();
    const { address, channel, manifest } = JSON.parse(text) as Record<string, unknown>;
    const read = manifestIn(JSON.stringify(manifest));
    if (read === null || typeof address !== 'string' || typeof channel !== 'string') return null;
    return { digest, address, channel, manifest: read };
  } catch {
    return null;
  }
}

async function bytesHere(folder: FileSystemDirectoryHandle, { manifest }: ModelOrder): Promise<number> {
  let sum = 0;
  for (const { path } of manifest.files) {
    const file = await folder.getFileHandle(fileName(path)).then(
      (handle) => handle.getFile(),
      () => null,
    );
    sum += file?.size ?? 0;
  }
  return sum;
}
