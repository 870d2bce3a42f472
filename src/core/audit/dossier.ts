import type { Sha256 } from '../base/ids.ts';
import { base64, equalBytes } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { AgentId } from '../identity/did-key.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { importedSource } from './cited-claim.ts';
import { cosignaturesOn } from './cosignature.ts';
import { type Entry, hasKeys, parseCanonical, payloadJson } from './entry.ts';
import { type ExportRecord, factsIn, type LoggedFact } from './export-contents.ts';
import { type FoundCosignature, furthest, type Trust, type Vouched } from './export-report.ts';
import type { CheckTools } from './check-tools.ts';
import { inclusionProof, type MerkleTree, rootAt } from './merkle-tree.ts';
import { checkIncluded, checkProvedEntry, type EntryFault, type ProvedEntry } from './proved-entry.ts';
import { openByBook, openKeyed, proofOfKeys } from './proved-keys.ts';
import { accountOf, type RunAccount } from './run-account.ts';
import type { KeyBook } from './signing-keys.ts';

/**
 * The dossier of one run, version 1: canonical JSON that needs nothing else to be checked. `account` is what the entries
 * come to, for people; the verifier makes it again and compares. `entries` are all entries of the log from the run's
 * first to its last, without a gap, each with its inclusion proof, so that none of the run is left out between them; what
 * other entries in that stretch say is not in it. `sources` are the imports of the files that the answer cites.
 */
export interface Dossier {
  readonly format: 'windhover-dossier';
  /** 2: with `identity`, where the key of the journal changed. */
  readonly version: 1 | 2;
  readonly agent: AgentId;
  readonly run: string;
  readonly account: RunAccount;
  readonly entries: readonly DossierEntry[];
  readonly sources: readonly ProvedEntry[];
  /** The entries that tell which key signs (proved-keys.ts). */
  readonly identity?: readonly ProvedEntry[];
  /** C2SP checkpoint note, its cosignatures with it, that all entries are proved to. */
  readonly checkpoint: string;
}

/** An entry with its payload when it is the run's own. */
export interface DossierEntry extends Omit<ProvedEntry, 'payload'> {
  readonly payload: ProvedEntry['payload'] | null;
}

export type DossierReport =
  | {
      readonly ok: true;
      readonly agent: AgentId;
      readonly account: RunAccount;
      /** Entries under the checkpoint. */
      readonly size: number;
      readonly cosignatures: readonly FoundCosignature[];
      readonly vouched: Vouched | null;
      readonly firstBad: null;
    }
  | {
      readonly ok: false;
      readonly agent: AgentId | null;
      readonly account: null;
      readonly size: number | null;
      readonly cosignatures: readonly [];
      readonly vouched: null;
      readonly firstBad: { readonly sequence: number | null; readonly why: string };
    };

export const DOSSIER_FORMAT = 'windhover-dossier';
const KEYS = ['account', 'agent', 'checkpoint', 'entries', 'format', 'run', 'sources', 'version'];

/**
 * @param parts.records all entries of the journal, in order
 * @param parts.tree the journal's tree, at least as large as the checkpoint
 * @returns an error in words for people
 */
export function makeDossier(
  sha256: Sha256,
  parts: {
    readonly agent: AgentId;
    readonly run: string;
    readonly records: readonly ExportRecord[];
    readonly tree: MerkleTree;
    readonly checkpoint: string;
  },
): Result<Dossier, string> {
  const { agent, run, records, tree, checkpoint: note } = parts;
  const checkpoint = readCheckpoint(note);
  if (!checkpoint.ok || checkpoint.value.size > tree.size) return err('the checkpoint is not one of this journal');
  const { size, root } = checkpoint.value;
  if (!equalBytes(rootAt(sha256, tree, size), root)) return err('the journal is not what the checkpoint signs');
  const own = records.filter(({ entry }) => entry.run === run);
  const [first, last] = [own[0]?.entry.sequence, own.at(-1)?.entry.sequence];
  if (first === undefined || last === undefined) return err('the journal has no such run');
  if (last >= size) return err('the end of the run is not under the checkpoint yet');
  if (own.some(({ payload }) => payload === null)) return err('contents of this run were destroyed');
  const imports = records.filter(({ entry }) => entry.type === 'source.imported');
  const account = accountOf(sha256, run, factsIn(own), factsIn(imports));
  if (!account.ok) return err(account.error.why);
  const sources: ProvedEntry[] = [];
  for (const { file, entry } of account.value.sources) {
    const record = records[entry ?? -1];
    if (record?.payload == null) return err(`the import of ${file} is not in the journal`);
    sources.push({ entry: record.entry, payload: payloadJson(record.payload), inclusion: inclusionOf(record.entry) });
  }
  const keys = proofOfKeys(records, size, (sequence) => inclusionProof(sha256, tree, sequence, size).map(base64));
  return ok({
    format: DOSSIER_FORMAT,
    version: keys.identity === undefined ? 1 : 2,
    ...keys,
    agent,
    run,
    account: account.value,
    entries: records.slice(first, last + 1).map((record) => ({
      entry: record.entry,
      payload: record.entry.run === run && record.payload !== null ? payloadJson(record.payload) : null,
      inclusion: inclusionOf(record.entry),
    })),
    sources,
    checkpoint: note,
  });

  function inclusionOf({ sequence }: Entry): string[] {
    return inclusionProof(sha256, tree, sequence, size).map(base64);
  }
}

