import { isEnded } from '#core/agent/transition.ts';
import { keyInForce, type KeyInForce } from '#core/audit/signing-keys.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { agentIdOf, publicKeyOf } from '#core/identity/did-key.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { BlobStage } from '#ports/blob-store.ts';
import type { RestorePlace } from '#ports/restore-place.ts';
import { runOf, type Fact } from '../agent/facts.ts';
import { foldHistory } from '../agent/fold-history.ts';
import { EMPTY_STATE, type AgentState } from '../agent/projection.ts';
import type { StoredIdentity } from '../identity/identity-facts.ts';
import { type BackedUpSecrets, NO_SECRETS } from '../identity/secret-backup.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { JournalParts } from '../journal/parts.ts';
import { readGroups } from '../journal/reader.ts';
import { verifyJournal } from '../journal/verify-journal.ts';
import { AdoptedJournal, notWritten } from './adopt-journal.ts';
import { checkedSeries } from './checked-series.ts';
import { ContentDigest, type ContentSum, type FileDigest, liveDigest } from './content-digest.ts';
import type { OpenSeries } from './open-series.ts';
import type { BackupTools } from './parts.ts';
import type { RestoreSource } from './salvaged-parts.ts';

/** What restoring needs of this device: its own keys. */
export type RestoreParts = BackupTools &
  Pick<JournalParts, 'clock' | 'entropy' | 'signer' | 'sealer'> & {
    /** Keeps on this device those of the secrets that make the keys which the restored identity names. */
    readonly keepSecrets: (secrets: BackedUpSecrets, restored: StoredIdentity) => Promise<void>;
  };

export interface RestoreReport {
  /** Entries of the backup; a few more stand after them, which say that it was restored. */
  readonly entries: number;
  readonly files: number;
  readonly runs: number;
  /** Entries whose contents were destroyed, or could not be read when they were backed up. */
  readonly unreadable: number;
  /** Files that are not there, by path. */
  readonly missing: readonly string[];
  readonly digest: string;
  /** Whether the key that signed last is this device's: nobody need name another. */
  readonly sameKey: boolean;
}

