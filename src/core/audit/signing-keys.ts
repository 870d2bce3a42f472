import { assert } from '../base/assert.ts';
import type { Json } from '../base/json.ts';
import { type AgentId, publicKeyOf } from '../identity/did-key.ts';
import type { SigningKey } from '../identity/key-document.ts';
import type { SignedRecord } from '../identity/record.ts';
import { extendIdentity, type Identity } from '../identity/verify-identity.ts';
import { field, list } from './json-fields.ts';
import type { CheckTools } from './check-tools.ts';

/**
 * Which key signs the heads of a journal, and from which entry on. The journal keeps the name that its first key gave it;
 * its keys change. Who signs is told by the journal itself: the records of the agent's identity
 * (core/identity/record.ts), and an entry that says on which key a restored journal goes on.
 */
export interface KeyInForce {
  /** The first entry that the key answers for. */
  readonly from: number;
  readonly agent: AgentId;
  /** Whether the identity names it for these entries; true as well while the journal tells of no identity. */
  readonly certified: boolean;
}

/** A key that signed heads in a file. */
export interface SigningKeyUse {
  readonly agent: AgentId;
  /** Entries under the largest head it signed in the file. */
  readonly size: number;
  /** Whether the identity that the journal holds names this key for these entries. */
  readonly certified: boolean;
}

/** What the entries read so far say about keys. */
export interface KeyBook {
  /** In the order of their first entries; the first answers from entry 0. */
  readonly keys: readonly KeyInForce[];
  /** null until a genesis record was read. */
  readonly identity: Identity | null;
  /** Restored journals: which key went on from which entry, before the identity named it. */
  readonly continued: readonly { readonly from: number; readonly agent: AgentId }[];
  /** What counts while the journal tells of no identity. */
  readonly initial: readonly KeyInForce[];
  /** Keys whose heads count although the journal does not tell of them (yet): those of the device that checks. */
  readonly own: readonly AgentId[];
  /** The records that hold, in their order, each with the identity as it was before it. */
  readonly records: readonly ReadRecord[];
  /** Why a record that was read does not hold; null while all do. */
  readonly fault: string | null;
}

export interface ReadRecord {
  readonly sequence: number;
  readonly before: Identity | null;
  readonly signed: SignedRecord;
}

/** What is known of a journal's keys before anything is read. */
export interface KnownKeys {
  readonly keys?: readonly KeyInForce[];
  readonly own?: readonly AgentId[];
}

/** Entries whose payloads say which keys sign. */
const TELLING: readonly string[] = ['agent.genesis', 'agent.certified', 'agent.continued'];

/** @param agent the journal's name: the did:key of its first key, until the journal says otherwise */
export function startKeys(agent: AgentId, known: KnownKeys = {}): KeyBook {
  const initial = known.keys ?? [{ from: 0, agent, certified: true }];
  return { keys: initial, identity: null, continued: [], initial, own: known.own ?? [], records: [], fault: null };
}

/** Whether an entry of this type says which keys sign. */
export function tellsOfKeys(type: string): boolean {
  return TELLING.includes(type);
}

/**
 * The book after an entry. Only records that hold extend the identity: one that does not is the book's fault, and the keys
 * that it would have named are not accepted.
 */
export function readKeys(tools: CheckTools, book: KeyBook, sequence: number, value: Json): KeyBook {
  if (field(value, 'type') === 'agent.continued') {
    const agent = field(value, 'agent');
    if (typeof agent !== 'string' || !publicKeyOf(agent).ok) return book;
    return withKeys({ ...book, continued: [...book.continued, { from: sequence, agent: agent as AgentId }] });
  }
  const { sha256, verifyEd25519, verifyMlDsa65 = () => false } = tools;
  let { identity, fault } = book;
  const records = [...book.records];
  for (const record of list(field(value, 'records'))) {
    const extended = extendIdentity({ sha256, verifyEd25519, verifyMlDsa65 }, identity, record, records.length);
    if (!extended.ok) {
      fault ??= extended.error.why;
      break;
    }
    // What extends an identity is a record with its signatures.
    records.push({ sequence, before: identity, signed: record as SignedRecord });
    identity = extended.value;
  }
  return withKeys({ ...book, identity, records, fault });
}

/**
 * Under which names the heads of a journal can stand: those of the keys that its identity names. Nobody can call their
 * journal by another agent's name.
 */
export function journalNames(
  agent: AgentId,
  { keys, identity }: Pick<KeyBook, 'keys' | 'identity'>,
): readonly AgentId[] {
  const named = keys.filter(({ certified }) => certified).map((key) => key.agent);
  return identity === null ? [agent, ...named] : named;
}

/** The key whose signature a head must carry when `sequence` is the last entry under it. */
export function keyInForce(keys: readonly KeyInForce[], sequence: number): KeyInForce {
  const key = keys.findLast(({ from }) => from <= Math.max(0, sequence));
  assert(key !== undefined, 'a journal has its first key');
  return key;
}

/**
 * The keys that these records name, taken at their word: for one's own store, which holds only what was checked.
 * @param continued which key went on from which entry after a restore
 */
export function keysNamedIn(records: readonly SignedRecord[], continued: KeyBook['continued']): readonly KeyInForce[] {
  const named = records.flatMap(({ record }) => {
    if (record.type === 'windhover.genesis') return [{ from: 0, agent: agentOf(record.key), certified: true }];
    if (record.type !== 'windhover.succession' || record.role !== 'agent') return [];
    return [{ from: record.from, agent: agentOf(record.key), certified: true }];
  });
  return withContinued(named, continued);
}

/** Of a hybrid key a C2SP checkpoint carries the Ed25519 half. */
function agentOf(key: SigningKey): AgentId {
  return key.keys[0] as AgentId;
}

function withKeys(book: KeyBook): KeyBook {
  const { identity, continued, initial } = book;
  const named = identity?.keys.map(({ from, key }) => ({ from, agent: agentOf(key), certified: true }));
  return { ...book, keys: withContinued(named ?? initial, continued) };
}

function withContinued(named: readonly KeyInForce[], continued: KeyBook['continued']): readonly KeyInForce[] {
  const keys = [...named];
  for (const { from, agent } of continued) {
    // A key that was in force before never comes back: it may be the reason for the change.
    const known = keys.find((key) => key.agent === agent);
    if (known === undefined || known.from > from) keys.push({ from, agent, certified: known !== undefined });
  }
  return keys.sort((a, b) => a.from - b.from);
}
