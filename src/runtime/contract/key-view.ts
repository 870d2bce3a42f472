import type { KeyDocument, KeyId } from '#core/identity/key-document.ts';

/** A public key as the pages show it. */
export interface KeyView {
  readonly algorithm: KeyDocument['algorithm'];
  /** SHA-256 of the key document, hex. */
  readonly id: KeyId;
  /** The Ed25519 part as did:key; a ristretto255 key in base64. */
  readonly text: string;
  readonly document: KeyDocument;
}
