import type { SourceId } from '../base/ids.ts';
import { fileLabel, type Label, WORST } from '../labels/label.ts';

/** A sealed file, and all that is made of it, never leaves this device: its owner chose the file, or a folder it lies in. */
export type Seal = 'file' | 'folder';

interface Sealable {
  readonly id: SourceId;
  readonly path: string;
  readonly sealed?: Seal;
}

/**
 * The label of a file and of everything read out of it: derived from what its owner said of it.
 * @param source what is known of it; nothing known counts as the worst
 */
export function labelOfSource(source: Pick<Sealable, 'id' | 'sealed'> | null | undefined): Label {
  return source ? fileLabel(source.id, source.sealed !== undefined) : WORST;
}

/** The file that a label's source names; null where it names something else. */
export function fileOfLabel(source: string): SourceId | null {
  return source.startsWith('file:') ? (source.slice('file:'.length) as SourceId) : null;
}

/** The paths of the sealed files among those that a label names, in order. */
export function sealedFilesOf(label: Label, sources: ReadonlyMap<SourceId, Sealable>): readonly string[] {
  const files = label.sources.flatMap((source) => sources.get(fileOfLabel(source) ?? ('' as SourceId)) ?? []);
  return files.flatMap(({ path, sealed }) => (sealed === undefined ? [] : [path])).sort();
}

/** A folder as it is compared: forward slashes, none at the ends. */
export function folderName(given: string): string {
  return given
    .trim()
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '')
    .join('/');
}

/** Whether a file lies in the folder or in one of its folders. */
export function isIn(folder: string, { path }: Pick<Sealable, 'path'>): boolean {
  return path.startsWith(`${folder}/`);
}

export function isInAny(folders: readonly string[], source: Pick<Sealable, 'path'>): boolean {
  return folders.some((folder) => isIn(folder, source));
}

/** A file once the seal of its own is put on or taken off; a folder's seal stays. */
export function withSeal<S extends Sealable>(source: S, sealed: boolean): S {
  if (sealed) return { ...source, sealed: 'file' };
  return source.sealed === 'file' ? without(source) : source;
}

/** A file once these are the sealed folders; a seal of its own stays. */
export function inSealedFolders<S extends Sealable>(source: S, folders: readonly string[]): S {
  if (source.sealed === 'file') return source;
  if (isInAny(folders, source)) return source.sealed === 'folder' ? source : { ...source, sealed: 'folder' };
  return source.sealed === undefined ? source : without(source);
}

/** The sentence by which what is made of sealed files is kept here. */
export function staysHere(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  const rest = paths.length > 3 ? ` and ${String(paths.length - 3)} more` : '';
  const made = `It was made from ${paths.length === 0 ? 'a file that was sealed' : `${shown}${rest}, which you sealed`}`;
  return `${made}, so it never leaves this device. Run the goal again without sealed files, or take the seal off on the Files page and run it again.`;
}

function without<S extends Sealable>(source: S): S {
  const bare = { ...source };
  delete (bare as { sealed?: Seal }).sealed;
  return bare;
}
