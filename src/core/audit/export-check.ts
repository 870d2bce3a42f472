import { assert } from '../base/assert.ts';
import { equalBytes, hex } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';
import { type AgentId, publicKeyOf } from '../identity/did-key.ts';
import {
  type Checkpoint,
  journalKey,
  openCheckpoint,
  openSignedBy,
  ORIGIN_PREFIX,
  originOf,
  readCheckpoint,
} from './checkpoint.ts';
import { cosignaturesOn, keyInName } from './cosignature.ts';
import { journalNames, keyInForce, type SigningKeyUse, tellsOfKeys } from './signing-keys.ts';
import { entryHash, parseEntry } from './entry.ts';
import {
  appendExportLine,
  type ExportHeader,
  type ExportLine,
  readExportHeader,
  readExportLine,
  sealText,
} from './export.ts';
import {
  type ExportFault,
  type ExportReport,
  type FoundCosignature,
  furthest,
  type Trust,
  type Vouched,
} from './export-report.ts';
import type { CheckTools } from './check-tools.ts';
import { checkCheckpoint, checkEntry, type JournalCheck, startCheck } from './journal-check.ts';
import { EMPTY_FRONTIER, type Frontier, frontierRoot } from './merkle.ts';
import { openNote } from './note.ts';

/** The state between two lines of an export. */
export interface ExportCheck {
  /** Lines read. */
  readonly line: number;
  readonly trust: Trust;
  readonly open: OpenExport | null;
  readonly firstBad: ExportFault | null;
}

/** What reading files needs beside checking. */
export interface FileTools extends CheckTools {
  /** The lines of a file as text, null for one that is not UTF-8; a last newline ends the last line. */
  readonly lines: (bytes: Uint8Array) => Iterable<string | null>;
}

const NEWLINE = 0x0a;

interface OpenExport {
  readonly header: ExportHeader;
  readonly journal: JournalCheck;
  readonly payloads: number;
  readonly missing: ExportReport['missing'];
  readonly checkpoints: number;
  readonly anchor: Anchor | null;
  readonly cosignatures: readonly FoundCosignature[];
  readonly vouched: Vouched | null;
  /** Each key that signed heads, with the largest. */
  readonly uses: readonly { readonly agent: AgentId; readonly size: number }[];
  /** What an entry says about keys is not in the file. */
  readonly withheld: boolean;
  readonly lines: Frontier;
  readonly sealed: boolean;
}

interface Anchor {
  readonly note: string;
  readonly checkpoint: Checkpoint;
  /** Under another name than the export's: by an earlier key of the agent, if the entries agree. */
  readonly foreign: boolean;
  readonly cosignatures: readonly FoundCosignature[];
  readonly met: boolean;
}

/** Verifies a whole export. @param lines without their newlines; null where bytes were not UTF-8 */
export function verifyExport(lines: Iterable<string | null>, tools: CheckTools, trust: Trust = {}): ExportReport {
  let check = startExportCheck(trust);
  for (const line of lines) check = checkExportLine(tools, check, line);
  return endExportCheck(tools, check);
}

/** Verifies the bytes of an export: a last line without its end was cut. */
export function verifyExportFile(tools: FileTools, bytes: Uint8Array, trust: Trust = {}): ExportReport {
  const report = verifyExport(tools.lines(bytes), tools, trust);
  if (!report.ok || bytes.at(-1) === NEWLINE) return report;
  const firstBad = { sequence: report.size, line: report.lines, why: 'the last line has no end: the file was cut' };
  return { ...report, ok: false, firstBad };
}

export function startExportCheck(trust: Trust): ExportCheck {
  return { line: 0, trust, open: null, firstBad: null };
}

/** Checks the next line; after the first bad one nothing is read any more. */
export function checkExportLine(tools: CheckTools, check: ExportCheck, text: string | null): ExportCheck {
  if (check.firstBad !== null) return check;
  const line = check.line + 1;
  const next =
    text === null
      ? fault(check.open?.journal.frontier.size ?? null, 'the line is not UTF-8 text')
      : check.open === null
        ? openExport(tools, text, check.trust)
        : continueExport(tools, check.open, text, check.trust);
  return next.ok ? { ...check, line, open: next.value } : { ...check, line, firstBad: { ...next.error, line } };
}

