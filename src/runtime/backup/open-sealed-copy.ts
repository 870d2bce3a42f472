import { decodeFrame, frameLength } from '#core/audit/group-frame.ts';
import type { Sequence, UnixMs } from '#core/base/ids.ts';
import { MIB } from '#core/base/limits.ts';
import { err, ok } from '#core/base/result.ts';
import type { SigningKey } from '#core/identity/key-document.ts';
import type { KeyPool } from '#ports/agent-store.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy, Sealed, Sealer } from '#ports/crypto.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import type { VaultRecord } from '#ports/vault.ts';
import { sealedBlobStore } from '../blobs/sealed-blob-store.ts';
import { decodeValue } from '../identity/copied-key-holder.ts';
import { SECRET_PREFIX } from '../identity/held-secrets.ts';
import { ProviderKeys } from '../models/provider-keys.ts';
import { SealedSecrets } from '../identity/sealed-secrets.ts';
import { decodePool } from '../journal/copied-keys.ts';
import { decodeRecord } from '../vault/record-copy.ts';
import { Vault, type VaultParts } from '../vault/vault.ts';
import { checkVersion } from './format.ts';
import type { BackupTools } from './parts.ts';
import type { Remains } from './salvaged-parts.ts';
import {
  entriesName,
  poolName,
  SEALED_BLOB,
  SEALED_FORMAT,
  SEALED_HEAD,
  SEALED_KEYS,
  SEALED_SECRETS,
  SEALED_VERSION,
} from './sealed-copy.ts';
import { readWhole } from './series.ts';

/** A sealed copy that was found among files. */
export interface SealedCopy {
  readonly record: VaultRecord;
  readonly createdAt: UnixMs;
  readonly files: number;
  readonly bytes: number;
}

export interface SealedRemains extends Remains {
  /** The secret of a key that lay sealed with the rest. */
  readonly secretOf: (key: SigningKey) => Promise<Uint8Array | null>;
  /** The keys of hosts of models, as a backup carries them. */
  readonly providers: () => Promise<string | null>;
}

const HEAD_BYTES_MAX = 1 * MIB;
const LIST_BYTES_MAX = 512 * MIB;

