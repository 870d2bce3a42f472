import { base64, utf8 } from '../base/bytes.ts';
import type { Sha256 } from '../base/ids.ts';
import { canonicalJson } from '../base/json.ts';

/**
 * The keys that requests are signed with, as a JSON Web Key Set (RFC 7517, RFC 8037): what the owner of a host is given,
 * or serves under `/.well-known/http-message-signatures-directory`.
 * @param publicKeys Ed25519, 32 bytes each, the one in use first
 */
export function keyDirectory(publicKeys: readonly Uint8Array[], sha256: Sha256): string {
  return canonicalJson({
    keys: publicKeys.map((key) => ({ ...webKey(key), kid: keyThumbprint(key, sha256), use: 'sig' })),
  });
}

/** RFC 7638: how signatures and directory name a key. @returns 43 characters of base64url */
export function keyThumbprint(publicKey: Uint8Array, sha256: Sha256): string {
  return base64url(sha256(utf8(canonicalJson(webKey(publicKey)))));
}

function webKey(publicKey: Uint8Array): { readonly crv: string; readonly kty: string; readonly x: string } {
  return { crv: 'Ed25519', kty: 'OKP', x: base64url(publicKey) };
}

function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
