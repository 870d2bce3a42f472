import { canonicalJson, digestOf } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { type NamedCosigner, readCosigner, sameKey } from '#core/identity/cosigner-card.ts';
import { keyIdOf } from '#core/identity/key-document.ts';
import { type NextRecord, parseDraft, type SignedRecord } from '#core/identity/record.ts';
import { readAnswer, type SignatureAnswer } from '#core/identity/signature-request.ts';
import { judgeNext, keyAt } from '#core/identity/verify-identity.ts';
import type { CosignedChange, CosigningApi, SignatureTaken } from '../contract/cosigning-api.ts';
import type { IdentityBook, OpenedIdentity } from './identity-book.ts';
import type { CosignerNames } from './identity-facts.ts';
import type { RootDesk } from './root-desk.ts';
import { cosignerChange, proofCertificate, signsFrom, succession } from './write-records.ts';

type OwnersApi = Pick<
  CosigningApi,
  'readCosigner' | 'setCosigners' | 'askCosigners' | 'withdrawRequest' | 'takeSignature'
>;

/** The owner's side of co-signing: who the co-signers are, and what they are asked for. */
export class CosignersDesk implements OwnersApi {
  readonly #book: IdentityBook;
  readonly #root: Pick<RootDesk, 'certifyDevice'>;

  constructor(book: IdentityBook, root: Pick<RootDesk, 'certifyDevice'>) {
    this.#book = book;
    this.#root = root;
  }

