import { base64, fromBase64 } from '#core/base/bytes.ts';
import { armored, unarmored } from '#core/identity/armor.ts';
import { type SigningKey, signingKeyShape } from '#core/identity/key-document.ts';
import { identityShape, type AgentIdentity } from '#core/identity/record.ts';
import type { SignatureTools } from '#core/identity/signature.ts';
import { object, oneOf, text } from '#core/identity/shape.ts';
import { verifyIdentity } from '#core/identity/verify-identity.ts';
import type { IdentityBook } from './identity-book.ts';
import type { StoredIdentity } from './identity-facts.ts';

/** The secrets that a backup carries, as text, each null where it does not lie on the device or the backup had none. */
export interface BackedUpSecrets {
  readonly root: string | null;
  /** Of the key that the device vouches for others with. */
  readonly vouching: string | null;
  /** The keys that hosts of models know the owner by (`ProviderKeys.asText`); left out as null. */
  readonly providers?: string | null;
}

export const NO_SECRETS: BackedUpSecrets = { root: null, vouching: null };

/** On paper or on a stick they are not encrypted, so that they outlive every passphrase; in a backup, all of it is. */
const LABELS = { root: 'WINDHOVER ROOT SECRET', vouching: 'WINDHOVER VOUCHING SECRET' } as const;
const TYPES = { root: 'windhover.root-secret', vouching: 'windhover.vouching-secret' } as const;
const SECRET_CHARS_MAX = 100;

type Of = 'root' | 'vouching';

/** @param of what the key is for @param agent whose it is */
export function secretBackup(of: Of, agent: AgentIdentity, key: SigningKey, secret: Uint8Array): string {
  return armored(LABELS[of], { type: TYPES[of], version: 1, agent, key, secret: base64(secret) });
}

/** @returns null when the text is not such a backup */
export function readSecretBackup(
  of: Of,
  backup: string,
): { readonly agent: AgentIdentity; readonly secret: Uint8Array } | null {
  const json = unarmored(LABELS[of], backup);
  if (backupShapes[of](json, 'backup') !== null) return null;
  const { agent, secret } = json as { agent: AgentIdentity; secret: string };
  const bytes = fromBase64(secret);
  return bytes === null ? null : { agent, secret: bytes };
}

/** What of the identity's secrets lies on this device, for a backup. */
export async function secretsForBackup(book: IdentityBook): Promise<BackedUpSecrets> {
  const stored = await book.stored();
  return stored === null
    ? NO_SECRETS
    : secretsAsText(await book.parts.tools(), stored, (key) => book.ring.secretOf(key));
}

/** The same from wherever they lie. @param secretOf null where the secret does not lie there */
export async function secretsAsText(
  tools: SignatureTools,
  stored: StoredIdentity,
  secretOf: (key: SigningKey) => Promise<Uint8Array | null>,
): Promise<BackedUpSecrets> {
  const identity = verifyIdentity(tools, stored.records);
  if (!identity.ok) return NO_SECRETS;
  const { id, root } = identity.value;
  const backup = async (of: Of, key: SigningKey | undefined): Promise<string | null> => {
    const secret = key === undefined ? null : await secretOf(key);
    return key === undefined || secret === null ? null : secretBackup(of, id, key, secret);
  };
  return { root: await backup('root', root), vouching: await backup('vouching', stored.vouching) };
}

/** Keeps on this device what of a backup's secrets makes the keys that the restored identity names. */
export async function keepSecretsOf(
  book: IdentityBook,
  secrets: BackedUpSecrets,
  restored: StoredIdentity,
): Promise<void> {
  const identity = verifyIdentity(await book.parts.tools(), restored.records);
  if (!identity.ok) return;
  const { id, root } = identity.value;
  for (const [of, key] of [['root', root] as const, ['vouching', restored.vouching] as const]) {
    const read = secrets[of] === null ? null : readSecretBackup(of, secrets[of]);
    if (read?.agent === id && key !== undefined) await book.ring.restore(key, read.secret);
  }
}

const shapeOf = (of: Of) =>
  object({
    type: oneOf(TYPES[of]),
    version: oneOf(1),
    agent: identityShape,
    key: signingKeyShape,
    secret: text(SECRET_CHARS_MAX),
  });
const backupShapes = { root: shapeOf('root'), vouching: shapeOf('vouching') };