export function endExportCheck(tools: CheckTools, check: ExportCheck): ExportReport {
  const { open } = check;
  const missing = check.firstBad === null ? missingAtEnd(tools, open) : null;
  const firstBad = missing === null ? check.firstBad : { ...missing, line: check.line + 1 };
  const proved = open?.journal.proved ?? null;
  const size = open?.journal.frontier.size ?? 0;
  return {
    ok: firstBad === null,
    agent: open?.header.agent ?? null,
    verifiedUpTo: proved?.size ?? 0,
    provedAt: proved?.time ?? null,
    size,
    lines: check.line,
    afterCheckpoint: size - (proved?.size ?? 0),
    payloads: open?.payloads ?? 0,
    missing: open?.missing ?? NONE_MISSING,
    checkpoints: open?.checkpoints ?? 0,
    anchoredAt: open?.anchor?.met === true ? open.anchor.checkpoint.size : null,
    cosignatures: open?.cosignatures ?? [],
    vouched: open?.vouched ?? null,
    keys: open === null ? [] : judgedUses(open),
    signer: open === null ? null : keyInForce(open.journal.book.keys, size).agent,
    identity: open?.journal.book.identity ?? null,
    records: open?.journal.book.records ?? [],
    keysWithheld: open?.withheld ?? false,
    sealed: open?.sealed ?? false,
    firstBad,
  };
}

type Fault = Omit<ExportFault, 'line'>;

const NONE_MISSING = { destroyed: 0, withheld: 0 };

function openExport(tools: CheckTools, text: string, trust: Trust): Result<OpenExport, Fault> {
  const header = readExportHeader(text);
  if (!header.ok) return fault(null, header.error);
  const journal = startCheck(header.value.agent);
  const anchor = trust.anchor ? openAnchor(tools, header.value, trust.anchor, trust) : ok(null);
  if (!anchor.ok) return anchor;
  return meetAnchor(tools, {
    header: header.value,
    journal,
    payloads: 0,
    missing: NONE_MISSING,
    checkpoints: 0,
    anchor: anchor.value,
    cosignatures: [],
    vouched: null,
    uses: [],
    withheld: false,
    lines: appendExportLine(tools.sha256, EMPTY_FRONTIER, text),
    sealed: false,
  });
}

function openAnchor(tools: CheckTools, header: ExportHeader, note: string, trust: Trust): Result<Anchor, Fault> {
  const read = readCheckpoint(note);
  if (!read.ok) return fault(null, NOT_ITS_ANCHOR);
  const checkpoint = read.value;
  const foreign = checkpoint.origin !== originOf(header.agent);
  // An empty tree is the beginning of any journal.
  if (foreign && checkpoint.size === 0) return fault(null, NOT_ITS_ANCHOR);
  const cosignatures = findCosignatures(tools, note, checkpoint.size, trust);
  if (cosignatures === null) return fault(null, 'a cosignature on the anchor does not hold');
  return ok({ note, checkpoint, foreign, cosignatures, met: false });
}

const NOT_ITS_ANCHOR = "the anchor is not a checkpoint signed by this export's agent";

/** A checkpoint signed by the agent that its origin names, whichever that is. */
function openBySelf(tools: CheckTools, note: string, origin: string): AgentId | null {
  const key = keyInName(origin);
  const opened = key === null ? null : openCheckpoint(tools.sha256, tools.verifyEd25519, key, note);
  return opened?.ok === true ? (origin.slice(ORIGIN_PREFIX.length) as AgentId) : null;
}

/** Whether the key that was in force at that size signed it, as far as the entries read so far tell. */
function signedInForce(
  tools: CheckTools,
  journal: JournalCheck,
  { note, checkpoint: { size, origin } }: Pick<Anchor, 'note' | 'checkpoint'>,
): boolean {
  const key = keyInForce(journal.book.keys, size - 1);
  if (openSignedBy(tools, journalNames(journal.agent, journal.book), key.agent, note).ok) return true;
  // Without an identity only the entries can tell that an earlier key was this agent's.
  return journal.book.identity === null && openBySelf(tools, note, origin) !== null;
}

function continueExport(tools: CheckTools, open: OpenExport, text: string, trust: Trust): Result<OpenExport, Fault> {
  const sequence = open.journal.frontier.size;
  if (open.sealed) return fault(sequence, 'lines follow the seal');
  const line = readExportLine(text);
  if (!line.ok) return fault(sequence, `the line of entry ${String(sequence)} cannot be read: ${line.error}`);
  const next = nextLine(tools, open, sequence, line.value, trust);
  return next.ok ? ok({ ...next.value, lines: appendExportLine(tools.sha256, open.lines, text) }) : next;
}

