import { hex } from '#core/base/bytes.ts';
import type { Digest } from '#core/base/ids.ts';
import { digestOf } from '#core/base/json.ts';
import { err, ok } from '#core/base/result.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { lackingIn, manifestIn, modelOf, type ModelManifest } from '#core/models/manifest.ts';
import type { DeviceModel, FolderShelf, ModelFile } from '#ports/device-models.ts';
import { isNamed, opfsDirectory } from './sync-handle.ts';

/** In the private file system: erased with everything else. */
export const MODELS_FOLDER = 'models';
/** Written last: a folder without it was not copied to its end. */
const INDEX = 'windhover-model.json';
/** What an engine reads of a folder, and what says whose it is. */
const WANTED = /^(?:[\w-]+\.json|[\w-]+\.jinja|README\.md|LICEN[CS]E[\w.]*|onnx\/model[\w.]*)$/;

export interface Hash {
  readonly update: (bytes: Uint8Array) => unknown;
  readonly digest: () => Uint8Array;
}

/** Models from folders of the owner's, copied into the private file system, where they are no secret and not sealed. */
export function opfsModelShelf(tools: { readonly sha256: Sha256; readonly incremental: () => Hash }): FolderShelf {
  const folderOf = async (id: string, create: boolean): Promise<FileSystemDirectoryHandle> =>
    (await opfsDirectory(MODELS_FOLDER)).getDirectoryHandle(id, { create });

  const models = async (): Promise<readonly DeviceModel[]> => {
    const found: DeviceModel[] = [];
    for await (const [id, handle] of (await opfsDirectory(MODELS_FOLDER)).entries()) {
      if (handle.kind !== 'directory') continue;
      const index = await handle.getFileHandle(INDEX).catch(() => null);
      if (index === null) continue;
      const text = await (await index.getFile()).text();
      const manifest = manifestIn(text);
      if (manifest !== null) found.push(modelOf(id, originIn(text), manifest, tools.sha256));
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  };

  const remove = async (id: string): Promise<void> => removeEntry(await opfsDirectory(MODELS_FOLDER), id);

  return {
    models,
    remove,
    file: async (model, path) => {
      try {
        return await (await (await folderOf(model.id, false)).getFileHandle(fileName(path))).getFile();
      } catch (error) {
        if (isNamed(error, 'NotFoundError')) return null;
        throw error;
      }
    },
    keep: async (chosen, progress, signal) => {
      const root = rootOf(chosen.map(({ path }) => path));
      const wanted = chosen
        .map(({ path, file }) => ({ path: path.slice(root.length), file }))
        .filter(({ path }) => WANTED.test(path) && path !== INDEX);
      const textOf = async (name: string): Promise<string | null> =>
        (await wanted.find(({ path }) => path === name)?.file.text()) ?? null;
      const lacking = lackingIn(wanted.map(({ path }) => path));
      if (lacking !== null) return err(`${lacking} in this folder. Choose the folder of one model.`);
      const text = await textOf('manifest.json');
      const promised = text === null ? null : manifestIn(text);
      const name = promised?.name ?? (root.split('/').at(-2) || 'model');
      const part = `part-${hex(tools.sha256(new TextEncoder().encode(`${name}${String(wanted.length)}`))).slice(0, 8)}`;
      await remove(part);
      const folder = await folderOf(part, true);
      try {
        const files = await copyAll(wanted, folder, tools.incremental, progress, signal);
        const wrong = files.find(({ path, sha256 }) => {
          const said = promised?.files.find((file) => file.path === path);
          return promised !== null && path !== 'manifest.json' && said !== undefined && said.sha256 !== sha256;
        });
        if (wrong !== undefined)
          return err(`${wrong.path} is not what the manifest of this folder says. Nothing of it was kept.`);
        const licence = promised?.licence ?? licenceIn(await textOf('README.md'));
        const manifest = { name, licence, files };
        return ok(await shelve(folder, manifest, 'folder', tools.sha256));
      } catch (error) {
        if (signal.aborted) return err('It was stopped. Nothing of it was kept.');
        if (isNamed(error, 'QuotaExceededError')) return err('There is no room for it on this device.');
        throw error;
      } finally {
        await remove(part);
      }
    },
  };
}

/** Makes a folder whose files are all there a model: its list is written, and from the moment that lies with them it is one. */
export async function shelve(
  folder: FileSystemDirectoryHandle,
  manifest: ModelManifest,
  origin: 'folder' | 'host',
  sha256: Sha256,
): Promise<DeviceModel> {
  const id = `${idOf(manifest.name)}-${digestOf(sha256, manifest.files).slice(0, 8)}`;
  const models = await opfsDirectory(MODELS_FOLDER);
  await removeEntry(models, id);
  const index = await (await folder.getFileHandle(INDEX, { create: true })).createWritable();
  await index.write(JSON.stringify({ ...manifest, origin }));
  await index.close();
  const target = await models.getDirectoryHandle(id, { create: true });
  for (const path of [...manifest.files.map((file) => file.path), INDEX])
    await ((await folder.getFileHandle(fileName(path))) as unknown as Movable).move(target, fileName(path));
  return modelOf(id, origin, manifest, sha256);
}

/** Of a file of a model, all of which lie in one folder. */
export const fileName = (path: string): string => encodeURIComponent(path);

export async function removeEntry(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    if (!isNamed(error, 'NotFoundError')) throw error;
  }
}

/** Written by this file alone. */
function originIn(index: string): 'folder' | 'host' {
  return (JSON.parse(index) as { readonly origin?: unknown }).origin === 'host' ? 'host' : 'folder';
}

/** In the private file system of every browser that has sync handles. */
interface Movable {
  readonly move: (folder: FileSystemDirectoryHandle, name: string) => Promise<void>;
}

async function copyAll(
  wanted: readonly { readonly path: string; readonly file: Blob }[],
  folder: FileSystemDirectoryHandle,
  incremental: () => Hash,
  progress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<readonly ModelFile[]> {
  const all = wanted.reduce((sum, { file }) => sum + file.size, 0);
  const copied: ModelFile[] = [];
  let done = 0;
  for (const { path, file } of wanted) {
    const hash = incremental();
    const out = await (await folder.getFileHandle(fileName(path), { create: true })).createWritable();
    try {
      const reader = file.stream().getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        signal.throwIfAborted();
        hash.update(piece.value);
        await out.write(piece.value);
        done += piece.value.byteLength;
        progress(done / all);
      }
      await out.close();
    } catch (error) {
      await out.abort().catch(() => undefined);
      throw error;
    }
    copied.push({ path, bytes: file.size, sha256: hex(hash.digest()) as Digest });
  }
  return copied.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Pickers put the name of the folder before each path. */
function rootOf(paths: readonly string[]): string {
  const config =
    paths.filter((path) => /(?:^|\/)config\.json$/.test(path)).sort((a, b) => a.length - b.length)[0] ?? '';
  return config.slice(0, config.length - 'config.json'.length);
}

function idOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'model'
  );
}

/** The head of a model card: `license: mit`. */
function licenceIn(card: string | null): string | null {
  const head = /^---\n([\s\S]*?)\n---/.exec(card ?? '')?.[1] ?? '';
  return /^license:\s*["']?([\w.+-]{1,40})/m.exec(head)?.[1] ?? null;
}
