import type { Entropy } from '#ports/crypto.ts';

/** The platform's generator; at most 65,536 bytes a call. */
export const webCryptoEntropy: Entropy = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };
