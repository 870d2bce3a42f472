import type { UnixMs } from '../base/ids.ts';
import { equalBytes } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { AgentId } from '../identity/did-key.ts';
import type { CheckTools } from './check-tools.ts';
import { type Checkpoint, openSignedBy, readCheckpoint } from './checkpoint.ts';
import { entryHash, parseEntry, type Payload, payloadDigest } from './entry.ts';
import { appendLeaves, EMPTY_FRONTIER, type Frontier, frontierRoot } from './merkle.ts';
import {
  journalNames,
  type KeyBook,
  keyInForce,
  type KeyInForce,
  type KnownKeys,
  readKeys,
  startKeys,
  tellsOfKeys,
} from './signing-keys.ts';

/**
 * Checks a journal from its start, entry by entry, and says how far it is proved: up to the newest checkpoint whose root
 * is the root of the entries read and whose signature is of the key that was in force there. A value: one is made from the last, and one that
 * was kept lets checking go on from there.
 *
 * Invariants: an entry's sequence is its place; epochs never go down; checkpoints never shrink. Time is not checked: it
 * is what the device's clock said.
 */
export interface JournalCheck {
  /** The journal's name: the did:key of its first key. */
  readonly agent: AgentId;
  /** Which key signs from which entry on, as far as the payloads read tell. */
  readonly book: KeyBook;
  readonly frontier: Frontier;
  /** Epoch of the last entry; 0 before the first. */
  readonly epoch: number;
  /** Time of the last entry. */
  readonly time: UnixMs | null;
  readonly proved: ProvedHead | null;
}

/** "Proved up to N at T": a signed head that the entries give. */
export interface ProvedHead {
  /** Entries it covers: sequences 0 to size - 1. */
  readonly size: number;
  readonly root: Uint8Array;
  /** Time of the last entry covered, as the device's clock said; null when the tree is empty. */
  readonly time: UnixMs | null;
  /** The key that signed it. */
  readonly key: KeyInForce;
}

export interface JournalFault {
  readonly code:
    'bad-entry' | 'sequence' | 'epoch' | 'payload' | 'bad-checkpoint' | 'bad-signature' | 'size' | 'root' | 'bad-agent';
  /** The first entry that is wrong or, where a signed head covers several, the first that is no longer proved. */
  readonly sequence: number;
  /** One sentence for people. */
  readonly why: string;
}

/** @param known which keys sign, where that is known beforehand; payloads that are read tell of more */
export function startCheck(agent: AgentId, known?: KnownKeys): JournalCheck {
  return {
    agent,
    book: startKeys(agent, known),
    frontier: EMPTY_FRONTIER,
    epoch: 0,
    time: null,
    proved: null,
  };
}

/**
 * Checks the next entry.
 * @param text its canonical JSON
 * @param payload what it commits to; null when destroyed, withheld or not to be checked
 */
export function checkEntry(
  tools: CheckTools,
  check: JournalCheck,
  text: string,
  payload: Payload | null,
): Result<JournalCheck, JournalFault> {
  return checkRun(tools, check, [text], [payload]);
}

/**
 * Checks that a head signed by the key in force is the head of the entries read so far.
 * @param trust 'signature' checks the signature too; 'root' only the root, for a head that a newer signed one covers:
 *   the newer signature then vouches for these entries, and `proved` does not move
 */
export function checkCheckpoint(
  tools: CheckTools,
  check: JournalCheck,
  note: string,
  trust: 'signature' | 'root' = 'signature',
): Result<JournalCheck, JournalFault> {
  const { size } = check.frontier;
  const since = check.proved?.size ?? 0;
  const key = keyInForce(check.book.keys, size - 1);
  const opened = trust === 'signature' ? openSigned(tools, check, key.agent, note) : readCheckpoint(note);
  if (!opened.ok) return fault(...faultOfCheckpoint(opened.error, since, otherSigner(tools, check, note)));
  const checkpoint: Checkpoint = opened.value;
  if (checkpoint.size !== size)
    return fault('size', size, `a checkpoint of ${checkpoint.size} entries stands after ${size}`);
  const root = frontierRoot(tools.sha256, check.frontier);
  if (!equalBytes(root, checkpoint.root))
    return fault('root', since, `${range(since, size)} not what the checkpoint of ${size} entries signs`);
  return ok(trust === 'signature' ? { ...check, proved: { size, root, time: check.time, key } } : check);
}

