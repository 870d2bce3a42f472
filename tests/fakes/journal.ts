import { sha256 } from '#adapters/noble/sha256.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { Epoch, RunId, Sequence, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { journalKey, signCheckpoint } from '#core/audit/checkpoint.ts';
import {
  appendExportLine,
  writeExportCheckpoint,
  writeExportEntry,
  writeExportHeader,
  writeExportSeal,
} from '#core/audit/export.ts';
import { EMPTY_FRONTIER } from '#core/audit/merkle.ts';
import { encodeEntry, type Entry, entryFor, entryHash, type Payload } from '#core/audit/entry.ts';
import { merkleTree, rootAt } from '#core/audit/merkle-tree.ts';
import { type AgentId, agentIdOf } from '#core/identity/did-key.ts';
import type { Signer } from '#ports/crypto.ts';
import { seededSigner } from './seeded-signer.ts';

export const checkTools = { sha256, verifyEd25519 };

/** Verification is a pure function: what was judged once need not be computed again in thousands of runs. */
export function rememberingTools(): typeof checkTools {
  const judged = new Map<string, boolean>();
  const remembered: typeof verifyEd25519 = (publicKey, message, signature) => {
    const key = [publicKey, message, signature].map(hex).join();
    const known = judged.get(key) ?? verifyEd25519(publicKey, message, signature);
    judged.set(key, known);
    return known;
  };
  return { sha256, verifyEd25519: remembered };
}

/** A small signed journal, the same for the same seed: what the audit tests check, export and spoil. */
export interface TestJournal {
  readonly agent: AgentId;
  readonly signer: Signer;
  readonly entries: readonly Entry[];
  readonly texts: readonly string[];
  readonly payloads: readonly Payload[];
  readonly leafHashes: readonly Uint8Array[];
  readonly checkpointAt: (size: number) => Promise<string>;
}

export interface TestFact {
  readonly type: string;
  readonly value: Json;
  readonly run?: string | null;
}

export function testJournal(facts: readonly TestFact[], seed = 1): TestJournal {
  const signer = seededSigner(seed);
  const payloads = facts.map(({ value }, i) => ({ salt: sha256(utf8(`salt ${String(seed)} ${String(i)}`)), value }));
  const entries = facts.map(({ type, run = null }, i) =>
    entryFor(
      sha256,
      {
        sequence: i as Sequence,
        epoch: (1 + Math.floor(i / 4)) as Epoch,
        time: (1_763_700_000_000 + i * 1000) as UnixMs,
        type,
        run: run as RunId | null,
      },
      payloads[i] as Payload,
    ),
  );
  const texts = entries.map(encodeEntry);
  const leafHashes = texts.map((text) => entryHash(sha256, text));
  const tree = merkleTree(sha256, leafHashes);
  return {
    agent: agentIdOf(signer.publicKey),
    signer,
    entries,
    texts,
    payloads,
    leafHashes,
    checkpointAt: (size) => signCheckpoint(sha256, { size, root: rootAt(sha256, tree, size) }, signer),
  };
}

/** Plain facts with texts of several scripts, to fill a journal with. */
export function plainFacts(count: number): TestFact[] {
  const words = ['naïve', 'Größe', '漢字', '😀', 'plain'];
  return Array.from({ length: count }, (_, i) => ({
    type: i % 3 === 0 ? 'step.started' : 'step.finished',
    run: i % 3 === 0 ? 'run-1' : null,
    value: { step: `s${String(i)}`, text: words[i % words.length] ?? '', mark: hex(Uint8Array.of(i)) },
  }));
}

export interface TestExport {
  readonly withheld?: readonly number[];
  /** 1: without a seal, as the first exports were. */
  readonly version?: 1 | 2 | 3;
  /** Signature lines put under the checkpoint of this size. */
  readonly cosigned?: { readonly [size: number]: readonly string[] };
}

/** The export of a journal as bytes, with checkpoints after these sizes; payloads go along unless withheld. */
export async function exportBytes(
  journal: TestJournal,
  checkpoints: readonly number[],
  { withheld = [], version = 3, cosigned = {} }: TestExport = {},
): Promise<Uint8Array> {
  const size = journal.texts.length;
  const createdAt = 1_763_800_000_000 as UnixMs;
  const header = { agent: journal.agent, createdAt, size, checkpoints: checkpoints.length, version };
  const lines = [writeExportHeader(header)];
  for (const [i, text] of journal.texts.entries()) {
    const payload = withheld.includes(i) ? null : (journal.payloads[i] ?? null);
    lines.push(writeExportEntry(sha256, text, payload));
    if (!checkpoints.includes(i + 1)) continue;
    const note = (await journal.checkpointAt(i + 1)) + (cosigned[i + 1] ?? []).join('');
    lines.push(writeExportCheckpoint(note, i + 1));
  }
  return version === 1 ? utf8(lines.join('')) : utf8(lines.join('') + (await sealOf(journal, lines)));
}

/** The closing line over these lines, each with its newline. */
export function sealOf(journal: TestJournal, lines: readonly string[]): Promise<string> {
  const frontier = lines.reduce((sum, line) => appendExportLine(sha256, sum, line.slice(0, -1)), EMPTY_FRONTIER);
  return writeExportSeal(sha256, frontier, journalKey(journal.agent, journal.signer.publicKey), journal.signer.sign);
}
