import { keysNamedIn, type KnownKeys } from '#core/audit/signing-keys.ts';
import { type AgentId, agentIdOf } from '#core/identity/did-key.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { ChangingSigner } from '#ports/crypto.ts';
import { nameOf } from '../journal/copies.ts';
import type { StoredIdentity } from './identity-facts.ts';

/**
 * Which keys sign the journal kept here: those that its identity names, and this device's own where the projection of the
 * identity is behind or a restored journal's root has not named them yet.
 */
export async function journalKeys(
  store: Pick<AgentStore, 'row'>,
  signer: Pick<ChangingSigner, 'publicKey' | 'past'>,
): Promise<KnownKeys> {
  const stored = (await store.row('identity', 'identity'))?.value as StoredIdentity | undefined;
  const keys = stored === undefined ? [] : keysNamedIn(stored.records, stored.continued ?? []);
  const here = [...signer.past, signer.publicKey].map(agentIdOf);
  const own = here.filter((agent) => !keys.some((key) => key.agent === agent));
  return keys.length === 0 ? { own } : { keys, own };
}

/** The name of the journal kept here: its first key's, whichever key signs by now. */
export async function journalName(
  store: Pick<AgentStore, 'head'>,
  signer: Pick<ChangingSigner, 'publicKey'>,
): Promise<AgentId> {
  return nameOf({ signer }, (await store.head())?.checkpoint ?? '');
}

/** Whether this key is the one that the identity named last: the usual case, in which there is nothing to settle. */
export function namesLast(stored: StoredIdentity, publicKey: Uint8Array): boolean {
  return keysNamedIn(stored.records, []).at(-1)?.agent === agentIdOf(publicKey);
}