/** The file's text. */
export function encodeDossier(dossier: Dossier): string {
  return `${canonicalJson(dossier)}\n`;
}

/** Checks a dossier from the checkpoint down to what it says; the first thing that does not hold ends it. */
export function verifyDossier(tools: CheckTools, text: string, trust: Trust = {}): DossierReport {
  const nothing = { agent: null, account: null, size: null, cosignatures: [] as const, vouched: null };
  const bad = (
    why: string,
    known: { readonly agent?: AgentId; readonly size?: number } = {},
    sequence: number | null = null,
  ): DossierReport => ({ ok: false, ...nothing, ...known, firstBad: { sequence, why } });
  const parsed = parseDossier(text);
  if (!parsed.ok) return bad(parsed.error);
  const dossier = parsed.value;
  const { agent } = dossier;
  const opened = openNote(tools, dossier, trust);
  if (!opened.ok) return bad(opened.error, { agent });
  const { checkpoint, book, cosignatures } = opened.value;
  const { size } = checkpoint;
  const fault = entriesFault(tools, dossier, checkpoint);
  if (fault !== null) return bad(fault.why, { agent, size }, fault.sequence);
  const account = accountOf(tools.sha256, dossier.run, factsOf(dossier.entries), factsOf(dossier.sources));
  if (!account.ok) return bad(account.error.why, { agent, size }, account.error.sequence);
  if (canonicalJson(account.value) !== canonicalJson(dossier.account))
    return bad('the account is not what the entries come to', { agent, size });
  const lost = account.value.sources.find(({ entry }) => entry === null);
  if (lost !== undefined || account.value.sources.length !== dossier.sources.length)
    return bad(`the imports are not those of the files cited${lost === undefined ? '' : `: ${lost.file}`}`, {
      agent,
      size,
    });
  const vouched = vouchedFor(tools, dossier.agent, book, checkpoint, cosignatures, trust);
  if (!vouched.ok) return bad(vouched.error, { agent, size });
  return { ok: true, agent, account: account.value, size, cosignatures, vouched: vouched.value, firstBad: null };
}

function parseDossier(text: string): Result<Dossier, string> {
  const parsed = parseCanonical(text.endsWith('\n') ? text.slice(0, -1) : text);
  if (!parsed.ok) return err(`the dossier cannot be read: ${parsed.error.message}`);
  const dossier = parsed.value;
  const keyed = hasKeys(dossier, [...KEYS, 'identity'].sort());
  if (!(keyed || hasKeys(dossier, KEYS)) || dossier.format !== DOSSIER_FORMAT)
    return err('this is not a dossier of a run');
  if (dossier.version !== (keyed ? 2 : 1))
    return err(`version ${canonicalJson(dossier.version)} of the dossier is unknown`);
  const { agent, run, checkpoint, entries, sources } = dossier;
  const identity = keyed ? dossier.identity : [];
  const shaped =
    typeof agent === 'string' &&
    typeof run === 'string' &&
    typeof checkpoint === 'string' &&
    Array.isArray(entries) &&
    Array.isArray(sources) &&
    Array.isArray(identity) &&
    [...(entries as unknown[]), ...(sources as unknown[]), ...(identity as unknown[])].every((proved) =>
      hasKeys(proved, ['entry', 'inclusion', 'payload']),
    );
  return shaped ? ok(dossier as unknown as Dossier) : err('the dossier does not have the shape of one');
}