export interface RestoreOptions {
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/** Of the whole: reading and writing; the rest is reading again what was written. */
const WRITING_SHARE = 0.6;

/** A series of backups as what is restored from. @throws BackupError when it holds nothing */
export function seriesSource(parts: BackupTools, folder: BackupFolder, opened: OpenSeries): RestoreSource {
  const last = opened.segments.at(-1)?.header;
  if (last === undefined) throw new BackupError('nothing', 'This backup holds nothing yet.');
  const total = opened.segments.reduce((sum, { bytes }) => sum + bytes, 1);
  return {
    agent: last.agent,
    last: { epoch: last.epoch as Epoch, to: last.to, checkpoint: last.checkpoint },
    parts: (progress) => checkedSeries(parts, folder, opened, (bytes) => progress(bytes / total)),
  };
}

/**
 * Fills empty stores: checks everything while it is read, seals it under this device's keys, folds the views, then reads
 * all of it again from the new stores and compares. What is in use is not touched; who calls switches to the new stores,
 * or erases them when this fails.
 * @throws BackupError
 */
export async function restoreFrom(
  parts: RestoreParts,
  source: RestoreSource,
  place: RestorePlace,
  { signal, progress }: RestoreOptions,
): Promise<RestoreReport> {
  const {
    content: wanted,
    secrets,
    keys,
  } = await adopt(parts, source, place, (fraction) => {
    if (signal.aborted) throw new BackupError('cancelled', 'Restoring was stopped. Nothing here was changed.');
    progress(WRITING_SHARE * fraction);
  });
  const journal = journalOf(parts, place, keys);
  const verified = await verifyRestored(parts, journal, place, source, wanted, (fraction) =>
    progress(WRITING_SHARE + (1 - WRITING_SHARE) * 0.7 * fraction),
  );
  const state = await continueJournal(parts, journal, place, source);
  const missing: string[] = [];
  const present = [...state.sources.values()].filter(({ removedAt }) => removedAt === null);
  for (const { id, path } of present) if (!(await place.blobs.has(id))) missing.push(path);
  if (state.identity !== null) await parts.keepSecrets(secrets, state.identity);
  progress(1);
  return {
    entries: wanted.entries.count,
    files: present.length - missing.length,
    runs: state.runs.size,
    unreadable: verified.unreadable,
    missing,
    digest: wanted.digest,
    sameKey: keyInForce(keys, source.last.to).agent === agentIdOf(parts.signer.publicKey),
  };
}

/** @param keys which keys signed it so far: this device's own follows them */
function journalOf(parts: RestoreParts, place: RestorePlace, keys: readonly KeyInForce[]): JournalParts {
  const { clock, entropy, signer, sealer, tools } = parts;
  const known = { keys, own: [agentIdOf(signer.publicKey)] };
  const here = { store: place.store, legs: place.legs, pins: [], keys: () => Promise.resolve(known) };
  return { clock, entropy, signer, sealer, tools, ...here };
}

async function adopt(
  parts: RestoreParts,
  source: RestoreSource,
  place: RestorePlace,
  progress: (fraction: number) => void,
): Promise<{ readonly content: ContentSum; readonly secrets: BackedUpSecrets; readonly keys: readonly KeyInForce[] }> {
  const journal = await AdoptedJournal.open({ ...parts, sha256: parts.tools.sha256 }, place);
  const content = new ContentDigest(parts.hash);
  let stage: BlobStage | null = null;
  let file: FileDigest | null = null;
  let secrets = NO_SECRETS;
  let keys: readonly KeyInForce[] = [];
  try {
    for await (const part of source.parts(progress)) {
      switch (part.kind) {
        case 'group':
          for (const { text, payload } of part.entries) content.entry(text, payload);
          await journal.add(part);
          ({ keys } = part.check.book);
          break;
        case 'root':
        case 'vouching':
        case 'providers':
          secrets = { ...secrets, [part.kind]: part.text };
          break;
        case 'file':
          stage = await place.blobs.stage();
          file = content.file(part.id, part.size);
          break;
        case 'bytes':
          stored(await stage?.write(part.bytes));
          break;
        case 'items':
          file?.items(part.items);
          stored(await stage?.writeItems(part.items));
          break;
        case 'stored':
          stored(await stage?.commit());
          file?.done();
          stage = null;
          break;
        case 'lost':
          await stage?.discard();
          stage = null;
      }
    }
  } finally {
    await stage?.discard();
    await journal.close();
  }
  return { content: content.sum(), secrets, keys };
}

/** Everything once more, from the bytes that were written. */
async function verifyRestored(
  parts: RestoreParts,
  journal: JournalParts,
  place: RestorePlace,
  source: RestoreSource,
  wanted: ContentSum,
  progress: (fraction: number) => void,
): Promise<{ readonly unreadable: number }> {
  // Until this device has signed, the journal's key is the one that the backup came with.
  const publicKey = publicKeyOf(source.agent);
  if (!publicKey.ok) throw new BackupError('damaged', 'The backup does not say whose it is.');
  const reading = { ...journal, signer: { publicKey: publicKey.value } };
  const proved = await verifyJournal(reading, { payloads: true, progress });
  const worse = proved.copies.find(({ verifiedUpTo }) => verifiedUpTo < proved.size);
  if (proved.problem !== null || worse !== undefined)
    throw new BackupError(
      'io',
      `What was written here does not verify: ${proved.problem?.why ?? worse?.problem ?? ''}`,
    );
  const live = { journal: reading, blobs: place.blobs, store: place.store, secrets: () => Promise.resolve(NO_SECRETS) };
  const restored = await liveDigest(live, parts.hash, wanted.entries.count, wanted.files.keys());
  if (restored.digest !== wanted.digest)
    throw new BackupError('io', 'What was written here reads back as something else. The disk may be at fault.');
  return { unreadable: proved.size - proved.payloads };
}

/**
 * Folds the views and goes on with the journal under this device's key: an entry says whose it was and names the last
 * head that they signed. Whatever was under way is paused: it may have gone on where the backup came from.
 */
async function continueJournal(
  parts: RestoreParts,
  journal: JournalParts,
  place: RestorePlace,
  { agent, last }: RestoreSource,
): Promise<AgentState> {
  if ((await place.store.head()) === null) throw new BackupError('nothing', 'This backup holds nothing yet.');
  const writing = await openJournal(journal, { epoch: await place.store.raiseEpoch(last.epoch) });
  if (!writing.ok) throw notWritten(writing.error.code, writing.error.message);
  const { journal: open } = writing.value;
  try {
    const before = await foldFrom(journal, place, open.epoch, EMPTY_STATE, 0);
    const at = parts.clock.now();
    const facts: Fact[] = [
      {
        type: 'agent.continued',
        at,
        agent: agentIdOf(parts.signer.publicKey),
        before: { agent, size: last.to, checkpoint: last.checkpoint },
      },
    ];
    for (const run of before.runs.values())
      if (!isEnded(run) && run.status !== 'paused') facts.push({ type: 'run.paused', run: run.id, at });
    const appended = await open.append(
      facts.map((fact) => ({ time: at, type: fact.type, run: runOf(fact), value: fact as unknown as Json })),
    );
    if (!appended.ok) throw notWritten(appended.error.code, appended.error.message);
    await open.settle();
    return await foldFrom(journal, place, open.epoch, before, last.to);
  } finally {
    await open.close();
  }
}

async function foldFrom(
  journal: JournalParts,
  place: RestorePlace,
  epoch: Epoch,
  state: AgentState,
  from: number,
): Promise<AgentState> {
  const folded = await foldHistory(state, factsFrom(journal, from), place.store, epoch, -1, () => undefined);
  if (!folded.ok) throw notWritten(folded.error, folded.error);
  return folded.value;
}

async function* factsFrom(
  journal: JournalParts,
  from: number,
): AsyncIterable<{ readonly sequence: Sequence; readonly fact: Fact }> {
  for await (const group of readGroups(journal, from))
    for (const { entry, payload } of group.entries)
      if (payload !== null) yield { sequence: entry.sequence, fact: payload.value as unknown as Fact };
}

function stored(
  done:
    | { readonly ok: true }
    | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } }
    | undefined,
): void {
  if (done?.ok === false) throw notWritten(done.error.code, done.error.message);
}
