import { writeExportCheckpoint, writeExportEntry, writeExportHeader } from '#core/audit/export.ts';
import { entryHash, type Payload } from '#core/audit/entry.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import { encodeSentenceProof, makeSentenceProof, type JournalRecord } from '#core/audit/sentence-proof.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import type { RunId, UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import { readGroups } from '../journal/reader.ts';
import type { JournalReading } from '../journal/parts.ts';

/** The acknowledged journal as one file that verifies without the app (core/audit/export.ts). */
export async function exportJournal(
  parts: JournalReading,
  agent: AgentId,
  createdAt: UnixMs,
  withPayloads: boolean,
): Promise<Uint8Array> {
  const size = (await parts.store.head())?.size ?? 0;
  const pieces: Uint8Array[] = [];
  let written = 0;
  let checkpoint: { note: string; size: number } | null = null;
  for await (const group of readGroups(parts)) {
    if (group.size > size) break;
    for (const { text, payload } of group.entries)
      pieces.push(utf8(writeExportEntry(parts.tools.sha256, text, withPayloads ? payload : null)));
    written = group.size;
    checkpoint = { note: group.checkpoint, size: group.size };
  }
  const header = writeExportHeader({ agent, createdAt, size: written, checkpoints: checkpoint === null ? 0 : 1 });
  if (checkpoint !== null) pieces.push(utf8(writeExportCheckpoint(checkpoint.note, checkpoint.size)));
  return concat(utf8(header), ...pieces);
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
