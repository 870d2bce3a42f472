import type { UnixMs } from '../base/ids.ts';
import type { AgentId } from '../identity/did-key.ts';
import type { Identity } from '../identity/verify-identity.ts';
import type { MissingPayload } from './export.ts';
import type { NoteKey } from './note.ts';
import type { ReadRecord, SigningKeyUse } from './signing-keys.ts';

/** What is known of an export, and the first thing wrong with it. */
export interface ExportReport {
  /** Nothing in the file is wrong. Says nothing of entries after the last checkpoint. */
  readonly ok: boolean;
  /** Whose journal it is, by the header: the journal's name. */
  readonly agent: AgentId | null;
  /** Entries proved, from the first: sequences 0 to verifiedUpTo - 1. */
  readonly verifiedUpTo: number;
  /** Time of the last entry proved, as the device's clock said. */
  readonly provedAt: UnixMs | null;
  /** Entries read. */
  readonly size: number;
  /** Lines read. */
  readonly lines: number;
  /** Entries read that no checkpoint covers: unproved. */
  readonly afterCheckpoint: number;
  /** Payloads that are there, each found to be what its entry commits to. */
  readonly payloads: number;
  /** Payloads that whoever exported says were destroyed by the owner, or kept back. */
  readonly missing: { readonly [W in MissingPayload]: number };
  readonly checkpoints: number;
  /** Size of the anchor the export was found to agree with; null without one. */
  readonly anchoredAt: number | null;
  /** Cosignatures found to hold. Only those by a witness the reader trusts count as proof. */
  readonly cosignatures: readonly FoundCosignature[];
  /** The largest size that something outside the device vouches for: the anchor, or a cosignature by a trusted witness. */
  readonly vouched: Vouched | null;
  /** The keys that sign heads in the file, judged by the identity that the journal holds; empty when it holds none. */
  readonly keys: readonly SigningKeyUse[];
  /** The key that signs what comes next: it sealed the file. */
  readonly signer: AgentId | null;
  /** The identity that the journal holds, and the records it is made of; null when it holds none. */
  readonly identity: Identity | null;
  readonly records: readonly ReadRecord[];
  /** Something that the journal says of its keys is left out of the file. */
  readonly keysWithheld: boolean;
  /** The agent signed the file as a whole (version 2). */
  readonly sealed: boolean;
  readonly firstBad: ExportFault | null;
}

export interface FoundCosignature {
  readonly name: string;
  readonly size: number;
  /** By the cosigner's clock. */
  readonly time: UnixMs;
  /** By one of the witnesses the reader gave. */
  readonly trusted: boolean;
}

export interface Vouched {
  readonly size: number;
  /** By the witness's clock; for an anchor without a trusted cosignature, by the device's own at its last entry. */
  readonly time: UnixMs | null;
  /** The witness, or null for the anchor. */
  readonly by: string | null;
}

/** What the reader brings: nothing in the file itself can make it trusted. */
export interface Trust {
  /** An earlier checkpoint, kept elsewhere, that the export must agree with: without one, a rewritten journal passes. */
  readonly anchor?: string | null;
  /** Witnesses whose cosignatures count. */
  readonly witnesses?: readonly NoteKey[];
}

export interface ExportFault {
  /** The entry that is wrong, or the first that is not proved for it; null when the fault is before any entry. */
  readonly sequence: number | null;
  /** Line of the file, from 1. */
  readonly line: number;
  readonly why: string;
}

/**
 * The verdict in words: "proved up to N at T; unproved after that". N and T are what somebody outside the device vouches
 * for; where nobody does, they are the agent's own word, and that is said.
 * @param formatTime how to write a time for the reader
 */
export function describeExport(report: ExportReport, formatTime: (time: UnixMs) => string): string {
  const { verifiedUpTo, vouched, firstBad, size } = report;
  const proved = describeProved(report, formatTime);
  if (firstBad !== null) {
    const place = firstBad.sequence === null ? 'Bad' : `First bad entry: ${String(firstBad.sequence)},`;
    return `${proved}. ${place} line ${String(firstBad.line)}: ${firstBad.why}.`;
  }
  const rest = size - (vouched?.size ?? verifiedUpTo);
  const follow = rest === 0 ? 'no entries follow' : rest === 1 ? '1 entry follows' : `${String(rest)} entries follow`;
  const more = vouched !== null && verifiedUpTo > vouched.size;
  const alone = more ? ` Up to ${String(verifiedUpTo)} the agent alone signs, as a continuation.` : '';
  const withheld = report.keysWithheld ? KEYS_WITHHELD : '';
  return `${proved} (${follow}).${vouched === null ? UNANCHORED : alone}${withheld}`;
}

const KEYS_WITHHELD =
  ' What the journal says of its keys was left out of this file, so it cannot be seen whether the key that signs here was still in force.';
const UNANCHORED =
  " Only the device's own key and clock say so: without an anchor, an end cut off or a past rewritten by the device's owner cannot be seen.";

export function describeProved(
  { verifiedUpTo, provedAt, vouched }: Pick<ExportReport, 'verifiedUpTo' | 'provedAt' | 'vouched'>,
  formatTime: (time: UnixMs) => string,
): string {
  const upTo = vouched?.size ?? verifiedUpTo;
  const at = vouched === null ? provedAt : vouched.time;
  if (upTo === 0) return 'Nothing is proved';
  return `Proved up to ${String(upTo)}${at === null ? '' : ` at ${formatTime(at)}`}; unproved after that`;
}

/** The larger size; for the same size the later word of a witness. */
export function furthest(first: Vouched | null, ...others: readonly Vouched[]): Vouched | null {
  return others.reduce<Vouched | null>((best, next) => {
    if (best === null || next.size > best.size) return next;
    const later = next.size === best.size && (best.by === null || (best.time ?? 0) < (next.time ?? 0));
    return later && next.by !== null ? next : best;
  }, first);
}