function nextLine(
  tools: CheckTools,
  open: OpenExport,
  sequence: number,
  line: ExportLine,
  trust: Trust,
): Result<OpenExport, Fault> {
  switch (line.kind) {
    case 'entry':
      return nextEntry(tools, open, sequence, line);
    case 'checkpoint':
      return nextCheckpoint(tools, open, line, trust);
    case 'seal':
      return checkSeal(tools, open, sequence, line.note);
  }
}

function nextEntry(
  tools: CheckTools,
  open: OpenExport,
  sequence: number,
  { text, leaf, payload, missing: why }: ExportLine & { readonly kind: 'entry' },
): Result<OpenExport, Fault> {
  const checked = checkEntry(tools, open.journal, text, payload);
  if (!checked.ok) return fault(checked.error.sequence, checked.error.why);
  if (hex(entryHash(tools.sha256, text)) !== leaf)
    return fault(sequence, `entry ${String(sequence)} does not hash to its leaf: one of them was changed`);
  const unsound = checked.value.book.fault;
  if (unsound !== null)
    return fault(sequence, `a record of the identity in entry ${String(sequence)} does not hold: ${unsound}`);
  const payloads = open.payloads + (payload === null ? 0 : 1);
  const entry = parseEntry(text);
  const withheld = open.withheld || (payload === null && entry.ok && tellsOfKeys(entry.value.type));
  const missing = why === null ? open.missing : { ...open.missing, [why]: open.missing[why] + 1 };
  return meetAnchor(tools, { ...open, journal: checked.value, payloads, missing, withheld });
}

function nextCheckpoint(
  tools: CheckTools,
  open: OpenExport,
  { note, size }: ExportLine & { readonly kind: 'checkpoint' },
  trust: Trust,
): Result<OpenExport, Fault> {
  const { journal } = open;
  if (size !== journal.frontier.size)
    return fault(
      journal.frontier.size,
      `a checkpoint of ${String(size)} entries stands after ${String(journal.frontier.size)}`,
    );
  const read = readCheckpoint(note);
  const origin = read.ok ? read.value.origin : '';
  const unnamed = journal.book.identity === null && origin !== originOf(open.header.agent);
  const before = unnamed ? openBySelf(tools, note, origin) : null;
  const checked = checkCheckpoint(tools, journal, note, before === null ? 'signature' : 'root');
  if (!checked.ok) return fault(checked.error.sequence, checked.error.why);
  const found = findCosignatures(tools, note, size, trust);
  if (found === null) return fault(size, `a cosignature on the checkpoint of ${String(size)} entries does not hold`);
  const vouched = furthest(open.vouched, ...found.filter(({ trusted }) => trusted).map(vouchedBy));
  const cosignatures = [...open.cosignatures, ...found];
  const agent = before ?? keyInForce(journal.book.keys, size - 1).agent;
  const uses = [...open.uses.filter((use) => use.agent !== agent), { agent, size }];
  return ok({ ...open, journal: checked.value, checkpoints: open.checkpoints + 1, cosignatures, vouched, uses });
}

/** The seal is of the agent's key by now, over exactly the lines that were read. */
function checkSeal(tools: CheckTools, open: OpenExport, sequence: number, note: string): Result<OpenExport, Fault> {
  if (open.header.version === 1) return fault(sequence, 'an export of version 1 has no seal');
  const { agent, book, frontier } = open.journal;
  const publicKey = publicKeyOf(keyInForce(book.keys, frontier.size).agent);
  assert(publicKey.ok, 'only keys of agents come into force');
  const opened = openNote(tools.sha256, tools.verifyEd25519, journalKey(agent, publicKey.value), note);
  if (!opened.ok || opened.value.signatures.length !== 1) return fault(sequence, 'the seal is not signed by the agent');
  const missing = missingInside(open);
  if (missing !== null) return err(missing);
  if (opened.value.text !== sealText(tools.sha256, open.lines))
    return fault(sequence, 'the lines of the file are not those that were sealed: one was changed, added or left out');
  return ok({ ...open, sealed: true });
}

