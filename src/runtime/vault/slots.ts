import { canonicalJson } from '#core/base/json.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import type { HeldKey, Slot, Stretcher, VaultCrypto } from '#ports/vault.ts';
import type { Secret } from '../contract/vault-api.ts';
import { parseRecoveryCode } from './recovery-code.ts';

export const VAULT_VERSION = 1;

/** What a wrap under this vault is bound to: which vault, what for, and in which format. */
export function wrapContext(vault: string, purpose: string): string {
  return canonicalJson({ purpose, vault, version: VAULT_VERSION });
}

export function slotContext(vault: string, slot: { readonly kind: Slot['kind']; readonly id: string }): string {
  return wrapContext(vault, `vault-key/${slot.kind}/${slot.id}`);
}

export interface SlotParts {
  readonly crypto: Pick<VaultCrypto, 'slotKey'>;
  readonly sha256: Sha256;
}

/** What a slot keeps beside its wrap, by kind. */
export type SlotShape = Slot extends infer Each ? (Each extends Slot ? Omit<Each, 'wrapped'> : never) : never;

/**
 * The key that this secret gives for this slot: 'malformed' where the secret cannot be one, null where it is of another
 * kind. The device's slot has no secret.
 */
export async function slotKeyOf(
  parts: SlotParts,
  vault: string,
  slot: SlotShape,
  secret: Secret,
  stretcher: Pick<Stretcher, 'stretch'>,
): Promise<HeldKey | 'malformed' | null> {
  const derive = (bytes: Uint8Array, salt: Uint8Array): Promise<HeldKey> =>
    parts.crypto.slotKey(bytes, salt, slotContext(vault, slot));
  switch (slot.kind) {
    case 'device':
      return null;
    case 'passphrase':
      if (secret.kind !== 'passphrase') return null;
      return derive(await stretcher.stretch(passphraseBytes(secret.passphrase), slot.salt, slot.stretch), slot.salt);
    case 'passkey':
      if (secret.kind !== 'passkey' || secret.way !== slot.id) return null;
      return derive(secret.output, slot.salt);
    case 'recovery': {
      if (secret.kind !== 'recovery') return null;
      const code = parseRecoveryCode(parts.sha256, secret.code);
      return code === null ? 'malformed' : derive(code, slot.salt);
    }
  }
}

/** The same passphrase typed on another keyboard gives the same bytes (RFC 8265 uses the same normal form). */
function passphraseBytes(passphrase: string): Uint8Array {
  return utf8(passphrase.normalize('NFKC'));
}
