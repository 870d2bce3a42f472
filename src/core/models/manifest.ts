import type { Digest, Sha256 } from '../base/ids.ts';
import { digestOf } from '../base/json.ts';

/** Which files make a model, and what each has to be. */
export interface ModelManifest {
  readonly name: string;
  readonly licence: string | null;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: Digest }[];
}

/** Below one folder, and nothing else: no way up, no query, no odd characters, and no name that is the app's own. */
const PATH = /^(?!windhover-|.*\.\.)[\w.-]+(?:\/[\w.-]+)*$/;

/** Reads a manifest; null where the text is none. */
export function manifestIn(text: string): ModelManifest | null {
  try {
    const { name, licence, files } = JSON.parse(text) as Record<string, unknown>;
    if (typeof name !== 'string' || name === '' || !Array.isArray(files)) return null;
    const read = files.map((file: unknown) => fileIn(file));
    if (read.includes(null)) return null;
    return {
      name,
      licence: typeof licence === 'string' ? licence : null,
      files: read as ModelManifest['files'],
    };
  } catch {
    return null;
  }
}

function fileIn(value: unknown): ModelManifest['files'][number] | null {
  const { path, bytes, sha256 } = (value ?? {}) as Record<string, unknown>;
  const fine = typeof path === 'string' && typeof bytes === 'number' && typeof sha256 === 'string';
  return fine && PATH.test(path) && Number.isSafeInteger(bytes) && bytes >= 0 && /^[0-9a-f]{64}$/.test(sha256)
    ? { path, bytes, sha256: sha256 as Digest }
    : null;
}

/** What an engine cannot do without, in words; null where it is all there. */
export function lackingIn(paths: readonly string[]): string | null {
  const lacking = ['config.json', 'tokenizer.json'].find((name) => !paths.includes(name));
  if (lacking !== undefined) return `There is no ${lacking}`;
  return paths.some((path) => path.endsWith('.onnx'))
    ? null
    : 'There are no weights in ONNX format, which stand in onnx/model….onnx,';
}

/** A model as its manifest says it is. */
export function modelOf<Origin>(
  id: string,
  origin: Origin,
  { name, licence, files }: ModelManifest,
  sha256: Sha256,
): { id: string; name: string; licence: string | null; origin: Origin; files: ModelManifest['files']; digest: Digest } {
  return { id, name, licence, origin, files, digest: digestOf(sha256, files) };
}
