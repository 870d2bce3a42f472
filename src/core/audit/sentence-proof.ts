import type { Sha256, UnixMs } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { base64, equalBytes, hex, utf8 } from '../base/bytes.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { AgentId } from '../identity/did-key.ts';
import { type CitedClaim, type CitedEvidence, citedClaim, importedSource } from './cited-claim.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { hasKeys, parseCanonical, parseEntry, type Payload, payloadJson } from './entry.ts';
import type { ExportRecord } from './export-contents.ts';
import type { CheckTools } from './check-tools.ts';
import { inclusionProof, type MerkleTree, rootAt } from './merkle-tree.ts';
import { checkProvedEntry, type ProvedEntry } from './proved-entry.ts';
import { openKeyed, proofOfKeys } from './proved-keys.ts';

/**
 * The proof of one sentence, version 1: canonical JSON that needs nothing else to be checked.
 *
 *     sentence -> evidence -> digest of the bytes and hash of the file -> journal entries -> signed checkpoint
 *
 * `answer` is the entry `answer.verified` whose payload holds the sentence with this evidence; `sources` are the entries
 * `source.imported` of the files cited, in the order they are cited first. It shows that this agent's journal holds all
 * that, not that a file says the truth. It carries the whole answer that the sentence is part of.
 */
export interface SentenceProof {
  readonly format: 'windhover-sentence-proof';
  /** 2: with `identity`, where the key of the journal changed. */
  readonly version: 1 | 2;
  readonly agent: AgentId;
  readonly claim: CitedClaim;
  readonly evidence: readonly CitedEvidence[];
  readonly answer: ProvedEntry;
  readonly sources: readonly ProvedEntry[];
  /** The entries that tell which key signs (proved-keys.ts). */
  readonly identity?: readonly ProvedEntry[];
  /** C2SP checkpoint note that all entries are proved to. */
  readonly checkpoint: string;
}

export interface JournalRecord {
  /** Canonical JSON of the entry. */
  readonly text: string;
  readonly payload: Payload;
}

export interface ProvedSentence {
  readonly ok: true;
  readonly agent: AgentId;
  readonly claim: CitedClaim;
  readonly evidence: readonly CitedEvidence[];
  /** Sequence and time of the answer's entry. */
  readonly answeredAt: { readonly sequence: number; readonly time: UnixMs };
  /** Entries under the checkpoint. */
  readonly size: number;
  readonly firstBad: null;
}

export type SentenceReport =
  | ProvedSentence
  | {
      readonly ok: false;
      readonly agent: AgentId | null;
      readonly claim: null;
      readonly evidence: readonly [];
      readonly answeredAt: null;
      readonly size: number | null;
      readonly firstBad: { readonly sequence: number | null; readonly why: string };
    };

export const SENTENCE_PROOF_FORMAT = 'windhover-sentence-proof';

/**
 * @param parts.claim id of the claim within the answer
 * @param parts.imported entries `source.imported`: those the claim cites are picked
 * @param parts.telling what the journal says of its keys
 * @param parts.tree the journal's tree, at least as large as the checkpoint
 * @returns an error in words for people
 */
export function makeSentenceProof(
  sha256: Sha256,
  parts: {
    readonly agent: AgentId;
    readonly claim: string;
    readonly answer: JournalRecord;
    readonly imported: readonly JournalRecord[];
    readonly telling?: readonly ExportRecord[];
    readonly tree: MerkleTree;
    readonly checkpoint: string;
  },
): Result<SentenceProof, string> {
  const { agent, tree } = parts;
  const checkpoint = readCheckpoint(parts.checkpoint);
  if (!checkpoint.ok || checkpoint.value.size > tree.size) return err('the checkpoint is not one of this journal');
  const { size, root } = checkpoint.value;
  if (!equalBytes(rootAt(sha256, tree, size), root)) return err('the journal is not what the checkpoint signs');
  const cited = citedClaim(parts.answer.payload.value, parts.claim);
  if (!cited.ok) return cited;

  const answer = prove(parts.answer);
  if (answer === null) return err('the answer is not under the checkpoint yet');
  const sources: ProvedEntry[] = [];
  for (const evidence of firstOfEachSource(cited.value.evidence)) {
    const record = parts.imported.find(({ payload }) => isImportOf(payload.value, evidence));
    const source = record === undefined ? null : prove(record);
    if (source === null) return err(`the import of ${evidence.file} is not in the journal`);
    sources.push(source);
  }
  const keys = proofOfKeys(parts.telling ?? [], size, (sequence) =>
    inclusionProof(sha256, tree, sequence, size).map(base64),
  );
  return ok({
    format: SENTENCE_PROOF_FORMAT,
    version: keys.identity === undefined ? 1 : 2,
    ...keys,
    agent,
    ...cited.value,
    answer,
    sources,
    checkpoint: parts.checkpoint,
  });

  function prove({ text, payload }: JournalRecord): ProvedEntry | null {
    const entry = parseEntry(text);
    if (!entry.ok || entry.value.sequence >= size) return null;
    const inclusion = inclusionProof(sha256, tree, entry.value.sequence, size).map(base64);
    return { entry: entry.value, payload: payloadJson(payload), inclusion };
  }
}

/** The file's text. */
export function encodeSentenceProof(proof: SentenceProof): string {
  return `${canonicalJson(proof)}\n`;
}

