import { checkpointKey } from '#core/audit/checkpoint.ts';
import {
  appendExportLine,
  writeExportCheckpoint,
  writeExportEntry,
  writeExportHeader,
  writeExportSeal,
} from '#core/audit/export.ts';
import { EMPTY_FRONTIER } from '#core/audit/merkle.ts';
import { entryHash, type Payload } from '#core/audit/entry.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import { encodeSentenceProof, makeSentenceProof, type JournalRecord } from '#core/audit/sentence-proof.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import type { RunId, UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import { readGroups } from '../journal/reader.ts';
import type { Signer } from '#ports/crypto.ts';
import type { JournalReading } from '../journal/parts.ts';

/** What exporting needs beside reading: the seal over the file is signed. */
export type ExportingParts = JournalReading & { readonly signer: Signer };

/** The acknowledged journal as one file that verifies without the app (core/audit/export.ts). */
export async function exportJournal(
  parts: ExportingParts,
  agent: AgentId,
  createdAt: UnixMs,
  withPayloads: boolean,
): Promise<Uint8Array> {
  const { sha256 } = parts.tools;
  const size = (await parts.store.head())?.size ?? 0;
  const lines: string[] = [];
  let written = 0;
  let checkpoint: { note: string; size: number } | null = null;
  for await (const group of readGroups(parts)) {
    if (group.size > size) break;
    for (const { text, payload } of group.entries)
      lines.push(writeExportEntry(sha256, text, withPayloads ? payload : null));
    written = group.size;
    checkpoint = { note: group.checkpoint, size: group.size };
  }
  const checkpoints = checkpoint === null ? 0 : 1;
  lines.unshift(writeExportHeader({ agent, createdAt, size: written, checkpoints, version: 2 }));
  if (checkpoint !== null) lines.push(writeExportCheckpoint(checkpoint.note, checkpoint.size));
  const frontier = lines.reduce((sum, line) => appendExportLine(sha256, sum, line.slice(0, -1)), EMPTY_FRONTIER);
  lines.push(await writeExportSeal(sha256, frontier, checkpointKey(parts.signer.publicKey), parts.signer.sign));
  return concat(...lines.map(utf8));
}

/** One sentence of a finished run with its chain down to the signed checkpoint. @returns an error in words for people */
export async function proveClaim(
  parts: JournalReading,
  agent: AgentId,
  run: RunId,
  claim: string,
): Promise<Result<Uint8Array, string>> {
  const leaves: Uint8Array[] = [];
  const imported: JournalRecord[] = [];
  let answer: JournalRecord | null = null;
  let checkpoint = '';
  for await (const group of readGroups(parts)) {
    checkpoint = group.checkpoint;
    for (const { entry, text, payload } of group.entries) {
      leaves.push(entryHash(parts.tools.sha256, text));
      if (entry.type === 'source.imported' && payload) imported.push({ text, payload });
      if (entry.type === 'answer.verified' && entry.run === run) answer = recordOf(text, payload) ?? answer;
    }
  }
  if (answer === null) return err('This run has no verified answer in the journal, or its contents were destroyed.');
  const tree = merkleTree(parts.tools.sha256, leaves);
  const proof = makeSentenceProof(parts.tools.sha256, { agent, claim, answer, imported, tree, checkpoint });
  return proof.ok ? ok(utf8(encodeSentenceProof(proof.value))) : err(`This sentence cannot be proved: ${proof.error}.`);
}

function recordOf(text: string, payload: Payload | null): JournalRecord | null {
  return payload === null ? null : { text, payload };
}
