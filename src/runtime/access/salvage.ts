import { writeExportCheckpoint, writeExportEntry, writeExportHeader } from '#core/audit/export.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import type { Sequence, UnixMs } from '#core/base/ids.ts';
import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import { answerMarkdown } from '#core/tools/answer-markdown.ts';
import { isRunEvent, type Fact } from '../agent/facts.ts';
import { EMPTY_STATE, project, type AgentState } from '../agent/projection.ts';
import { endingWith, journalOf, longestCopy } from '../backup/salvaged-parts.ts';
import type { SourceGate } from '../blobs/source-gate.ts';
import type { JournalReading } from '../journal/parts.ts';
import { readGroups } from '../journal/reader.ts';

export interface SalvagedFile {
  readonly path: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * What can still be read where the store is lost: the longest copy of the journal with the contents whose keys are left,
 * the answers in it, and every file that can be opened. Nothing is changed.
 */
export async function* salvage(reading: JournalReading, blobs: SourceGate, now: UnixMs): AsyncIterable<SalvagedFile> {
  const last = await longestCopy(reading);
  let [entries, readable] = [0, 0];
  let state: AgentState = EMPTY_STATE;
  if (last !== null) {
    const ending = endingWith(reading, last);
    const { size } = ending;
    const lines: string[] = [];
    for await (const group of readGroups(ending)) {
      for (const { entry, text, payload, missing } of group.entries) {
        entries += 1;
        if (payload !== null) {
          readable += 1;
          state = folded(state, payload.value as unknown as Fact, entry.sequence);
        }
        lines.push(writeExportEntry(reading.tools.sha256, text, missing === 'destroyed' ? missing : payload));
      }
    }
    const agent = journalOf(last.checkpoint);
    // Not sealed: the key that could is lost, too. The entries and the signed head are what they were.
    lines.unshift(writeExportHeader({ agent, createdAt: now, size, checkpoints: 1, version: 1 }));
    lines.push(writeExportCheckpoint(last.checkpoint, size));
    yield file('journal.ndjson', concat(...lines.map(utf8)));
  }
  for (const run of state.runs.values())
    if (run.answer !== null) yield file(`answers/${run.id}.md`, utf8(answerMarkdown(run.goal, run.answer)));
  const files = await blobs.list().catch(() => []);
  for (const id of files) {
    const source = state.sources.get(id) ?? { path: `${id}.bin`, sample: false };
    const reader = blobs.readFor('owner', () => source);
    yield { path: `files/${source.path}`, bytes: chunks(reader, id) };
  }
  yield file('README.txt', utf8(salvageText({ entries, readable, files: files.length })));
}

/** What came of it, in plain language. */
function salvageText({ entries, readable, files }: { entries: number; readable: number; files: number }): string {
  const lines = [
    'What could still be read',
    '',
    `Entries of the journal: ${String(entries)}, of which ${String(readable)} can be opened.`,
    `Files that can be opened: ${String(files)}.`,
    '',
  ];
  if (entries > 0)
    lines.push(
      'journal.ndjson holds the entries and the last head that was signed for them: the verifier page checks it.',
      '',
    );
  if (readable === 0 && files === 0)
    lines.push(
      'Nothing else can be opened. The vault opened by itself in this browser, with a key that lay only in the part that',
      'is lost: the browser lets nobody copy it. With a passphrase, a passkey or a recovery code a second copy of the',
      'vault’s key would be left. A backup, if you made one, can be restored.',
      '',
    );
  return lines.join('\n');
}

/** Facts after one that cannot be read may not fit: then what they say is in the journal only. */
function folded(state: AgentState, fact: Fact, sequence: number): AgentState {
  try {
    return project(state, fact, sequence as Sequence).state;
  } catch (error) {
    if (isRunEvent(fact)) return state;
    throw error;
  }
}

function file(path: string, bytes: Uint8Array): SalvagedFile {
  return { path, bytes: one(bytes) };
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function* chunks(
  reader: ReturnType<SourceGate['readFor']>,
  id: Parameters<typeof reader.read>[0],
): AsyncIterable<Uint8Array> {
  for (let at = 0; ; at += BLOB_CHUNK_BYTES) {
    const read = await reader.read(id, at, at + BLOB_CHUNK_BYTES);
    if (read.ok && read.value.length > 0) yield read.value;
    if (!read.ok || read.value.length < BLOB_CHUNK_BYTES) return;
  }
}