/** Follows the chain from the checkpoint down to the sentence; the first thing that does not hold ends it. */
export function verifySentenceProof(tools: CheckTools, text: string): SentenceReport {
  const nothing = { agent: null, claim: null, evidence: [] as const, answeredAt: null, size: null };
  const parsed = parseProof(text);
  if (!parsed.ok) return { ok: false, ...nothing, firstBad: { sequence: null, why: parsed.error } };
  const proof = parsed.value;
  const opened = openKeyed(tools, proof);
  if (!opened.ok) return { ok: false, ...nothing, agent: proof.agent, firstBad: { sequence: null, why: opened.error } };
  const { checkpoint } = opened.value;
  const { size } = checkpoint;
  const firstBad = firstFault(tools, proof, checkpoint);
  if (firstBad !== null) return { ok: false, ...nothing, agent: proof.agent, size, firstBad };
  const { sequence, time } = proof.answer.entry;
  const { agent, claim, evidence } = proof;
  return { ok: true, agent, claim, evidence, answeredAt: { sequence, time }, size, firstBad: null };
}

/**
 * Checks evidence against the file itself.
 * @param file the bytes of a file, whole
 * @returns what it shows, or why not; null when the file is another than the one cited
 */
export function checkSourceFile(
  sha256: Sha256,
  evidence: CitedEvidence,
  file: Uint8Array,
): Result<'bytes-are-quote' | 'bytes-match', string> | null {
  if (hex(sha256(file)) !== evidence.source) return null;
  const { start, end, digest, quote } = evidence;
  if (end > file.length) return err(`the file ends before byte ${String(end)}`);
  const bytes = file.subarray(start, end);
  if (hex(sha256(bytes)) !== digest) return err(`bytes ${String(start)} to ${String(end)} are not those cited`);
  return ok(equalBytes(bytes, utf8(quote)) ? 'bytes-are-quote' : 'bytes-match');
}

function parseProof(text: string): Result<SentenceProof, string> {
  const parsed = parseCanonical(text.endsWith('\n') ? text.slice(0, -1) : text);
  if (!parsed.ok) return err(`the proof cannot be read: ${parsed.error.message}`);
  const proof = parsed.value;
  const keys = ['agent', 'answer', 'checkpoint', 'claim', 'evidence', 'format', 'sources', 'version'];
  const keyed = hasKeys(proof, [...keys, 'identity'].sort());
  if (!(keyed || hasKeys(proof, keys)) || proof.format !== SENTENCE_PROOF_FORMAT)
    return err('this is not a proof of a sentence');
  if (proof.version !== (keyed ? 2 : 1)) return err(`version ${canonicalJson(proof.version)} of the proof is unknown`);
  const { agent, checkpoint, sources } = proof;
  const identity = keyed ? proof.identity : [];
  const lists = Array.isArray(sources) && Array.isArray(identity);
  const shaped = typeof agent === 'string' && typeof checkpoint === 'string' && lists;
  const entries = shaped ? [proof.answer, ...(sources as unknown[]), ...(identity as unknown[])] : [];
  return shaped && entries.every((proved) => hasKeys(proved, ['entry', 'inclusion', 'payload']))
    ? ok(proof as unknown as SentenceProof)
    : err('the proof does not have the shape of a proof of a sentence');
}

type Fault = Extract<SentenceReport, { ok: false }>['firstBad'];

function firstFault(tools: CheckTools, proof: SentenceProof, checkpoint: Checkpoint): Fault | null {
  for (const proved of [proof.answer, ...proof.sources]) {
    const checked = checkProvedEntry(tools, proved, checkpoint);
    if (!checked.ok) return checked.error;
  }
  return contentFault(proof);
}

/** The answer holds the sentence with this evidence, and each cited file was imported before it. */
function contentFault(proof: SentenceProof): Fault | null {
  const { sequence, type } = proof.answer.entry;
  if (type !== 'answer.verified') return { sequence, why: `entry ${String(sequence)} is no verified answer` };
  const id = hasKeys(proof.claim, ['basis', 'id', 'text']) ? proof.claim.id : '';
  const cited = citedClaim(proof.answer.payload.value, id);
  if (!cited.ok) return { sequence, why: cited.error };
  if (canonicalJson(cited.value.claim) !== canonicalJson(proof.claim))
    return { sequence, why: 'the sentence is not the one in the answer' };
  if (canonicalJson(cited.value.evidence) !== canonicalJson(proof.evidence))
    return { sequence, why: 'the evidence is not what the answer gives for the sentence' };
  const files = firstOfEachSource(cited.value.evidence);
  if (files.length !== proof.sources.length)
    return { sequence, why: `the sentence cites ${String(files.length)} files, not ${String(proof.sources.length)}` };
  for (const [i, evidence] of files.entries()) {
    const imported = proof.sources[i];
    assert(imported !== undefined, 'there is an import for each file cited');
    const { entry, payload } = imported;
    if (entry.type !== 'source.imported' || !isImportOf(payload.value, evidence))
      return { sequence: entry.sequence, why: `entry ${String(entry.sequence)} is not the import of ${evidence.file}` };
    if (entry.sequence > sequence)
      return { sequence: entry.sequence, why: `${evidence.file} was imported after the answer was given` };
  }
  return null;
}

function firstOfEachSource(evidence: readonly CitedEvidence[]): CitedEvidence[] {
  return evidence.filter(({ source }, i) => evidence.findIndex((other) => other.source === source) === i);
}

function isImportOf(value: Json, evidence: CitedEvidence): boolean {
  const source = importedSource(value);
  return source !== null && source.id === evidence.source && source.path === evidence.file;
}
