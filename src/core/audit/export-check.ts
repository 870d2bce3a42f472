import type { UnixMs } from '../base/ids.ts';
import { equalBytes, hex } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';
import { type AgentId, publicKeyOf } from '../identity/did-key.ts';
import { type Checkpoint, checkpointKey, openCheckpoint } from './checkpoint.ts';
import { entryHash } from './entry.ts';
import { type ExportHeader, type ExportLine, readExportHeader, readExportLine } from './export.ts';
import { checkCheckpoint, checkEntry, type CheckTools, type JournalCheck, startCheck } from './journal-check.ts';
import { frontierRoot } from './merkle.ts';

/** What is known of an export, and the first thing wrong with it. */
export interface ExportReport {
  /** Nothing in the file is wrong. Says nothing of entries after the last checkpoint. */
  readonly ok: boolean;
  /** Whose journal it is, by the header; the signatures are checked against this key. */
  readonly agent: AgentId | null;
  /** Entries proved, from the first: sequences 0 to verifiedUpTo - 1. */
  readonly verifiedUpTo: number;
  /** Time of the last entry proved, as the device's clock said. */
  readonly provedAt: UnixMs | null;
  /** Entries read. */
  readonly size: number;
  /** Entries read that no checkpoint covers: unproved. */
  readonly afterCheckpoint: number;
  /** Payloads that are there, each found to be what its entry commits to. */
  readonly payloads: number;
  readonly checkpoints: number;
  /** Size of the anchor the export was found to agree with; null without one. */
  readonly anchoredAt: number | null;
  readonly firstBad: ExportFault | null;
}

export interface ExportFault {
  /** The entry that is wrong, or the first that is not proved for it; null when the fault is before any entry. */
  readonly sequence: number | null;
  /** Line of the file, from 1. */
  readonly line: number;
  readonly why: string;
}

/** The state between two lines of an export. */
export interface ExportCheck {
  /** Lines read. */
  readonly line: number;
  /** An earlier checkpoint, kept elsewhere, that the export must agree with: without one, a rewritten journal passes. */
  readonly anchor: string | null;
  readonly open: OpenExport | null;
  readonly firstBad: ExportFault | null;
}

interface OpenExport {
  readonly header: ExportHeader;
  readonly journal: JournalCheck;
  readonly payloads: number;
  readonly checkpoints: number;
  readonly anchor: Checkpoint | null;
  readonly anchored: boolean;
}

/** Verifies a whole export. @param lines without their newlines; null where bytes were not UTF-8 */
export function verifyExport(
  lines: Iterable<string | null>,
  tools: CheckTools,
  anchor: string | null = null,
): ExportReport {
  let check = startExportCheck(anchor);
  for (const line of lines) check = checkExportLine(tools, check, line);
  return endExportCheck(check);
}

export function startExportCheck(anchor: string | null): ExportCheck {
  return { line: 0, anchor, open: null, firstBad: null };
}

/** Checks the next line; after the first bad one nothing is read any more. */
export function checkExportLine(tools: CheckTools, check: ExportCheck, text: string | null): ExportCheck {
  if (check.firstBad !== null) return check;
  const line = check.line + 1;
  const next =
    text === null
      ? fault(check.open?.journal.frontier.size ?? null, 'the line is not UTF-8 text')
      : check.open === null
        ? openExport(tools, text, check.anchor)
        : continueExport(tools, check.open, text);
  return next.ok ? { ...check, line, open: next.value } : { ...check, line, firstBad: { ...next.error, line } };
}

export function endExportCheck(check: ExportCheck): ExportReport {
  const { open } = check;
  const missing = check.firstBad === null ? missingAtEnd(open) : null;
  const firstBad = missing === null ? check.firstBad : { ...missing, line: check.line + 1 };
  const proved = open?.journal.proved ?? null;
  const size = open?.journal.frontier.size ?? 0;
  return {
    ok: firstBad === null,
    agent: open?.header.agent ?? null,
    verifiedUpTo: proved?.size ?? 0,
    provedAt: proved?.time ?? null,
    size,
    afterCheckpoint: size - (proved?.size ?? 0),
    payloads: open?.payloads ?? 0,
    checkpoints: open?.checkpoints ?? 0,
    anchoredAt: open?.anchored === true ? (open.anchor?.size ?? null) : null,
    firstBad,
  };
}

/**
 * The verdict in words: "proved up to N at T; unproved after that".
 * @param formatTime how to write a time for the reader
 */
export function describeExport(report: ExportReport, formatTime: (time: UnixMs) => string): string {
  const { verifiedUpTo, provedAt, firstBad, afterCheckpoint } = report;
  const time = provedAt === null ? '' : ` at ${formatTime(provedAt)}`;
  const proved =
    verifiedUpTo === 0 ? 'Nothing is proved' : `Proved up to ${String(verifiedUpTo)}${time}; unproved after that`;
  if (firstBad !== null) {
    const place = firstBad.sequence === null ? 'Bad' : `First bad entry: ${String(firstBad.sequence)},`;
    return `${proved}. ${place} line ${String(firstBad.line)}: ${firstBad.why}.`;
  }
  if (afterCheckpoint === 0) return `${proved} (no entries follow).`;
  return `${proved} (${afterCheckpoint === 1 ? '1 entry follows' : `${String(afterCheckpoint)} entries follow`}).`;
}

