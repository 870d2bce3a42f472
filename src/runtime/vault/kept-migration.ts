import { utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { Sealed, Sealer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { HeldKey } from '#ports/vault.ts';
import type { RestorePlaces } from '#ports/restore-place.ts';
import type { SetAsideView } from '../contract/backup-api.ts';
import { isWhole, type LostFile, type MigrationReport } from './migrate-profile.ts';

/** The device's key of a profile from before there was a vault: while it is here, that profile is not done with. */
const DEVICE_KEY = 'device';
const NAME = 'migration';
const CONTEXT = 'vault/migration';

/** How a migration went. Written before the switch, so that it is known afterwards whatever stops it. */
export interface KeptMigration {
  /** When it switched, which is when the old place was set aside. */
  readonly at: UnixMs;
  /** Whether all that was there was copied: if not, the old place goes only when its owner says so. */
  readonly whole: boolean;
  /** Sealed: it names files. */
  readonly sealed: Sealed;
}

/** Where a migration is remembered, and what stands aside after it. */
export interface MigrationPlaces {
  readonly keys: Pick<KeyHolder, 'get' | 'set' | 'remove'>;
  readonly places: Pick<RestorePlaces, 'setAside' | 'discard'>;
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
}

/**
 * Brings an older version's data under the vault, or ends what an earlier start began. What it came from is destroyed once
 * all of it was copied; where something could not be read, it stays until its owner says otherwise.
 * @param copy copies, verifies and, once that is remembered, switches; null when there is no older data
 */
export async function settleMigration(
  { keys, places }: Omit<MigrationPlaces, 'sealer'>,
  copy: (deviceKey: HeldKey) => Promise<KeptMigration | null>,
): Promise<void> {
  const deviceKey = await keys.get<HeldKey>(DEVICE_KEY);
  if (deviceKey === null) return;
  const [before, aside] = [await read(keys), await places.setAside()];
  // What stands aside is the old one: it is kept, or an earlier start was cut off after it had switched.
  const switched = aside !== null && (before === null || before.at === aside.at);
  const kept = switched ? before : await copy(deviceKey);
  if (kept?.whole === false) return;
  if (switched || kept !== null) await places.discard();
  await forget(keys);
}

/** To be called before the switch, which is then made at the same moment. */
export async function keepMigration(
  { keys, sealer }: Omit<MigrationPlaces, 'places'>,
  at: UnixMs,
  report: MigrationReport,
): Promise<KeptMigration> {
  const sealed = await sealer.seal(utf8(JSON.stringify(report)), CONTEXT);
  const kept = { at, whole: isWhole(report), sealed };
  await keys.set(NAME, kept);
  return kept;
}

/** What stands aside; where it is an older version's data, what of it could not be copied. */
export async function setAsideView(parts: MigrationPlaces): Promise<SetAsideView | null> {
  const [kept, aside] = [await read(parts.keys), await parts.places.setAside()];
  if (aside === null) return null;
  if (kept?.at !== aside.at) return { at: aside.at, migrated: null };
  const { unreadable, lost } = (await reportOf(parts, kept)) ?? { unreadable: 0, lost: [] };
  return { at: aside.at, migrated: { unreadable, lost: lost.map(({ path }) => path) } };
}

/** Its owner has no use for it any more. */
export async function discardAside({ keys, places }: Omit<MigrationPlaces, 'sealer'>): Promise<void> {
  const [kept, aside] = [await read(keys), await places.setAside()];
  await places.discard();
  if (kept !== null && kept.at === aside?.at) await forget(keys);
}

/**
 * Tries once more to read the files that could not be read. What is whole now needs no older data any more.
 * @param copy gives those that still cannot be read
 */
export async function retryMigration(
  parts: MigrationPlaces,
  copy: (deviceKey: HeldKey, files: readonly LostFile[]) => Promise<readonly LostFile[]>,
): Promise<void> {
  const deviceKey = await parts.keys.get<HeldKey>(DEVICE_KEY);
  const [kept, aside] = [await read(parts.keys), await parts.places.setAside()];
  const report = kept === null || kept.at !== aside?.at ? null : await reportOf(parts, kept);
  if (deviceKey === null || kept === null || report === null) return;
  const lost = await copy(deviceKey, report.lost);
  const now = { ...report, lost, files: report.files + report.lost.length - lost.length };
  await keepMigration(parts, kept.at, now);
  if (isWhole(now)) await discardAside(parts);
}

function read(keys: Pick<KeyHolder, 'get'>): Promise<KeptMigration | null> {
  return keys.get<KeptMigration>(NAME);
}

/** Null when it cannot be opened. */
async function reportOf(
  { sealer }: Pick<MigrationPlaces, 'sealer'>,
  { sealed }: KeptMigration,
): Promise<MigrationReport | null> {
  const opened = await sealer.open(sealed, CONTEXT);
  return opened.ok ? (JSON.parse(new TextDecoder().decode(opened.value)) as MigrationReport) : null;
}

/** The older data is gone: so is its key, and what was remembered of it. */
async function forget(keys: Pick<KeyHolder, 'remove'>): Promise<void> {
  await keys.remove(DEVICE_KEY);
  await keys.remove(NAME);
}