function openNote(
  tools: CheckTools,
  dossier: Dossier,
  trust: Trust,
): Result<{ readonly checkpoint: Checkpoint; readonly book: KeyBook; readonly cosignatures: Cosignatures }, string> {
  const opened = openKeyed(tools, dossier);
  if (!opened.ok) return opened;
  const cosignatures = cosignaturesOf(tools, dossier.checkpoint, opened.value.checkpoint.size, trust);
  return cosignatures.ok ? ok({ ...opened.value, cosignatures: cosignatures.value }) : cosignatures;
}

type Cosignatures = readonly FoundCosignature[];

function cosignaturesOf(
  tools: CheckTools,
  note: string,
  size: number,
  { witnesses = [] }: Trust,
): Result<Cosignatures, string> {
  const found = cosignaturesOn(tools.sha256, tools.verifyEd25519, witnesses, note);
  if (!found.ok) return err('a cosignature on the checkpoint does not hold');
  return ok(
    found.value.map(({ name, time, publicKey: key }) => ({
      name,
      time,
      size,
      trusted: witnesses.some((witness) => witness.name === name && equalBytes(witness.publicKey, key)),
    })),
  );
}

/** Each entry is in the tree with what it says; the run's stand without a gap, and with their payloads. */
function entriesFault(tools: CheckTools, dossier: Dossier, checkpoint: Checkpoint): EntryFault | null {
  let next: number | null = null;
  for (const proved of dossier.entries) {
    const { entry, inclusion, payload } = proved;
    const checked =
      payload === null
        ? checkIncluded(tools, proved, checkpoint)
        : checkProvedEntry(tools, { entry, inclusion, payload }, checkpoint);
    if (!checked.ok) return checked.error;
    const { sequence, run } = checked.value;
    if (next !== null && sequence !== next)
      return {
        sequence: next,
        why: `entry ${String(next)} is left out: entry ${String(sequence)} stands in its place`,
      };
    if ((run === dossier.run) !== (payload !== null))
      return {
        sequence,
        why: `entry ${String(sequence)} ${run === dossier.run ? 'is without what it says' : 'is of another run'}`,
      };
    next = sequence + 1;
  }
  for (const proved of dossier.sources) {
    const checked = checkProvedEntry(tools, proved, checkpoint);
    if (!checked.ok) return checked.error;
    if (checked.value.type !== 'source.imported' || importedSource(proved.payload.value) === null)
      return {
        sequence: checked.value.sequence,
        why: `entry ${String(checked.value.sequence)} is not the import of a file`,
      };
  }
  return null;
}

/** What the run's own entries say: those of others have no payload here. */
function factsOf(entries: readonly DossierEntry[]): LoggedFact[] {
  return entries.flatMap(({ entry, payload }) => (payload === null ? [] : [{ entry, value: payload.value }]));
}

/** An anchor of the same size must be the same head; of other sizes only an export can tell. */
function vouchedFor(
  tools: CheckTools,
  agent: AgentId,
  book: KeyBook,
  checkpoint: Checkpoint,
  cosignatures: Cosignatures,
  trust: Trust,
): Result<Vouched | null, string> {
  const witnessed = cosignatures
    .filter(({ trusted }) => trusted)
    .map(({ name, size, time }) => ({ size, time, by: name }));
  const byWitness = furthest(null, ...witnessed);
  if (!trust.anchor) return ok(byWitness);
  const anchored = openByBook(tools, agent, book, trust.anchor);
  if (!anchored.ok || !cosignaturesOf(tools, trust.anchor, anchored.value.size, trust).ok)
    return err("the anchor is not a checkpoint signed by this dossier's agent");
  const anchor = anchored.value;
  if (anchor.size !== checkpoint.size)
    return err(
      `the anchor covers ${String(anchor.size)} entries and the dossier ${String(checkpoint.size)}: compare an export with it`,
    );
  if (!equalBytes(anchor.root, checkpoint.root))
    return err('the journal was rewritten: its head is not the one the anchor signs');
  return ok(furthest({ size: anchor.size, time: null, by: null }, ...witnessed));
}
