import { hex } from '#core/base/bytes.ts';
import type { Digest } from '#core/base/ids.ts';
import { digestOf } from '#core/base/json.ts';
import { err, ok } from '#core/base/result.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { manifestIn, modelOf } from '#core/models/manifest.ts';
import type { DeviceModel, FolderShelf, ModelFile } from '#ports/device-models.ts';
import { fileNames, isNamed, opfsDirectory } from './sync-handle.ts';

/** In the private file system: erased with everything else. */
export const MODELS_FOLDER = 'models';
/** Written last: a folder without it was not copied to its end. */
const INDEX = 'windhover-model.json';
/** What an engine reads of a folder, and what says whose it is. */
const WANTED = /^(?:[\w-]+\.json|[\w-]+\.jinja|README\.md|LICEN[CS]E[\w.]*|onnx\/model[\w.]*)$/;

interface Hash {
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
      const manifest = manifestIn(await (await index.getFile()).text());
      if (manifest !== null) found.push(modelOf(id, 'folder', manifest, tools.sha256));
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  };

  const remove = async (id: string): Promise<void> => {
    try {
      await (await opfsDirectory(MODELS_FOLDER)).removeEntry(id, { recursive: true });
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw error;
    }
  };

  return {
    models,
    remove,
    file: async (model, path) => {
      try {
        return await (await (await folderOf(model.id, false)).getFileHandle(encodeURIComponent(path))).getFile();
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
      const lacking = ['config.json', 'tokenizer.json'].find((name) => !wanted.some(({ path }) => path === name));
      if (lacking !== undefined) return err(`There is no ${lacking} in this folder. Choose the folder of one model.`);
      if (!wanted.some(({ path }) => path.endsWith('.onnx')))
        return err('There are no weights in ONNX format in this folder: they stand in onnx/model….onnx.');
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
        const id = `${idOf(name)}-${digestOf(tools.sha256, files).slice(0, 8)}`;
        await remove(id);
        const index = await (await folder.getFileHandle(INDEX, { create: true })).createWritable();
        await index.write(JSON.stringify(manifest));
        await index.close();
        await moveTo(folder, id);
        return ok(modelOf(id, 'folder', manifest, tools.sha256));
      } catch (error) {
        if (signal.aborted) return err('It was stopped. Nothing of it was kept.');
        if (isNamed(error, 'QuotaExceededError')) return err('There is no room for it on this device.');
        throw error;
      } finally {
        await remove(part);
      }
    },
  };

  async function moveTo(folder: FileSystemDirectoryHandle, id: string): Promise<void> {
    const target = await folderOf(id, true);
    for (const name of (await fileNames(folder)).sort((a, b) => Number(a === INDEX) - Number(b === INDEX)))
      await ((await folder.getFileHandle(name)) as unknown as Movable).move(target, name);
  }
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
    const out = await (await folder.getFileHandle(encodeURIComponent(path), { create: true })).createWritable();
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
