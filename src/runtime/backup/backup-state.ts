import { base64, fromBase64, hex, utf8 } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { BackupMemory } from '#ports/backup-memory.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';
import { decodeSealed, encodeSealed } from '../blobs/sealed-bytes.ts';
import type { BackupView, DrillView } from '../contract/backup-api.ts';
import type { Saved } from './archive.ts';
import { type FilesSeen, wantedPath } from './live-segment.ts';
import type { BackupTools, LiveContent } from './parts.ts';
import { keyName, type SeriesFile } from './series.ts';
import type { SeriesToWrite } from './write-series.ts';

/** What this browser knows of its backup: sealed, because the key of the backup is in it. */
export interface BackupState {
  readonly version: 1;
  readonly series: string;
  /** `AGE-SECRET-KEY-1…` */
  readonly key: string;
  /** The key under the owner's passphrase, as it is put beside the segments; base64. */
  readonly lockedKey: string;
  readonly keyFile: SeriesFile;
  readonly place: 'folder' | 'downloads';
  /** When what is kept here was last whole in the backup, and how far that went. */
  readonly last: BackupView['last'];
  readonly drill: DrillView | null;
  /** Files that the backup lacks because they were damaged here when they were due; not there while it lacks none. */
  readonly lost?: readonly LostFile[];
  /** What was saved by hand; not there before anything was. */
  readonly saved?: Saved;
}

export interface LostFile {
  readonly id: SourceId;
  readonly path: string;
}

const CONTEXT = 'backup/state';
const SERIES_BYTES = 8;

/** @returns null when no backup was set up, or what was kept cannot be opened with this device's keys */
export async function readBackupState(memory: BackupMemory, sealer: Pick<Sealer, 'open'>): Promise<BackupState | null> {
  const bytes = await memory.get();
  const sealed = bytes === null ? null : decodeSealed(bytes);
  const plain = sealed === null ? null : await sealer.open(sealed, CONTEXT);
  return plain?.ok === true ? (JSON.parse(new TextDecoder().decode(plain.value)) as BackupState) : null;
}

export async function keepBackupState(
  memory: BackupMemory,
  sealer: Pick<Sealer, 'seal'>,
  state: BackupState,
): Promise<void> {
  await memory.set(encodeSealed(await sealer.seal(utf8(JSON.stringify(state)), CONTEXT)));
}

export async function newBackupState(
  tools: BackupTools,
  entropy: Entropy,
  place: BackupState['place'],
  passphrase: string,
): Promise<BackupState> {
  const key = await tools.cipher.newKey();
  const series = hex(entropy.bytes(SERIES_BYTES));
  const locked = await lockedWith(tools, key, series, passphrase);
  return { version: 1, series, key, ...locked, place, last: null, drill: null };
}

export async function lockedWith(
  tools: BackupTools,
  key: string,
  series: string,
  passphrase: string,
): Promise<Pick<BackupState, 'lockedKey' | 'keyFile'>> {
  const locked = await tools.cipher.lockKey(key, passphrase);
  const sha256 = hex(tools.tools.sha256(locked));
  return { lockedKey: base64(locked), keyFile: { name: keyName(series), bytes: locked.length, sha256 } };
}

/** The same backup as another series: the one it had is of another history, and stays as it is. */
export function withNewSeries(entropy: Entropy, state: BackupState): BackupState {
  const series = hex(entropy.bytes(SERIES_BYTES));
  return { ...state, series, keyFile: { ...state.keyFile, name: keyName(series) }, last: null, drill: null };
}

/** What the backup lacks once these files are in it or could not be; one that its owner took away is not missed. */
export async function stillLost(
  live: Pick<LiveContent, 'store'>,
  { lost = [] }: Pick<BackupState, 'lost'>,
  files: FilesSeen,
): Promise<readonly LostFile[]> {
  const all = new Map([...lost.map(({ id, path }) => [id, path] as const), ...files.lost]);
  const missed: LostFile[] = [];
  for (const [id, path] of all)
    if (!files.held.has(id) && (await wantedPath(live, id)) !== null) missed.push({ id, path });
  return missed;
}

export function seriesOf(state: BackupState): SeriesToWrite {
  const { series, key, keyFile } = state;
  return { series, key, keyFile, lockedKey: fromBase64(state.lockedKey) ?? new Uint8Array() };
}
