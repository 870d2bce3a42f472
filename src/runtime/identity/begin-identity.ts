import type { UnixMs } from '#core/base/ids.ts';
import { identityOf, recordHash, type Genesis, type SignedRecord } from '#core/identity/record.ts';
import { KeyRing, type KeyRingParts } from './key-ring.ts';

const AGENT_NAME = 'Windhover';

/**
 * Makes an identity: a root for the owner, the agent's own key as the first that signs its journal, and a key for proofs,
 * certified by the root. The secrets are kept before the records are given out.
 */
export async function beginIdentity(parts: KeyRingParts, at: UnixMs): Promise<readonly SignedRecord[]> {
  const ring = new KeyRing(parts);
  const root = await ring.newSigner('Ed25519');
  const genesis: Genesis = {
    type: 'windhover.genesis',
    version: 1,
    hash: 'SHA-256',
    name: AGENT_NAME,
    createdAt: at,
    root: root.key,
    key: ring.own.key,
    cosigners: { keys: [], threshold: 0 },
  };
  const first = await ring.sign(genesis, root, ring.own);
  const prover = await ring.newProver();
  const certificate = await ring.sign(
    {
      type: 'windhover.certificate' as const,
      version: 1 as const,
      agent: identityOf(parts.sha256, genesis),
      previous: recordHash(parts.sha256, first),
      at,
      purpose: 'prove' as const,
      subject: prover.key,
      notBefore: at,
      notAfter: null,
    },
    root,
  );
  return [first, certificate];
}
