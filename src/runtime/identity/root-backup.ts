import { base64, fromBase64 } from '#core/base/bytes.ts';
import { armored, unarmored } from '#core/identity/armor.ts';
import { type SigningKey, signingKeyShape } from '#core/identity/key-document.ts';
import { identityShape, type AgentIdentity } from '#core/identity/record.ts';
import { object, oneOf, text } from '#core/identity/shape.ts';

/** The root's secret on paper or on a stick: not encrypted, so that it outlives every passphrase. */
const LABEL = 'WINDHOVER ROOT SECRET';
const SECRET_CHARS_MAX = 100;

export function rootBackup(agent: AgentIdentity, key: SigningKey, secret: Uint8Array): string {
  return armored(LABEL, { type: 'windhover.root-secret', version: 1, agent, key, secret: base64(secret) });
}

/** @returns null when the text is not such a backup */
export function readRootBackup(backup: string): { readonly agent: AgentIdentity; readonly secret: Uint8Array } | null {
  const json = unarmored(LABEL, backup);
  if (backupShape(json, 'backup') !== null) return null;
  const { agent, secret } = json as { agent: AgentIdentity; secret: string };
  const bytes = fromBase64(secret);
  return bytes === null ? null : { agent, secret: bytes };
}

const backupShape = object({
  type: oneOf('windhover.root-secret'),
  version: oneOf(1),
  agent: identityShape,
  key: signingKeyShape,
  secret: text(SECRET_CHARS_MAX),
});
