import { hex } from '#core/base/bytes.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { DeviceModel, ModelShelf } from '#ports/device-models.ts';
import type { EngineFailure } from '#ports/engine.ts';

/**
 * The bytes of files of a model, every one of which is what its list says: the rest of the engine sees no others.
 * @param progress the part that is read and checked, from 0 to 1
 */
export async function checkedFiles(
  shelf: ModelShelf,
  model: DeviceModel,
  paths: readonly string[],
  progress: (fraction: number) => void,
): Promise<Result<ReadonlyMap<string, Uint8Array<ArrayBuffer>>, EngineFailure>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const listed = model.files.filter(({ path }) => paths.includes(path));
  const all = listed.reduce((sum, { bytes }) => sum + bytes, 0);
  let read = 0;
  for (const { path, bytes, sha256 } of listed) {
    const blob = await shelf.file(model, path);
    if (blob === null)
      return err({
        code: 'not-reachable',
        message: `${path} of ${model.name} is not here. Connect once, or add the model again.`,
      });
    const held = new Uint8Array(await blob.arrayBuffer());
    const found = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', held)));
    if (held.byteLength !== bytes || found !== sha256)
      return err({
        code: 'malformed',
        message: `${path} of ${model.name} is not the file it was: its SHA-256 is ${found.slice(0, 12)}…, not ${sha256.slice(0, 12)}…. Nothing of it was run. Remove the model and add it again.`,
      });
    files.set(path, held);
    read += bytes;
    progress(all === 0 ? 1 : read / all);
  }
  return ok(files);
}