/** Null where there is none. @throws BackupError 'damaged' or 'newer-version' */
export async function findSealedCopy(folder: BackupFolder): Promise<SealedCopy | null> {
  const files = await folder.list();
  if (!files.some(({ name }) => name === SEALED_HEAD)) return null;
  const damaged = new BackupError('damaged', `${SEALED_HEAD} cannot be read.`, SEALED_HEAD);
  let head: { format?: unknown; version?: unknown; createdAt?: unknown; record?: unknown } | null;
  try {
    head = JSON.parse(await textOf(folder, SEALED_HEAD, HEAD_BYTES_MAX)) as typeof head;
  } catch (error) {
    throw error instanceof SyntaxError ? damaged : error;
  }
  if (head?.format !== SEALED_FORMAT) throw damaged;
  checkVersion(head.version, SEALED_VERSION);
  const record = decodeRecord(JSON.stringify(head.record ?? null));
  if (record === null || typeof head.createdAt !== 'number') throw damaged;
  const blobs = files.filter(({ name }) => name.startsWith(SEALED_BLOB));
  return {
    record,
    createdAt: head.createdAt as UnixMs,
    files: blobs.filter(({ name }) => name.endsWith('.blob')).length,
    bytes: blobs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The vault of a sealed copy, to be opened by what its owner shows. Nothing is written: attempts count for this opening. */
export function vaultOfCopy(
  parts: Pick<VaultParts, 'crypto' | 'entropy' | 'clock' | 'sha256' | 'stretcher'>,
  { record }: SealedCopy,
): Promise<Vault> {
  let kept: VaultRecord = { ...record, attempts: { failed: 0, lastAt: 0 as UnixMs } };
  const records: VaultParts['records'] = {
    read: () => Promise.resolve(kept),
    change: (next) => Promise.resolve((kept = next(kept))),
  };
  const sharing: VaultParts['sharing'] = { ask: () => Promise.resolve(null), answer: () => undefined };
  return Vault.open({ ...parts, records, sharing }, false);
}

/** What a sealed copy holds, for a restore. @param sealer of its vault, opened */
export async function remainsInCopy(
  { tools, hash }: Pick<BackupTools, 'tools' | 'hash'>,
  { clock, entropy }: { readonly clock: Clock; readonly entropy: Entropy },
  folder: BackupFolder,
  sealer: Sealer,
): Promise<SealedRemains> {
  const { sha256 } = tools;
  const names = new Map((await folder.list()).map(({ name, bytes }) => [name, bytes]));
  const pools = await poolsIn(folder);
  const secrets = new Map<string, Sealed>();
  for (const line of await linesOf(folder, SEALED_SECRETS)) {
    const { name, value } = decodeValue(line) as { readonly name: string; readonly value: Sealed };
    if (name.startsWith(SECRET_PREFIX)) secrets.set(name.slice(SECRET_PREFIX.length), value);
  }
  const nothing = (): Promise<void> => Promise.resolve();
  const held = { get: (name: string) => Promise.resolve(secrets.get(name) ?? null), put: nothing, remove: nothing };
  const sealed = new SealedSecrets({ sha256, sealer, secrets: held });
  return {
    journal: {
      // Whose journal it is stands in its heads.
      signer: { publicKey: new Uint8Array() },
      ...{ sealer, tools, legs: [legIn(folder, names)] },
      store: {
        head: () => Promise.resolve(null),
        keyPool: (epoch, sequence) =>
          Promise.resolve(pools.findLast((pool) => pool.epoch === epoch && pool.first <= sequence) ?? null),
      },
    },
    blobs: sealedBlobStore({ files: filesIn(folder, names), sealer, entropy, clock, sha256: hash }),
    secretOf: (key) => sealed.read(key),
    providers: () => new ProviderKeys({ sealer, secrets: held }).asText([...secrets.keys()]),
  };
}

async function poolsIn(folder: BackupFolder): Promise<readonly KeyPool[]> {
  const pools = new Map<string, KeyPool>();
  for (const line of await linesOf(folder, SEALED_KEYS)) {
    const pool = decodePool(line);
    if (pool === null) throw new BackupError('damaged', `${SEALED_KEYS} cannot be read.`, SEALED_KEYS);
    pools.set(poolName(pool.epoch, pool.first), pool);
  }
  return [...pools.values()].sort((a, b) => a.first - b.first);
}

/** The journal in the archive, for reading alone. */
function legIn(folder: BackupFolder, names: ReadonlyMap<string, number>): JournalLeg {
  const starts = [...names.keys()]
    .flatMap((name) => /^windhover-sealed-entries-(\d+)\.bin$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const read: JournalLeg['read'] = async (from = 0 as Sequence, count = Infinity) => {
    const groups: Group[] = [];
    const first = Math.max(
      0,
      starts.findLastIndex((start) => start <= from),
    );
    for (const start of starts.slice(first)) {
      if (start >= from + count) break;
      const name = entriesName(start);
      const inFile = framesIn(await readWhole(folder, name, LIST_BYTES_MAX));
      groups.push(
        ...inFile.groups.filter(
          (group) => group.firstSequence + group.count > from && group.firstSequence < from + count,
        ),
      );
      if (inFile.torn) return { groups, damage: `${name} is damaged` };
    }
    return { groups, damage: null };
  };
  const refuse = () => Promise.resolve(err({ code: 'io' as const, message: 'An archive is not written to.' }));
  return {
    name: 'memory',
    read,
    head: async () => (await read((starts.at(-1) ?? 0) as Sequence)).groups.at(-1) ?? null,
    ...{ open: refuse, append: refuse, truncateFrom: refuse },
    close: () => Promise.resolve(),
    erase: () => Promise.resolve(),
  };
}

function framesIn(bytes: Uint8Array): { readonly groups: readonly Group[]; readonly torn: boolean } {
  const groups: Group[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = frameLength(bytes, at) ?? 0;
    const frame = decodeFrame(bytes.subarray(at, at + length), (text) => new TextDecoder().decode(text));
    if (frame?.kind !== 'group') return { groups, torn: true };
    groups.push(frame.group as Group);
    at += length;
  }
  return { groups, torn: false };
}

function filesIn(folder: BackupFolder, names: ReadonlyMap<string, number>): BlobFiles {
  const sizeOf = (name: string): number | null => names.get(SEALED_BLOB + name) ?? null;
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    name: 'memory',
    create: () => Promise.resolve(err({ code: 'io', message: 'An archive is not written to.' })),
    read: async (name, start, end) => {
      if ((sizeOf(name) ?? -1) < end)
        return err({ code: 'missing', message: `${name} has no bytes up to ${String(end)}.` });
      return ok(await folder.slice(SEALED_BLOB + name, start, end));
    },
    size: (name) => Promise.resolve(sizeOf(name)),
    list: () =>
      Promise.resolve(
        [...names.keys()].flatMap((name) => (name.startsWith(SEALED_BLOB) ? [name.slice(SEALED_BLOB.length)] : [])),
      ),
    remove: nothing,
    erase: nothing,
  };
}

async function textOf(folder: BackupFolder, name: string, bytesMax: number): Promise<string> {
  return new TextDecoder().decode(await readWhole(folder, name, bytesMax));
}

async function linesOf(folder: BackupFolder, name: string): Promise<readonly string[]> {
  return (await textOf(folder, name, LIST_BYTES_MAX)).split('\n').slice(0, -1);
}
