import { keysNamedIn } from '#core/audit/signing-keys.ts';
import { err, ok } from '#core/base/result.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { ed25519Key } from '#core/identity/key-document.ts';
import { keyAt } from '#core/identity/verify-identity.ts';
import type { ChangingSigner } from '#ports/crypto.ts';
import type { Fact } from '../agent/facts.ts';
import type { ChangeKey } from '../agent/leading-agent.ts';
import type { IdentityBook } from './identity-book.ts';
import type { StoredIdentity } from './identity-facts.ts';
import { certifyOwnKeys, checkedRecords, signsFrom, succession } from './write-records.ts';

/** What the journal says when a key of this device goes on with it. */
export type KeyFact = WithoutTime<Extract<Fact, { type: 'agent.continued' | 'agent.certified' }>>;
type WithoutTime<T> = T extends unknown ? Omit<T, 'at' | 'command'> : never;

/**
 * Brings this device's key and the identity together, before the leader writes anything:
 *   - the identity named a key that lies ready here: a change that was cut short is made now;
 *   - the key of this device gave way to another once: it never signs again, a new one is made;
 *   - this device's key is not named: it goes on with the journal, and where the root is here, the root names it.
 * @param size entries in the journal
 */
export async function settleKeys(
  book: IdentityBook,
  signer: ChangingSigner,
  stored: StoredIdentity,
  size: number,
): Promise<readonly KeyFact[]> {
  const named = keysNamedIn(stored.records, []);
  const last = named.at(-1)?.agent ?? '';
  const own = (): string => agentIdOf(signer.publicKey);
  if (last === own()) return [];
  // Another tab may have changed the key, and ended before this one heard of it.
  await signer.refresh();
  if (last === own()) return [];
  const prepared = await signer.prepared();
  if (prepared !== null && agentIdOf(prepared) === last) {
    await signer.usePrepared();
    return [];
  }
  if (named.some(({ agent }) => agent === own())) {
    await signer.prepare();
    await signer.usePrepared();
  }
  const goesOn = signsFrom(stored, own());
  const facts: KeyFact[] = [];
  if (goesOn === null) {
    const checkpoint = (await book.parts.store.head())?.checkpoint ?? '';
    facts.push({ type: 'agent.continued', agent: own(), before: { agent: last, size, checkpoint } });
  }
  const identity = await book.verified(stored);
  const records = identity.ok ? await certifyOwnKeys(book, stored, identity.value, size) : null;
  const checked = records === null ? err('') : await checkedRecords(book, stored, records);
  if (checked.ok && checked.value.length > 0) facts.push({ type: 'agent.certified', records: checked.value });
  return facts;
}

/** Has a new key of this device take over the signing of the journal, the old one signing for it. */
export function changeKey(book: IdentityBook, signer: ChangingSigner): ChangeKey {
  return async (stored, from) => {
    if (stored === null) return err('This agent has no identity yet. Wait until it has started.');
    const identity = await book.verified(stored);
    if (!identity.ok) return identity;
    const { own } = book.ring;
    if (keyAt(identity.value, Infinity).keys[0] !== own.key.keys[0])
      return err('The identity does not name the key of this device yet: certify it first.');
    const { publicKey, sign } = await signer.prepare();
    const next = { key: ed25519Key(publicKey), sign: async (message: Uint8Array) => [await sign(message)] };
    const records = [await succession(book, identity.value, { role: 'agent', next, from }, own)];
    return ok({ records, use: () => signer.usePrepared() });
  };
}