  async readCosigner(given: string): Promise<Result<NamedCosigner, string>> {
    return readCosigner(await this.#book.parts.tools(), given);
  }

  async setCosigners(
    cosigners: readonly NamedCosigner[],
    threshold: number,
  ): Promise<Result<'changed' | 'asked', string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { stored, identity } = opened.value;
    const keys = cosigners.map(({ key }) => key);
    const own = [identity.root, keyAt(identity, Infinity), this.#book.ring.own.key, ...many(stored.vouching)];
    if (keys.some((key) => own.some((other) => sameKey(this.#book.parts.sha256, key, other)))) return err(OWN_KEY);
    const same = canonicalJson({ keys, threshold }) === canonicalJson(identity.cosigners);
    const draft = parseDraft({ record: cosignerChange(this.#book, identity, { keys, threshold }), signatures: [] });
    if (!draft.ok) return err(`These co-signers cannot be named: ${draft.error}.`);
    const root = await this.#book.ring.signerOf(identity.root);
    if (!same && root === null && identity.cosigners.threshold === 0) return err(NOBODY_CAN);
    const named = await this.#name(cosigners);
    if (!named.ok) return named;
    if (same) return ok('changed');
    if (root === null) {
      const asked = await this.#ask(opened.value, draft.value);
      return asked.ok ? ok('asked') : asked;
    }
    const done = await this.#book.certify(stored, [await this.#book.ring.sign(draft.value.record, root)]);
    return done.ok ? ok('changed') : done;
  }

  async askCosigners(change: CosignedChange): Promise<Result<void, string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    if (opened.value.identity.cosigners.threshold === 0) return err('No co-signers were named for this identity.');
    const draft = await this.#draft(opened.value, change);
    return draft.ok ? this.#ask(opened.value, draft.value) : draft;
  }

  async withdrawRequest(): Promise<Result<void, string>> {
    const asked = (await this.#book.stored())?.asked ?? null;
    const outcome = await this.#book.parts.command({ type: 'withdraw-signatures' });
    if (!outcome.ok) return err(outcome.message);
    await this.#forget(asked);
    return ok(undefined);
  }

  async takeSignature(given: string): Promise<Result<SignatureTaken, string>> {
    const answer = readAnswer(given);
    if (answer === null) return err('This is not the signature of a co-signer, or a part of it is missing.');
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { stored, identity } = opened.value;
    const asked = stored.asked ?? null;
    const refused = this.#refusal(answer, identity.id, asked);
    if (asked === null || refused !== null) return err(refused ?? NOTHING_ASKED);
    const { signature } = answer;
    const by = this.#nameOf(opened.value, signature.by);
    const next = { ...asked, signatures: [...asked.signatures, signature] };
    const judged = judgeNext(await this.#book.parts.tools(), identity, next, stored.records.length);
    if (!judged.ok) return err(SIGNATURE_FAULTS[judged.error.code] ?? `It cannot be used: ${judged.error.why}.`);
    if (!judged.value.complete) {
      const signed = asked.signatures.length;
      const kept = await this.#book.parts.command({ type: 'keep-signature', signed, signature });
      return kept.ok ? ok({ by, complete: false }) : err(kept.message);
    }
    const done = await this.#book.certify(stored, [next]);
    if (!done.ok) return done;
    const { record } = next;
    // What waited for a root that was lost, the new one does at once.
    if (record.type === 'windhover.succession' && record.role === 'root') await this.#root.certifyDevice();
    return ok({ by, complete: true });
  }

  /** Why an answer is not one to what is asked, before its signature is looked at. */
  #refusal(answer: SignatureAnswer, id: string, asked: SignedRecord<NextRecord> | null): string | null {
    if (answer.agent !== id) return `This signature is for another agent, ${answer.agent}.`;
    if (asked === null) return NOTHING_ASKED;
    if (answer.record !== digestOf(this.#book.parts.sha256, asked.record)) return OTHER_REQUEST;
    const twice = asked.signatures.some(({ by }) => by === answer.signature.by);
    return twice ? 'This co-signer has signed already; each counts once.' : null;
  }

  async #draft(
    { stored, identity }: OpenedIdentity,
    change: CosignedChange,
  ): Promise<Result<SignedRecord<NextRecord>, string>> {
    const { ring, parts } = this.#book;
    const size = (await parts.store.head())?.size ?? 0;
    if (change === 'root') {
      const next = await ring.newSigner(identity.root.algorithm);
      return ok(await succession(this.#book, identity, { role: 'root', next, from: size }, null));
    }
    const lacks = await this.#book.lacks(identity, parts.clock.now());
    if (!lacks.includes(change)) return err('This device has that key already.');
    if (change === 'proof-key') {
      const prover = await ring.newProver();
      return ok(await proofCertificate(this.#book, identity, undefined, prover.key, null));
    }
    const from = signsFrom(stored, ring.own.key.keys[0] ?? '') ?? size;
    return ok(await succession(this.#book, identity, { role: 'agent', next: ring.own, from }, null));
  }

  async #ask({ stored }: OpenedIdentity, asked: SignedRecord<NextRecord>): Promise<Result<void, string>> {
    const outcome = await this.#book.parts.command({ type: 'ask-signatures', after: stored.records.length, asked });
    if (!outcome.ok) return err(outcome.message);
    await this.#forget(stored.asked ?? null);
    return ok(undefined);
  }

  /** The secret of a root that never came into force is of no use. */
  async #forget(asked: SignedRecord<NextRecord> | null): Promise<void> {
    if (asked?.record.type === 'windhover.succession' && asked.record.role === 'root')
      await this.#book.ring.remove(asked.record.key);
  }

  async #name(cosigners: readonly NamedCosigner[]): Promise<Result<void, string>> {
    const kept = (await this.#book.stored())?.names ?? {};
    const { sha256 } = this.#book.parts;
    const names: CosignerNames = Object.fromEntries(
      cosigners.map(({ key, name }) => [keyIdOf(sha256, key), name.trim()]),
    );
    if (Object.entries(names).every(([id, name]) => (kept[id as keyof CosignerNames] ?? '') === name))
      return ok(undefined);
    const outcome = await this.#book.parts.command({ type: 'name-cosigners', names });
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }

  #nameOf({ stored, identity }: OpenedIdentity, by: SignatureAnswer['signature']['by']): string {
    const named = stored.names?.[by] ?? '';
    if (named !== '') return named;
    return identity.cosigners.keys.find((key) => keyIdOf(this.#book.parts.sha256, key) === by)?.keys[0] ?? by;
  }
}

const NOTHING_ASKED = 'Nothing is asked for at present: the request was completed or withdrawn.';
const OTHER_REQUEST =
  'This signature is for another request: an older one, or one that was withdrawn. Give the co-signer the request that is shown here.';
const OWN_KEY = 'A key of this agent or of this device cannot be its own co-signer.';
const NOBODY_CAN =
  'The root is not on this device, and no co-signers are in force who could stand in for it. Bring the root back first.';
const SIGNATURE_FAULTS: { readonly [code: string]: string } = {
  stranger: 'This signature is by a key that is none of the co-signers in force.',
  'bad-signature': 'The signature does not hold: it was changed on the way, or is on something else.',
};

function many<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
