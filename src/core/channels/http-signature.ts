import { base64, utf8 } from '../base/bytes.ts';
import type { Sha256 } from '../base/ids.ts';
import type { OutgoingRequest } from './outgoing.ts';

/**
 * HTTP Message Signatures (RFC 9421) with Ed25519, over a digest of the body (RFC 9530). What is signed begins with
 * `"@method": `, so that a signature by the journal's key is never one of a checkpoint or statement of the journal.
 */

/** What a signature adds to a request. */
export const SIGNATURE_HEADERS = ['content-digest', 'signature', 'signature-input'] as const;

/** A part of a message that is signed: a header by its lower-case name, or what section 2.2 derives, as `@method`. */
export type Component = readonly [name: string, value: string];
/** Section 2.3, in this order. */
export type SignatureParameter = readonly [name: string, value: string | number];

const LABEL = 'agent';

export interface SignatureFacts {
  /** As the key directory names the key. */
  readonly keyId: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Unlike any other's, so that a host can refuse a copy. */
  readonly nonce: string;
}

export interface ToSign {
  readonly base: Uint8Array;
  /** @param signature of the base, 64 bytes */
  readonly signed: (signature: Uint8Array) => OutgoingRequest;
}

/**
 * Covers method, address, body, and every header that is plain ASCII, as a signature base must be (section 2.5).
 * @param request without a signature of its own
 */
export function toSign(request: OutgoingRequest, facts: SignatureFacts, sha256: Sha256): ToSign {
  const { method, url, headers, body } = request;
  const digest: Component[] = body === null ? [] : [['content-digest', contentDigest(sha256(body))]];
  const components: Component[] = [
    ['@method', method],
    ['@target-uri', url],
    ...digest,
    ...headers.filter(([, value]) => /^[\x20-\x7e]*$/.test(value)),
  ];
  const parameters: SignatureParameter[] = [
    ['created', facts.created],
    ['nonce', facts.nonce],
    ['keyid', facts.keyId],
    ['alg', 'ed25519'],
  ];
  return {
    base: utf8(signatureBase(components, parameters)),
    signed: (signature) => {
      const added: Component[] = [
        ...digest,
        ['signature', `${LABEL}=:${base64(signature)}:`],
        ['signature-input', `${LABEL}=${signatureParams(components, parameters)}`],
      ];
      return { ...request, headers: [...headers, ...added].sort(([a], [b]) => (a < b ? -1 : 1)) };
    },
  };
}

/** Section 2.5: what is signed. */
export function signatureBase(components: readonly Component[], parameters: readonly SignatureParameter[]): string {
  const lines = components.map(([name, value]) => `"${name}": ${value}`);
  return [...lines, `"@signature-params": ${signatureParams(components, parameters)}`].join('\n');
}

/** Section 2.3: what is covered and how, the value of a member of Signature-Input. */
export function signatureParams(components: readonly Component[], parameters: readonly SignatureParameter[]): string {
  const covered = components.map(([name]) => `"${name}"`).join(' ');
  const rest = parameters.map(
    ([name, value]) => `;${name}=${typeof value === 'number' ? String(value) : JSON.stringify(value)}`,
  );
  return `(${covered})${rest.join('')}`;
}

/** The value of Content-Digest. */
export function contentDigest(bodyHash: Uint8Array): string {
  return `sha-256=:${base64(bodyHash)}:`;
}
