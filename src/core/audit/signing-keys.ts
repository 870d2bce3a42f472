import type { AgentId } from '../identity/did-key.ts';
import { keyAt, verifyIdentity } from '../identity/verify-identity.ts';
import { field, list } from './json-fields.ts';
import type { CheckTools } from './journal-check.ts';
import type { Json } from '../base/json.ts';

/** A key that signs heads of a journal: the one in use, or, before a succession, an earlier one. */
export interface SigningKeyUse {
  readonly agent: AgentId;
  /** Entries under the largest head it signed in the file. */
  readonly size: number;
  /** Whether the identity that the journal holds names this key for these entries. */
  readonly certified: boolean;
}

/** The records of the agent's identity in what an entry says (core/identity/record.ts); most entries have none. */
export function identityRecordsIn(value: Json): readonly unknown[] {
  const type = field(value, 'type');
  return type === 'agent.genesis' || type === 'agent.certified' ? list(field(value, 'records')) : [];
}

/**
 * Whether each key was the agent's own when it signed, by the chain of records in the journal itself.
 * @returns empty when the journal holds no identity, or not all of what it says is in the file
 */
export function judgeKeys(
  tools: CheckTools,
  records: readonly unknown[],
  uses: readonly Omit<SigningKeyUse, 'certified'>[],
): readonly SigningKeyUse[] {
  const { sha256, verifyEd25519, verifyMlDsa65 = () => false } = tools;
  const identity = verifyIdentity({ sha256, verifyEd25519, verifyMlDsa65 }, records);
  if (!identity.ok) return [];
  return uses.map(({ agent, size }) => {
    const named: string | undefined = keyAt(identity.value, Math.max(0, size - 1)).keys[0];
    return { agent, size, certified: named === agent };
  });
}
