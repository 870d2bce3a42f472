import { base64, fromBase64, fromHex, hex } from '../base/bytes.ts';
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { armored, unarmored } from '../identity/armor.ts';
import { agentIdOf } from '../identity/did-key.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { checkCosignature, type Cosignature, keyInName, parseSignatureLines } from './cosignature.ts';
import type { CheckTools } from './check-tools.ts';
import { field, list } from './json-fields.ts';
import { HASH_BYTES, verifyConsistency } from './merkle.ts';
import { type NoteKey, formatSignature, parseNote } from './note.ts';
import { openByBook } from './proved-keys.ts';
import { readKeys, startKeys } from './signing-keys.ts';

/**
 * What passes between a log and its witness: the bodies of `add-checkpoint` of C2SP tlog-witness (c2sp.org/tlog-witness),
 * carried by hand or by a channel.
 *
 *     old <size the witness cosigned last, 0 for none>
 *     <consistency proof, a base64 hash a line>
 *
 *     <checkpoint>
 *
 * Where the log's key changed, a block of text follows that tells of its keys: what the agent's identity says of them.
 * Witnesses that know the log's key by other means are given what stands before it.
 */
export interface AddCheckpoint {
  readonly old: number;
  readonly proof: readonly Uint8Array[];
  /** The checkpoint's note. */
  readonly note: string;
  /** The records of the identity (core/identity/record.ts), where the key of the log changed. */
  readonly records?: readonly unknown[];
}

/** The newest head that a witness cosigned of one log: all that it must remember. */
export interface SeenLog {
  readonly origin: string;
  readonly size: number;
  /** Root hash, hex. */
  readonly root: string;
}

/** `conflict`: the proof starts at another size than the one last seen, which is `size`. */
export type WitnessRefusal =
  | {
      readonly code: 'malformed' | 'unknown-log' | 'bad-signature' | 'not-grown' | 'inconsistent';
      readonly why: string;
    }
  | { readonly code: 'conflict'; readonly size: number; readonly why: string };

const PROOF_LINES_MAX = 63;

export function formatAddCheckpoint({ old, proof, note, records }: AddCheckpoint): string {
  const keys = records === undefined ? '' : armored(KEYS_LABEL, { records });
  return `old ${String(old)}\n${proof.map((hash) => `${base64(hash)}\n`).join('')}\n${note}${keys}`;
}

export function parseAddCheckpoint(whole: string): Result<AddCheckpoint, 'malformed'> {
  const block = whole.indexOf(`-----BEGIN ${KEYS_LABEL}`);
  const records = field(unarmored(KEYS_LABEL, whole), 'records');
  if (block >= 0 && !Array.isArray(records)) return err('malformed');
  const text = block < 0 ? whole : whole.slice(0, block);
  const split = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, split)).split('\n');
  const old = /^old (0|[1-9][0-9]*)$/.exec(first)?.[1];
  const proof = lines.map(fromBase64);
  if (old === undefined || !Number.isSafeInteger(Number(old))) return err('malformed');
  if (lines.length > PROOF_LINES_MAX || proof.some((hash) => hash?.length !== HASH_BYTES)) return err('malformed');
  const given = { old: Number(old), proof: proof as Uint8Array[], note: text.slice(split + 2) };
  return ok(block < 0 ? given : { ...given, records: list(records) });
}

/**
 * What a witness decides: the checkpoint is the log's own and grew from the one it saw last.
 * @param seen what it cosigned last of this log; null for a log it never saw
 * @returns the text to cosign, and what to remember before the cosignature is given out
 */
export function judgeAddCheckpoint(
  tools: CheckTools,
  request: AddCheckpoint,
  seen: SeenLog | null,
): Result<{ readonly text: string; readonly seen: SeenLog }, WitnessRefusal> {
  const note = parseNote(request.note);
  const read = note.ok ? parseCheckpoint(note.value.text) : note;
  if (!note.ok || !read.ok) return refuse('malformed', 'this is not a checkpoint');
  const key = keyInName(read.value.origin);
  if (key === null) return refuse('unknown-log', `${read.value.origin} is not the journal of an agent`);
  if (seen !== null && seen.origin !== key.name) return refuse('unknown-log', 'this is another log');
  const checkpoint = openedByLog(tools, request, key);
  if (checkpoint === null)
    return refuse('bad-signature', 'the checkpoint is not signed by the agent whose journal it names');
  const { size, root } = checkpoint;
  if (request.old > size) return refuse('malformed', 'the proof starts at a larger size than the checkpoint has');
  const known = seen?.size ?? 0;
  if (request.old !== known)
    return err({ code: 'conflict', size: known, why: `this device last saw ${String(known)} entries of this log` });
  if (!grewFrom(tools, request, seen, checkpoint))
    return refuse(
      'inconsistent',
      `the first ${String(known)} entries are not those this device saw: the log was rewritten`,
    );
  return ok({ text: note.value.text, seen: { origin: key.name, size, root: hex(root) } });
}

/** Under the key that its origin names, or the one that the identity of that key names for its size. */
function openedByLog(tools: CheckTools, { note, records = [] }: AddCheckpoint, named: NoteKey): Checkpoint | null {
  const agent = agentIdOf(named.publicKey);
  const book = readKeys(tools, startKeys(agent), 0, { records } as Json);
  if (records.length > 0 && book.identity?.genesis.key.keys[0] !== agent) return null;
  const opened = openByBook(tools, agent, book, note);
  return opened.ok ? opened.value : null;
}

const KEYS_LABEL = 'WINDHOVER LOG KEYS';

/**
 * Reads a witness's answer to a checkpoint that was sent to it.
 * @returns its cosignature, and the line to keep with the checkpoint; lines of other keys are passed over
 */
export function readWitnessAnswer(
  tools: CheckTools,
  witness: NoteKey,
  note: string,
  answer: string,
): Result<{ readonly cosignature: Cosignature; readonly line: string }, string> {
  const sent = parseNote(note);
  if (!sent.ok) return err('the checkpoint that was sent cannot be read');
  const lines = parseSignatureLines(answer.endsWith('\n') ? answer : `${answer}\n`);
  if (!lines.ok) return err('this is not the answer of a witness: it has lines that are no signatures');
  for (const line of lines.value) {
    const checked = checkCosignature(tools.sha256, tools.verifyEd25519, witness, sent.value.text, line);
    if (checked === null) continue;
    if (!checked.ok) return err(`the cosignature does not hold: it is not of ${witness.name} on this checkpoint`);
    return ok({ cosignature: checked.value, line: formatSignature(line) });
  }
  return err(`there is no cosignature of ${witness.name} in this answer`);
}

/** The size a witness names when the proof started elsewhere: the body of its 409 answer. */
export function readWitnessSize(answer: string): number | null {
  const size = /^(0|[1-9][0-9]*)\n?$/.exec(answer)?.[1];
  return size !== undefined && Number.isSafeInteger(Number(size)) ? Number(size) : null;
}

function grewFrom(tools: CheckTools, request: AddCheckpoint, seen: SeenLog | null, now: Checkpoint): boolean {
  if (seen === null || seen.size === 0) return request.proof.length === 0;
  if (seen.size === now.size) return request.proof.length === 0 && seen.root === hex(now.root);
  const root = fromHex(seen.root);
  return root !== null && verifyConsistency(tools.sha256, request.proof, seen.size, now.size, root, now.root);
}

function refuse(code: Exclude<WitnessRefusal['code'], 'conflict'>, why: string): Result<never, WitnessRefusal> {
  return err({ code, why });
}
