/**
 * Which files hold the log. The leader of an epoch writes a file of its own, `0000000012.log`. What several have left is
 * packed into one, `0000000005-0000000012.pack`, which stands for the files of all these epochs once it is sealed: a cut
 * at its start, the groups that count, and a cut at its very end, written when everything before it was durable and had
 * been compared. A pack without that end is no more than an attempt.
 */
export interface LogFile {
  readonly name: string;
  /** The epochs it tells of. */
  readonly from: number;
  readonly to: number;
}

export function epochFile(epoch: number): LogFile {
  return { name: `${digits(epoch)}.log`, from: epoch, to: epoch };
}

export function packFile(from: number, to: number): LogFile {
  return { name: `${digits(from)}-${digits(to)}.pack`, from, to };
}

/** @returns null for a file that is no part of the log */
export function logFileOf(name: string): LogFile | null {
  const [, from, to, log] = /^(?:(\d{10})-(\d{10})\.pack|(\d{10})\.log)$/.exec(name) ?? [];
  if (log !== undefined) return epochFile(Number(log));
  return from === undefined || to === undefined ? null : packFile(Number(from), Number(to));
}

export function isPack({ name }: LogFile): boolean {
  return name.endsWith('.pack');
}

/**
 * The files that count, in the order of their epochs: those that no sealed pack stands for.
 * @param sealed names of the packs that are sealed
 */
export function inForce(files: readonly LogFile[], sealed: ReadonlySet<string>): readonly LogFile[] {
  const packs = files.filter(({ name }) => sealed.has(name));
  const covers = (pack: LogFile, file: LogFile): boolean =>
    pack.name !== file.name && pack.from <= file.from && file.to <= pack.to;
  return files
    .filter((file) => (!isPack(file) || sealed.has(file.name)) && !packs.some((pack) => covers(pack, file)))
    .sort((a, b) => a.to - b.to);
}

/**
 * Whether a pack without its end may be one that was never finished: then the files it was made of are all there still.
 * Where the first or the last of them is gone it was sealed once, and its end has been damaged since.
 */
export function isAttempt(pack: LogFile, files: readonly LogFile[]): boolean {
  const others = files.filter(({ name }) => name !== pack.name);
  return (
    others.some(({ from }) => from === pack.from) && others.some(({ from, to }) => to === pack.to && from >= pack.from)
  );
}

/** Fewer files than so many are left as they are. */
export const PACK_FILES_MIN = 4;

/**
 * What to pack: the newest files, back to the first that is more than twice as large as all that came after it. So every
 * byte is copied O(log n) times, and O(log n) files stay.
 * @returns empty when it is not worth it
 */
export function toPack<File extends { readonly size: number }>(
  files: readonly File[],
  filesMin = PACK_FILES_MIN,
): readonly File[] {
  let first = files.length;
  let after = 0;
  for (let size = files[first - 1]?.size; size !== undefined; size = files[first - 1]?.size) {
    if (first < files.length && size > 2 * after) break;
    after += size;
    first--;
  }
  return files.length - first < filesMin ? [] : files.slice(first);
}

function digits(epoch: number): string {
  return String(epoch).padStart(10, '0');
}
