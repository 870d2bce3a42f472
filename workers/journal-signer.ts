import { createNobleSigner } from '#adapters/noble/ed25519.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import {
  canSign,
  createSigningKeys,
  createWebCryptoSigner,
  openSigner,
  type KeptSigningKeys,
} from '#adapters/webcrypto/signer.ts';
import type { ChangingSigner, Sealed, Sealer, Signer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { OpenVault } from '#ports/vault.ts';
import { wrapContext } from '#runtime/vault/slots.ts';

/** Names in the key holder: the key in use as a bare pair, wrapped, or sealed; the one that may follow; those before. */
const BARE = 'signing';
const WRAPPED = 'signing-key';
const SEALED = 'signing-secret';
const NEXT = 'signing-next';
const PAST = 'signing-past';
/** RFC 8032 section 5.1.5. */
const ED25519_SECRET_BYTES = 32;

/** A key that waits: wrapped by the vault, or, where the platform has no Ed25519, its sealed secret. */
type NextKey = { readonly wrapped: KeptSigningKeys } | { readonly sealed: Sealed };

/**
 * The agent's signing key. Its secret half is wrapped by the vault; one made before there was a vault cannot be taken
 * out to be wrapped, and stays as it is. Where the platform has no Ed25519 the secret is 32 random bytes, sealed by the
 * vault, and signing is done in JavaScript.
 */
export async function openJournalSigner(vault: OpenVault, kept: KeyHolder, sealer: Sealer): Promise<JournalSigner> {
  const signer = new JournalSigner(vault, kept, sealer);
  await signer.refresh();
  return signer;
}

export class JournalSigner implements ChangingSigner {
  readonly #vault: OpenVault;
  readonly #kept: KeyHolder;
  readonly #sealer: Sealer;
  #current: Signer | null = null;
  #past: readonly Uint8Array[] = [];
  /** Whether the platform signs, and not JavaScript. */
  byPlatform = true;

  constructor(vault: OpenVault, kept: KeyHolder, sealer: Sealer) {
    this.#vault = vault;
    this.#kept = kept;
    this.#sealer = sealer;
  }

  get publicKey(): Uint8Array {
    return this.#inUse.publicKey;
  }

  get sign(): Signer['sign'] {
    return this.#inUse.sign;
  }

  get past(): readonly Uint8Array[] {
    return this.#past;
  }

  async refresh(): Promise<void> {
    this.#past = (await this.#kept.get<readonly Uint8Array[]>(PAST)) ?? [];
    this.#current = await this.#open();
  }

  async prepare(): Promise<Signer> {
    await this.refresh();
    const lying = await this.#openNext(await this.#kept.once<NextKey>(NEXT, () => this.#make()));
    if (!same(lying.publicKey, this.publicKey)) return lying;
    // It is in use already: whoever took it up was stopped before it was cleared away. No key may follow itself.
    await this.#kept.remove(NEXT);
    return this.#openNext(await this.#kept.once<NextKey>(NEXT, () => this.#make()));
  }

  async prepared(): Promise<Uint8Array | null> {
    const next = await this.#kept.get<NextKey>(NEXT);
    return next === null ? null : (await this.#openNext(next)).publicKey;
  }

  /** In this order, so that whatever stops it, it can be done again. */
  async usePrepared(): Promise<void> {
    const next = await this.#kept.get<NextKey>(NEXT);
    if (next === null) throw new Error('No key lies ready to sign.');
    const { publicKey } = await this.#openNext(next);
    const before = this.publicKey;
    if (!same(before, publicKey))
      await this.#kept.change<readonly Uint8Array[]>(PAST, (past) => [
        ...(past ?? []).filter((key) => !same(key, before)),
        before,
      ]);
    if ('wrapped' in next) await this.#kept.set(WRAPPED, next.wrapped);
    else await this.#kept.set(SEALED, next.sealed);
    await this.#kept.remove(BARE);
    await this.#kept.remove(NEXT);
    await this.refresh();
  }

  get #inUse(): Signer {
    if (this.#current === null) throw new Error('The signing key was not opened.');
    return this.#current;
  }

  get #context(): string {
    return wrapContext(this.#vault.id, 'secret/signing-key');
  }

  async #open(): Promise<Signer> {
    const bare = await this.#kept.get<CryptoKeyPair>(BARE);
    if (bare !== null) return createWebCryptoSigner(bare);
    if ((await this.#kept.has(SEALED)) || !((await this.#kept.has(WRAPPED)) || (await canSign()))) {
      this.byPlatform = false;
      return this.#openSealed(await this.#kept.once<Sealed>(SEALED, () => this.#makeSealed()));
    }
    return this.#openWrapped(await this.#kept.once<KeptSigningKeys>(WRAPPED, () => this.#makeWrapped()));
  }

  async #make(): Promise<NextKey> {
    return this.byPlatform ? { wrapped: await this.#makeWrapped() } : { sealed: await this.#makeSealed() };
  }

  #openNext(next: NextKey): Promise<Signer> {
    return 'wrapped' in next ? this.#openWrapped(next.wrapped) : this.#openSealed(next.sealed);
  }

  async #makeWrapped(): Promise<KeptSigningKeys> {
    const made = await createSigningKeys(this.#vault.keys, this.#context);
    if (!made.ok) throw new Error('This browser stopped signing with Ed25519 while the key was made.');
    return made.value;
  }

  async #openWrapped(pair: KeptSigningKeys): Promise<Signer> {
    const signer = await openSigner(pair, this.#vault.keys, this.#context);
    if (signer === null) throw new Error('The signing key was wrapped by another vault, or it was changed.');
    return signer;
  }

  #makeSealed(): Promise<Sealed> {
    return this.#sealer.seal(webCryptoEntropy.bytes(ED25519_SECRET_BYTES), SEALED);
  }

  async #openSealed(sealed: Sealed): Promise<Signer> {
    const secret = await this.#sealer.open(sealed, SEALED);
    if (!secret.ok) throw new Error('The signing key was sealed by another vault, or it was changed.');
    return createNobleSigner(secret.value);
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
