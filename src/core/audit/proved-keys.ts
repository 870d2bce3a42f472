import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { AgentId } from '../identity/did-key.ts';
import { type Checkpoint, journalNameIn, openSignedBy, readCheckpoint } from './checkpoint.ts';
import { payloadJson } from './entry.ts';
import type { ExportRecord } from './export-contents.ts';
import type { CheckTools } from './check-tools.ts';
import { field, list } from './json-fields.ts';
import { checkProvedEntry, type ProvedEntry } from './proved-entry.ts';
import { type KeyBook, journalNames, keyInForce, readKeys, startKeys, tellsOfKeys } from './signing-keys.ts';

/**
 * How a proof that stands alone shows which key signs: where the journal's key changed, it carries the entries that tell of
 * keys, each with its inclusion proof; where it did not, the journal's name is the key.
 */
export interface KeyedProof {
  readonly agent: AgentId;
  readonly checkpoint: string;
  readonly identity?: readonly ProvedEntry[];
}

/**
 * The entries that tell of keys, when they tell of a change.
 * @param records of the journal, in order; others are passed over
 * @param size entries under the checkpoint
 */
export function proofOfKeys(
  records: readonly ExportRecord[],
  size: number,
  inclusionOf: (sequence: number) => string[],
): { readonly identity?: readonly ProvedEntry[] } {
  const telling = records.filter(({ entry }) => tellsOfKeys(entry.type) && entry.sequence < size);
  if (!telling.some(({ payload }) => payload !== null && changesKey(payload.value))) return {};
  const identity = telling.flatMap(({ entry, payload }) =>
    payload === null ? [] : [{ entry, payload: payloadJson(payload), inclusion: inclusionOf(entry.sequence) }],
  );
  return { identity };
}

/** Opens a proof's checkpoint under the key that was in force, as the entries it carries tell. */
export function openKeyed(
  tools: CheckTools,
  proof: KeyedProof,
): Result<{ readonly checkpoint: Checkpoint; readonly book: KeyBook }, string> {
  const read = readCheckpoint(proof.checkpoint);
  const book = read.ok ? bookOf(tools, proof, read.value) : ok(startKeys(proof.agent));
  if (!book.ok) return book;
  const opened = openByBook(tools, proof.agent, book.value, proof.checkpoint);
  if (!opened.ok) return opened;
  return journalNameIn(proof.checkpoint) === proof.agent
    ? ok({ checkpoint: opened.value, book: book.value })
    : err(NOT_SIGNED);
}

const NOT_SIGNED = 'the checkpoint is not signed by the agent';

/** Opens a checkpoint of the same journal. */
export function openByBook(tools: CheckTools, agent: AgentId, book: KeyBook, note: string): Result<Checkpoint, string> {
  const read = readCheckpoint(note);
  const key = keyInForce(book.keys, (read.ok ? read.value.size : 0) - 1);
  const opened = openSignedBy(tools, journalNames(agent, book), key.agent, note);
  if (!opened.ok)
    return err(opened.error === 'bad-agent' ? 'the agent is not named by a did:key of an Ed25519 key' : NOT_SIGNED);
  return key.certified ? opened : err('the checkpoint is signed by a key that the identity does not name');
}

function bookOf(
  tools: CheckTools,
  { agent, identity = [] }: KeyedProof,
  checkpoint: Checkpoint,
): Result<KeyBook, string> {
  let book = startKeys(agent);
  let last = -1;
  for (const proved of identity) {
    const checked = checkProvedEntry(tools, proved, checkpoint);
    if (!checked.ok) return err(checked.error.why);
    const { sequence, type } = checked.value;
    if (sequence <= last || !tellsOfKeys(type)) return err(`entry ${String(sequence)} does not tell of keys in turn`);
    last = sequence;
    book = readKeys(tools, book, sequence, proved.payload.value);
  }
  return identity.length > 0 && book.identity === null
    ? err('the entries about keys do not begin an identity')
    : ok(book);
}

function changesKey(value: Json): boolean {
  if (field(value, 'type') === 'agent.continued') return true;
  return list(field(value, 'records')).some((signed) => {
    const record = field(signed, 'record');
    return field(record, 'type') === 'windhover.succession' && field(record, 'role') === 'agent';
  });
}