/** Null when one that claims a known key does not hold. */
function findCosignatures(
  tools: CheckTools,
  note: string,
  size: number,
  { witnesses = [] }: Trust,
): readonly FoundCosignature[] | null {
  const found = cosignaturesOn(tools.sha256, tools.verifyEd25519, witnesses, note);
  if (!found.ok) return null;
  return found.value.map(({ name, time, publicKey }) => {
    const trusted = witnesses.some((key) => key.name === name && equalBytes(key.publicKey, publicKey));
    return { name, size, time, trusted };
  });
}

function vouchedBy({ name, size, time }: FoundCosignature): Vouched {
  return { size, time, by: name };
}

/** Whether each key was the agent's own when it signed. Empty while the journal tells of no identity. */
function judgedUses({ uses, journal }: OpenExport): readonly SigningKeyUse[] {
  const { identity, keys } = journal.book;
  if (identity === null) return [];
  return uses.map(({ agent, size }) => {
    const key = keyInForce(keys, size - 1);
    return { agent, size, certified: key.agent === agent && key.certified };
  });
}

/** When as many entries are read as the anchor covers, their root must be the anchor's. */
function meetAnchor(tools: CheckTools, open: OpenExport): Result<OpenExport, Fault> {
  const { anchor, journal } = open;
  if (anchor?.checkpoint.size !== journal.frontier.size) return ok(open);
  const { size, root } = anchor.checkpoint;
  if (!signedInForce(tools, journal, anchor)) return fault(null, NOT_ITS_ANCHOR);
  if (!equalBytes(frontierRoot(tools.sha256, journal.frontier), root))
    return anchor.foreign
      ? fault(null, NOT_ITS_ANCHOR)
      : fault(0, `the journal was rewritten: its first ${String(size)} entries are not those the anchor signs`);
  const byWitness = anchor.cosignatures.filter(({ trusted }) => trusted).map(vouchedBy);
  const vouched = furthest(open.vouched, { size, time: journal.time, by: null }, ...byWitness);
  return ok({
    ...open,
    anchor: { ...anchor, met: true },
    cosignatures: [...open.cosignatures, ...anchor.cosignatures],
    vouched,
  });
}

function missingAtEnd(tools: CheckTools, open: OpenExport | null): Fault | null {
  if (open === null) return { sequence: null, why: 'the file is empty' };
  const { header, journal, anchor } = open;
  const read = journal.frontier.size;
  const unknown = anchor?.met === false && (anchor.foreign || !signedInForce(tools, journal, anchor));
  if (unknown) return { sequence: null, why: NOT_ITS_ANCHOR };
  if (anchor?.met === false)
    return {
      sequence: read,
      why: `the anchor covers ${String(anchor.checkpoint.size)} entries and the export holds ${String(read)}`,
    };
  const missing = missingInside(open);
  if (missing !== null) return missing;
  if (header.version >= 2 && !open.sealed)
    return { sequence: read, why: 'the last line is missing: the file was cut after it was written' };
  // The identity may have named it after it signed.
  const signer = keyInForce(journal.book.keys, (journal.proved?.size ?? 0) - 1);
  if (!signer.certified) return { sequence: signer.from, why: UNCERTIFIED };
  return journalNames(header.agent, journal.book).includes(header.agent) ? null : { sequence: null, why: OTHER_NAME };
}

const OTHER_NAME = 'the identity in the journal is not that of the agent whose journal the header says this is';
const UNCERTIFIED =
  "from here on a key signs that the identity in the journal does not name: the owner's root must certify it";

/** What the header promises and the lines read so far do not hold. */
function missingInside({ header, journal, checkpoints }: OpenExport): Fault | null {
  const read = journal.frontier.size;
  const proved = journal.proved?.size ?? 0;
  if (read !== header.size)
    return {
      sequence: read,
      why: `the header says ${String(header.size)} entries, and the file holds ${String(read)}`,
    };
  if (checkpoints !== header.checkpoints)
    return {
      sequence: proved,
      why: `the header says ${String(header.checkpoints)} checkpoints, and the file holds ${String(checkpoints)}`,
    };
  if (proved === 0 && read > 0) return { sequence: 0, why: 'no checkpoint signs the entries' };
  return null;
}

function fault(sequence: number | null, why: string): Result<never, Fault> {
  return err({ sequence, why });
}