/** Checks a run of entries and the checkpoint after them: one flush of the journal. */
export function checkEntries(
  tools: CheckTools,
  check: JournalCheck,
  group: {
    readonly entries: readonly string[];
    /** In the order of the entries; empty when payloads are not checked. */
    readonly payloads: readonly (Payload | null)[];
    readonly checkpoint: string;
  },
  trust: 'signature' | 'root' = 'signature',
): Result<JournalCheck, JournalFault> {
  const checked = checkRun(tools, check, group.entries, group.payloads);
  return checked.ok ? checkCheckpoint(tools, checked.value, group.checkpoint, trust) : checked;
}

function checkRun(
  tools: CheckTools,
  check: JournalCheck,
  texts: readonly string[],
  payloads: readonly (Payload | null)[],
): Result<JournalCheck, JournalFault> {
  let { epoch, time, book } = check;
  const leaves: Uint8Array[] = [];
  for (const text of texts) {
    const sequence = check.frontier.size + leaves.length;
    const payload = payloads[leaves.length] ?? null;
    const parsed = parseEntry(text);
    if (!parsed.ok) return fault('bad-entry', sequence, `entry ${sequence} cannot be read: ${parsed.error.message}`);
    const entry = parsed.value;
    if (entry.sequence !== sequence)
      return fault('sequence', sequence, `entry ${sequence} is missing: entry ${entry.sequence} stands in its place`);
    if (entry.epoch < epoch)
      return fault('epoch', sequence, `entry ${sequence} is of epoch ${entry.epoch}, after one of epoch ${epoch}`);
    if (payload !== null && payloadDigest(tools.sha256, payload) !== entry.payload)
      return fault('payload', sequence, `the payload of entry ${sequence} is not what the entry commits to`);
    if (payload !== null && tellsOfKeys(entry.type)) book = readKeys(tools, book, sequence, payload.value);
    leaves.push(entryHash(tools.sha256, text));
    ({ epoch, time } = entry);
  }
  return ok({ ...check, frontier: appendLeaves(tools.sha256, check.frontier, leaves), epoch, time, book });
}

type CheckpointFailure = 'malformed' | 'wrong-origin' | 'unsigned' | 'bad-signature' | 'bad-agent';

function openSigned(
  tools: CheckTools,
  { agent, book }: JournalCheck,
  signer: AgentId,
  note: string,
): Result<Checkpoint, CheckpointFailure> {
  const names = journalNames(agent, book);
  const opened = openSignedBy(tools, names, signer, note);
  if (opened.ok) return opened;
  for (const own of book.own) {
    const byOwn = openSignedBy(tools, names, own, note);
    if (byOwn.ok) return byOwn;
  }
  return opened;
}

/** The key of this journal that signed a head which was not its own to sign; null when none did. */
function otherSigner(tools: CheckTools, { agent, book }: JournalCheck, note: string): KeyInForce | null {
  return book.keys.find((key) => openSignedBy(tools, journalNames(agent, book), key.agent, note).ok) ?? null;
}

function faultOfCheckpoint(
  error: CheckpointFailure,
  since: number,
  other: KeyInForce | null,
): [JournalFault['code'], number, string] {
  if (other !== null)
    return ['bad-signature', since, `a checkpoint is signed by ${other.agent}, a key that was not in force there`];

  switch (error) {
    case 'malformed':
      return ['bad-checkpoint', since, 'a checkpoint cannot be read'];
    case 'wrong-origin':
      return ['bad-checkpoint', since, "a checkpoint is of another log than this agent's"];
    case 'unsigned':
      return ['bad-signature', since, 'a checkpoint has no signature of this agent'];
    case 'bad-signature':
      return ['bad-signature', since, "a checkpoint's signature does not hold"];
    case 'bad-agent':
      return ['bad-agent', since, NO_KEY];
  }
}

const NO_KEY = 'the agent is not named by a did:key of an Ed25519 key';

/** "entry 3 is", "entries 3 to 7 are" */
function range(from: number, to: number): string {
  return to - from <= 1 ? `entry ${from} is` : `entries ${from} to ${to - 1} are`;
}

function fault(code: JournalFault['code'], sequence: number, why: string): Result<never, JournalFault> {
  return err({ code, sequence, why });
}
