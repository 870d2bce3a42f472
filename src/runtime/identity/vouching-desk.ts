import type { Digest } from '#core/base/ids.ts';
import { canonicalJson } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { COSIGNER_NAME_CHARS_MAX, type CosignerCard, cosignerCardText } from '#core/identity/cosigner-card.ts';
import { keyIdOf } from '#core/identity/key-document.ts';
import {
  againstMemory,
  answerText,
  isAskedOf,
  type JudgedRequest,
  readRequest,
} from '#core/identity/signature-request.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import type { CosigningApi, RequestView } from '../contract/cosigning-api.ts';
import type { IdentityBook } from './identity-book.ts';
import type { CosignedRecord } from './identity-facts.ts';
import type { VouchingKey } from './vouching-key.ts';

/** The other side of co-signing: what another agent asks this device to sign, shown before it is signed. */
export class VouchingDesk implements Pick<CosigningApi, 'cosignerCard' | 'readRequest' | 'signRequest'> {
  readonly #book: IdentityBook;
  readonly #key: VouchingKey;

  constructor(book: IdentityBook, key: VouchingKey) {
    this.#book = book;
    this.#key = key;
  }

  async cosignerCard(name: string): Promise<Result<string, string>> {
    const called = name.trim();
    if (called === '' || called.length > COSIGNER_NAME_CHARS_MAX)
      return err(`Say in up to ${String(COSIGNER_NAME_CHARS_MAX)} characters what they shall call you.`);
    const signer = await this.#key.ready();
    if (!signer.ok) return signer;
    const { key } = signer.value;
    const at = this.#book.parts.clock.now();
    const card: CosignerCard = { type: 'windhover.cosigner', version: 1, name: called, key, at };
    return ok(cosignerCardText(await this.#book.ring.sign(card, signer.value)));
  }

  async readRequest(given: string): Promise<Result<RequestView, string>> {
    const judged = await this.#judged(given);
    if (!judged.ok) return judged;
    const { request, standing, memory } = judged.value;
    const { identity, asked, digest, signing } = request;
    return ok({
      agent: identity.id,
      name: identity.genesis.name,
      record: asked.record,
      digest,
      text: canonicalJson(asked.record),
      signed: signing.cosigned,
      threshold: identity.cosigners.threshold,
      signedBefore: memory.findLast(({ agent }) => agent === identity.id)?.at ?? null,
      standing,
    });
  }

  async signRequest(given: string, digest: Digest): Promise<Result<string, string>> {
    const judged = await this.#judged(given);
    if (!judged.ok) return judged;
    const { request, standing, signer } = judged.value;
    const { identity, asked } = request;
    if (request.digest !== digest) return err('The request is not the one that was shown. Please look at it again.');
    const signed = await this.#book.ring.sign(asked.record, signer);
    const [signature] = signed.signatures;
    if (signature === undefined) return err('The key of this device did not sign.');
    // Remembered durably before it is given out.
    if (standing !== 'again') {
      const { type, previous } = asked.record;
      const at = this.#book.parts.clock.now();
      const cosigned: CosignedRecord = {
        agent: identity.id,
        name: identity.genesis.name,
        type,
        digest,
        previous,
        at,
      };
      const noted = await this.#book.parts.command({ type: 'note-cosigned', cosigned });
      if (!noted.ok) return err(noted.message);
    }
    return ok(answerText({ agent: identity.id, record: digest, signature }));
  }

  /** A request that this device may sign, and what it remembers of that agent. */
  async #judged(given: string): Promise<Result<Judged, string>> {
    const read = readRequest(await this.#book.parts.tools(), given);
    if (!read.ok) return err(`This request cannot be used: ${read.error}.`);
    const request = read.value;
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    if (request.identity.id === opened.value.identity.id)
      return err('This is a request of this agent itself. Give it to a co-signer, on another device.');
    const signer = await this.#key.existing();
    if (signer === null || !isAskedOf(this.#book.parts.sha256, request, keyIdOf(this.#book.parts.sha256, signer.key)))
      return err('This device is not one of the co-signers whom this agent named, so its signature would not count.');
    const memory = opened.value.stored.cosigned ?? [];
    const { kind: standing } = againstMemory(request, memory);
    if (standing === 'old') return err(OLD_REQUEST);
    return ok({ request, signer, memory, standing });
  }
}

interface Judged {
  readonly request: JudgedRequest;
  readonly signer: RecordSigner;
  readonly memory: readonly CosignedRecord[];
  readonly standing: RequestView['standing'];
}

const OLD_REQUEST =
  'This request leaves out a change of that agent which this device knows of: it is an old one, or somebody goes on with a copy of that agent. Ask its owner for a new request.';
