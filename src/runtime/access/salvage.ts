import { openSignedBy } from '#core/audit/checkpoint.ts';
import { canonicalJson } from '#core/base/json.ts';
import { writeExportCheckpoint, writeExportEntry, writeExportHeader } from '#core/audit/export.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import type { Sequence, UnixMs } from '#core/base/ids.ts';
import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import { answerMarkdown } from '#core/tools/answer-markdown.ts';
import { isRunEvent, type Fact } from '../agent/facts.ts';
import { EMPTY_STATE, project, type AgentState } from '../agent/projection.ts';
import { journalOf, longestCopy } from '../backup/salvaged-parts.ts';
import type { SourceGate } from '../blobs/source-gate.ts';
import type { JournalReading } from '../journal/parts.ts';
import { knownKeys, nameOf } from '../journal/copies.ts';
import { openGroup, type ReadEntry } from '../journal/reader.ts';
import { KeyFinder } from '../journal/record-keys.ts';
import { type LostEntries, stretches } from '../journal/rescue-groups.ts';
import { heldFromCopies, type Withheld, withheldAmong } from '../proofs/withheld.ts';

export interface SalvagedFile {
  readonly path: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * What can still be read where the store is lost, or no copy can read some entries: the journal up to the first of these,
 * to be proved; what stands behind them apart, since nothing ties it to what was before; the answers in both, and every
 * file that can be opened. What is sealed stays, as far as what is left tells of seals. Nothing is changed.
 */
export async function* salvage(reading: JournalReading, blobs: SourceGate, now: UnixMs): AsyncIterable<SalvagedFile> {
  const last = await longestCopy(reading);
  const left = last === null ? NOTHING_LEFT : await readLeft(reading, last.firstSequence + last.count);
  const { state, lost, checkpoint } = left;
  const known = [...state.sources.values()];
  const held = await withheldAmong(left.groups, known, heldFromCopies);
  if (last !== null) {
    const agent = journalOf(last.checkpoint);
    const { proved, behind } = linesOf(reading, left, held);
    if (checkpoint !== null) {
      const size = lost[0]?.from ?? left.end;
      // Not sealed: the key that could is lost, too. The entries and the signed head are what they were.
      const header = writeExportHeader({ agent, createdAt: now, size, checkpoints: 1, version: 1 });
      const lines = [header, ...proved, writeExportCheckpoint(checkpoint, size)];
      yield file('journal.ndjson', concat(...lines.map(utf8)));
    }
    if (behind.length > 0) {
      const header = `${canonicalJson({ format: 'windhover-set-aside', version: 1, agent, lost })}\n`;
      yield file('journal-set-aside.ndjson', concat(...[header, ...behind].map(utf8)));
    }
  }
  for (const run of state.runs.values())
    if (run.answer !== null && !held.runs.has(run.id))
      yield file(`answers/${run.id}.md`, utf8(answerMarkdown(run.goal, run.answer)));
  const listed = await blobs.list().catch(() => []);
  const sealed = new Map(known.filter(heldFromCopies).map(({ id, path }) => [id, path]));
  // Where files were sealed, one that nothing tells of any more may be one of them.
  const anySealed = sealed.size > 0 || state.sealedFolders.length > 0;
  const files = listed.filter((id) => !sealed.has(id) && (state.sources.has(id) || !anySealed));
  for (const id of files) {
    const source = state.sources.get(id) ?? { path: `${id}.bin`, sample: false };
    const reader = blobs.readFor('owner', () => source);
    yield { path: `files/${source.path}`, bytes: chunks(reader, id) };
  }
  const stays = listed.length - files.length;
  yield file('README.txt', utf8(salvageText(left, files.length) + staysText(stays, lost)));
}

/** The journal as far as any copy can read it. */
interface JournalLeft {
  /** What its entries tell, as far as they fit together. */
  readonly state: AgentState;
  readonly groups: readonly GroupLeft[];
  /** The last head that was signed over the entries up to the first that is lost. */
  readonly checkpoint: string | null;
  readonly lost: readonly LostEntries[];
  readonly end: number;
  readonly entries: number;
  readonly readable: number;
  /** Entries behind what is lost, and those of them under a head that a key of this device signed. */
  readonly aside: number;
  readonly signed: number;
}

interface GroupLeft {
  readonly entries: readonly ReadEntry[];
  readonly checkpoint: string;
  readonly end: number;
  /** Behind what is lost: whether a key of this device signed its head. Null for one that can be proved. */
  readonly signed: boolean | null;
}

const NOTHING_LEFT: JournalLeft = {
  ...{ state: EMPTY_STATE, groups: [], checkpoint: null, lost: [], end: 0 },
  ...{ entries: 0, readable: 0, aside: 0, signed: 0 },
};

async function readLeft(reading: JournalReading, size: number): Promise<JournalLeft> {
  const keys = new KeyFinder(reading);
  const groups: GroupLeft[] = [];
  const lost: LostEntries[] = [];
  let left = NOTHING_LEFT;
  for await (const stretch of stretches(reading.legs, 0, size)) {
    if (stretch.lost !== null) lost.push(stretch.lost);
    for (const group of stretch.groups) {
      const entries = await openGroup(reading, keys, group, left.end, size);
      let { state, checkpoint, aside, signed } = left;
      for (const { entry, payload } of entries)
        if (payload !== null) state = folded(state, payload.value as unknown as Fact, entry.sequence);
      const bySelf = lost.length === 0 ? null : await isSignedHere(reading, group.checkpoint);
      if (bySelf === null) checkpoint = group.checkpoint;
      else [aside, signed] = [aside + entries.length, signed + (bySelf ? entries.length : 0)];
      const end = group.firstSequence + group.count;
      groups.push({ entries, checkpoint: group.checkpoint, end, signed: bySelf });
      const readable = left.readable + entries.filter(({ payload }) => payload !== null).length;
      left = { ...left, state, checkpoint, end, entries: left.entries + entries.length, readable, aside, signed };
    }
  }
  return { ...left, groups, lost };
}

interface Lines {
  /** Of an export: entries up to the first that is lost. */
  readonly proved: readonly string[];
  /** For what stands behind: entries, and after each group the head that was signed with it. */
  readonly behind: readonly string[];
}

function linesOf({ tools }: JournalReading, { groups }: JournalLeft, held: Withheld): Lines {
  const [proved, behind]: [string[], string[]] = [[], []];
  for (const { entries, checkpoint, end, signed } of groups) {
    for (const { entry, text, payload, missing } of entries) {
      const kept = held.entries.has(entry.sequence) ? 'withheld' : missing === 'destroyed' ? missing : payload;
      (signed === null ? proved : behind).push(writeExportEntry(tools.sha256, text, kept));
    }
    if (signed !== null) behind.push(`${canonicalJson({ checkpoint, signed, size: end })}\n`);
  }
  return { proved, behind };
}

/** Whether a key that this device knows of signed this head. What it was signed over cannot be checked. */
async function isSignedHere(reading: JournalReading, checkpoint: string): Promise<boolean> {
  const { keys = [], own = [] } = await knownKeys(reading);
  const signers = [...keys.map(({ agent }) => agent), ...own];
  const names = [nameOf(reading, checkpoint)];
  return signers.some((signer) => openSignedBy(reading.tools, names, signer, checkpoint).ok);
}

/** What came of it, in plain language. */
function salvageText({ entries, readable, lost, aside, signed }: JournalLeft, files: number): string {
  const lines = [
    'What could still be read',
    '',
    `Entries of the journal: ${String(entries)}, of which ${String(readable)} can be opened.`,
    `Files that can be opened: ${String(files)}.`,
    '',
  ];
  if (entries > aside)
    lines.push(
      'journal.ndjson holds the entries and the last head that was signed for them: the verifier page checks it.',
      '',
    );
  if (lost.length > 0) {
    const ranges = lost.map(({ from, to }) =>
      to - from === 1 ? String(from) : `${String(from)} to ${String(to - 1)}`,
    );
    lines.push(`No copy can read these entries any more: ${ranges.join(', ')}.`);
    if (aside > 0)
      lines.push(
        `The ${String(aside)} that stand behind them are set aside in journal-set-aside.ndjson. Each is read from its own`,
        `bytes, and ${String(signed)} of them stand under heads that this device signed; but without what is lost nobody can prove`,
        'that nothing was changed in between.',
      );
    lines.push('');
  }
  if (readable === 0 && files === 0)
    lines.push(
      'Nothing else can be opened. The vault opened by itself in this browser, with a key that lay only in the part that',
      'is lost: the browser lets nobody copy it. With a passphrase, a passkey or a recovery code a second copy of the',
      'vault’s key would be left. A backup, if you made one, can be restored.',
      '',
    );
  return lines.join('\n');
}

/** What is not in it, in plain language; '' where nothing tells of a seal. */
function staysText(stays: number, lost: readonly LostEntries[]): string {
  const lines: string[] = [];
  if (stays > 0)
    lines.push(
      'Left out because you sealed it, or because it may be sealed',
      '',
      `${String(stays)} ${stays === 1 ? 'file' : 'files'}, and what was made of sealed files. They are still on this device: bring the vault back`,
      'there first, and take the seal off where you want a file in an export.',
      '',
    );
  if (lost.length > 0)
    lines.push(
      'If you sealed a file in an entry that is lost, nothing tells of that any more: look through this before you give',
      'it to anybody.',
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
