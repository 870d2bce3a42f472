import { base64, concat, fromBase64, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { SignEd25519, VerifyEd25519 } from './note.ts';

/** A signed body in the JSON envelope of DSSE v1.0 (github.com/secure-systems-lab/dsse: protocol.md, envelope.md). */
export interface Envelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid?: string; readonly sig: string }[];
}

export interface OpenedEnvelope {
  readonly payloadType: string;
  readonly body: Uint8Array;
}

export type EnvelopeError = 'malformed' | 'unsupported-type' | 'unsigned';

/** @param keyId only a hint which key to try */
export async function signEnvelope(
  payloadType: string,
  body: Uint8Array,
  signer: { readonly keyId: string; readonly sign: SignEd25519 },
): Promise<Envelope> {
  const signature = await signer.sign(preAuthEncoding(payloadType, body));
  return { payloadType, payload: base64(body), signatures: [{ keyid: signer.keyId, sig: base64(signature) }] };
}

/**
 * Opens an envelope that at least `threshold` of these keys signed. Key ids are not looked at.
 * @param supported payload types that will be understood
 */
export function openEnvelope(
  verify: VerifyEd25519,
  keys: readonly Uint8Array[],
  supported: readonly string[],
  envelope: unknown,
  threshold = 1,
): Result<OpenedEnvelope, EnvelopeError> {
  const read = readEnvelope(envelope);
  if (read === null) return err('malformed');
  const { payloadType, body, signatures } = read;
  const message = preAuthEncoding(payloadType, body);
  const accepted = keys.filter((key) => signatures.some((signature) => verify(key, message, signature)));
  if (accepted.length < threshold) return err('unsigned');
  return supported.includes(payloadType) ? ok({ payloadType, body }) : err('unsupported-type');
}

/** PAE of protocol.md: `DSSEv1 LEN(type) type LEN(body) body`, lengths in bytes. */
export function preAuthEncoding(payloadType: string, body: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  return concat(utf8(`DSSEv1 ${String(type.length)} `), type, utf8(` ${String(body.length)} `), body);
}

/** One line of a bundle of attestations (in-toto attestation spec v1, bundle.md). */
export function encodeEnvelope(envelope: Envelope): string {
  return `${canonicalJson(envelope)}\n`;
}

function readEnvelope(
  value: unknown,
): { readonly payloadType: string; readonly body: Uint8Array; readonly signatures: readonly Uint8Array[] } | null {
  if (typeof value !== 'object' || value === null) return null;
  const { payloadType, payload, signatures } = value as { readonly [name: string]: unknown };
  const body = fromEitherBase64(payload);
  if (typeof payloadType !== 'string' || body === null || !Array.isArray(signatures)) return null;
  const read = signatures.map((signature: unknown) =>
    typeof signature === 'object' && signature !== null && 'sig' in signature ? fromEitherBase64(signature.sig) : null,
  );
  return read.includes(null) ? null : { payloadType, body, signatures: read as Uint8Array[] };
}

/** Standard or URL-safe alphabet (RFC 4648 sections 4 and 5): a verifier must take both. */
function fromEitherBase64(text: unknown): Uint8Array | null {
  return typeof text === 'string' ? fromBase64(text.replaceAll('-', '+').replaceAll('_', '/')) : null;
}