type Fault = Omit<ExportFault, 'line'>;

function openExport(tools: CheckTools, text: string, anchorNote: string | null): Result<OpenExport, Fault> {
  const header = readExportHeader(text);
  if (!header.ok) return fault(null, header.error);
  const journal = startCheck(header.value.agent);
  const anchor = anchorNote === null ? ok(null) : openAnchor(tools, header.value, anchorNote);
  if (!anchor.ok) return anchor;
  return meetAnchor(tools, {
    header: header.value,
    journal,
    payloads: 0,
    checkpoints: 0,
    anchor: anchor.value,
    anchored: false,
  });
}

function openAnchor(tools: CheckTools, header: ExportHeader, note: string): Result<Checkpoint, Fault> {
  const publicKey = publicKeyOf(header.agent);
  if (!publicKey.ok) return fault(null, 'the agent is not named by a did:key of an Ed25519 key');
  const opened = openCheckpoint(tools.sha256, tools.verifyEd25519, checkpointKey(publicKey.value), note);
  return opened.ok ? opened : fault(null, "the anchor is not a checkpoint signed by this export's agent");
}

function continueExport(tools: CheckTools, open: OpenExport, text: string): Result<OpenExport, Fault> {
  const sequence = open.journal.frontier.size;
  const line = readExportLine(text);
  if (!line.ok) return fault(sequence, `the line of entry ${String(sequence)} cannot be read: ${line.error}`);
  return line.value.kind === 'entry'
    ? nextEntry(tools, open, sequence, line.value)
    : nextCheckpoint(tools, open, line.value);
}

function nextEntry(
  tools: CheckTools,
  open: OpenExport,
  sequence: number,
  { text, leaf, payload }: ExportLine & { readonly kind: 'entry' },
): Result<OpenExport, Fault> {
  const checked = checkEntry(tools, open.journal, text, payload);
  if (!checked.ok) return fault(checked.error.sequence, checked.error.why);
  if (hex(entryHash(tools.sha256, text)) !== leaf)
    return fault(sequence, `entry ${String(sequence)} does not hash to its leaf: one of them was changed`);
  const payloads = open.payloads + (payload === null ? 0 : 1);
  return meetAnchor(tools, { ...open, journal: checked.value, payloads });
}

function nextCheckpoint(
  tools: CheckTools,
  open: OpenExport,
  { note, size }: ExportLine & { readonly kind: 'checkpoint' },
): Result<OpenExport, Fault> {
  const { journal } = open;
  if (size !== journal.frontier.size)
    return fault(
      journal.frontier.size,
      `a checkpoint of ${String(size)} entries stands after ${String(journal.frontier.size)}`,
    );
  const checked = checkCheckpoint(tools, journal, note);
  if (!checked.ok) return fault(checked.error.sequence, checked.error.why);
  return ok({ ...open, journal: checked.value, checkpoints: open.checkpoints + 1 });
}

/** When as many entries are read as the anchor covers, their root must be the anchor's. */
function meetAnchor(tools: CheckTools, open: OpenExport): Result<OpenExport, Fault> {
  const { anchor, journal } = open;
  if (anchor?.size !== journal.frontier.size) return ok(open);
  if (equalBytes(frontierRoot(tools.sha256, journal.frontier), anchor.root)) return ok({ ...open, anchored: true });
  const before = String(anchor.size);
  return fault(0, `the journal was rewritten: its first ${before} entries are not those the anchor signs`);
}

function missingAtEnd(open: OpenExport | null): Fault | null {
  if (open === null) return { sequence: null, why: 'the file is empty' };
  const { header, journal, checkpoints, anchor, anchored } = open;
  const read = journal.frontier.size;
  if (anchor !== null && !anchored)
    return {
      sequence: read,
      why: `the anchor covers ${String(anchor.size)} entries and the export holds ${String(read)}`,
    };
  if (read !== header.size)
    return {
      sequence: read,
      why: `the header says ${String(header.size)} entries, and the file holds ${String(read)}`,
    };
  if (checkpoints !== header.checkpoints)
    return {
      sequence: journal.proved?.size ?? 0,
      why: `the header says ${String(header.checkpoints)} checkpoints, and the file holds ${String(checkpoints)}`,
    };
  if ((journal.proved?.size ?? 0) === 0 && read > 0) return { sequence: 0, why: 'no checkpoint signs the entries' };
  return null;
}

function fault(sequence: number | null, why: string): Result<never, Fault> {
  return err({ sequence, why });
}
