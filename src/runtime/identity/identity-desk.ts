import type { UnixMs } from '#core/base/ids.ts';
import { canonicalJson } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import {
  CHALLENGE_NONCE_BYTES,
  challengeDigest,
  challengeFor,
  challengeText,
  readChallenge,
  type Challenge,
} from '#core/identity/challenge.ts';
import { checkIdentityProof, signerOf, type IdentityProofReport } from '#core/identity/check-identity-proof.ts';
import { CLAIMS_MAX, saltClaims, showClaims, stateClaims, type Claim } from '#core/identity/claims.ts';
import { boundTo, identityProofText, type ProofBody } from '#core/identity/identity-proof.ts';
import { type KeyDocument, keyIdOf, type ProofKey } from '#core/identity/key-document.ts';
import type { AgentIdentity, Certificate } from '#core/identity/record.ts';
import { certificateFor } from '#core/identity/verify-identity.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { IdentityApi, IdentityView } from '../contract/identity-api.ts';
import type { KeyView } from '../contract/key-view.ts';
import { claimsOf } from './claims-of.ts';
import { cosigningView, keyView } from './cosigning-view.ts';
import type { IdentityBook, OpenedIdentity } from './identity-book.ts';
import type { StoredIdentity } from './identity-facts.ts';

/** A proof is good for this long, and never longer than its challenge. */
const PROOF_VALID_MS = 10 * 60_000;

/** Everything a page can ask about who the agent is. Any tab has one; what changes goes through the leader's journal. */
export class IdentityDesk implements Pick<IdentityApi, 'view' | 'prove' | 'challenge' | 'check'> {
  readonly #book: IdentityBook;
  /** What the owner saved of themselves; null before they saved anything. */
  readonly #owner: () => Promise<OwnerSettings | null>;

  constructor(book: IdentityBook, owner: () => Promise<OwnerSettings | null>) {
    this.#book = book;
    this.#owner = owner;
  }

  async view(): Promise<Result<IdentityView | null, string>> {
    if ((await this.#book.stored()) === null) return ok(null);
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { stored, identity } = opened.value;
    const now = this.#book.parts.clock.now();
    const current = (certificate: Certificate): boolean =>
      certificateFor(identity, certificate.purpose, now) === certificate;
    return ok({
      id: identity.id,
      name: identity.genesis.name,
      createdAt: identity.genesis.createdAt,
      root: this.#viewOf(identity.root),
      holdsRoot: (await this.#book.ring.signerOf(identity.root)) !== null,
      lacks: await this.#book.lacks(identity, now),
      ...(await cosigningView(this.#book, opened.value)),
      keys: identity.keys.map(({ from, key }) => ({
        from,
        restored:
          stored.continued?.some((continued) => continued.agent === key.keys[0] && continued.from === from) === true,
        ...this.#viewOf(key),
      })),
      certificates: identity.certificates.map((certificate) => ({
        purpose: certificate.purpose,
        key: this.#viewOf(certificate.subject),
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        current: current(certificate),
      })),
      claims: claimsOf(identity, await this.#owner()),
      given: stored.given.map(({ verifier, origin, shown, at }) => ({ verifier, origin, shown, at })),
    });
  }

  async prove(given: string, show: readonly string[]): Promise<Result<string, string>> {
    const challenge = readChallenge(given);
    if (challenge === null) return err('This is not a challenge, or a part of it is missing. Paste the whole text.');
    const at = this.#book.parts.clock.now();
    if (at > challenge.expiresAt) return err('This challenge has expired. Ask for a new one.');
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { identity } = opened.value;
    const certificate = certificateFor(identity, 'prove', at);
    if (certificate === null)
      return err('No key for proofs is certified at this moment. Is the clock of this device right?');
    const prover = await this.#book.ring.proverOf(certificate.subject as ProofKey);
    if (prover === null) return err('The key for proofs is not on this device, so nothing can be proved from here.');
    const stated = show.length === 0 ? ok(null) : await this.#stateAnew(opened.value, at);
    if (!stated.ok) return stated;
    const { sha256 } = this.#book.parts;
    const body: ProofBody = {
      type: 'windhover.identity-proof',
      version: 1,
      algorithm: 'ristretto255-schnorr-sha512',
      agent: identity.id,
      challenge: challengeDigest(sha256, challenge),
      verifier: challenge.verifier,
      origin: challenge.origin,
      at,
      expiresAt: Math.min(at + PROOF_VALID_MS, challenge.expiresAt) as UnixMs,
      records: opened.value.stored.records,
      statement: stated.value?.statement ?? null,
      shown: stated.value === null ? [] : showClaims(sha256, stated.value.open, new Set(show)),
    };
    const { userId, otherInfo } = boundTo(body);
    const proof = prover.prove(userId, otherInfo);
    const noted = await this.#noteGiven(challenge, body);
    return noted.ok ? ok(identityProofText({ ...body, proof })) : noted;
  }

  challenge(verifier: string, asks: readonly string[]): Promise<Result<string, string>> {
    const { entropy, clock } = this.#book.parts;
    const asked = { verifier: verifier.trim(), origin: null, asks };
    const text = challengeText(challengeFor(asked, entropy.bytes(CHALLENGE_NONCE_BYTES), clock.now()));
    return Promise.resolve(
      readChallenge(text) === null
        ? err('Say in up to 200 characters who asks, and choose claims by their names.')
        : ok(text),
    );
  }

  async check(proof: string, challenge: string, expected: string | null): Promise<IdentityProofReport> {
    const tools = await this.#book.parts.tools();
    const stored = await this.#book.stored();
    const now = this.#book.parts.clock.now();
    const answered = new Set<string>(stored?.accepted.map((accepted) => accepted.challenge));
    const known = expected === null ? {} : { expected: expected as AgentIdentity };
    const report = checkIdentityProof(tools, proof, challenge, { now, answered, ...known });
    const asked = readChallenge(challenge);
    if (!report.ok || report.agent === null || asked === null) return report;
    const digest = challengeDigest(this.#book.parts.sha256, asked);
    const { id, name } = report.agent;
    const outcome = await this.#book.parts.command({
      type: 'accept-proof',
      proof: { challenge: digest, agent: id, name, at: now },
    });
    // Another tab may have accepted the same proof a moment ago: the journal decides who was first.
    return !outcome.ok && outcome.code === 'stale'
      ? checkIdentityProof(tools, proof, challenge, { now, answered: new Set([digest]) })
      : report;
  }

  /** The statement in force, or a new one when what it says, or who must sign it, has changed since. */
  async #stateAnew(
    { stored, identity }: OpenedIdentity,
    at: UnixMs,
  ): Promise<Result<NonNullable<StoredIdentity['stated']>, string>> {
    const { sha256, entropy } = this.#book.parts;
    const claims = claimsOf(identity, await this.#owner());
    if (claims.length > CLAIMS_MAX) return err(`There are more than ${CLAIMS_MAX} names and addresses to state.`);
    const key = signerOf(identity, at);
    const kept = stored.stated;
    const plain = (list: readonly Claim[]): string => canonicalJson(list.map(({ name, value }) => [name, value]));
    const signed = kept?.statement.signatures.some(({ by }) => by === keyIdOf(sha256, key)) === true;
    if (kept !== null && signed && plain(kept.open.claims) === plain(claims)) return ok(kept);
    const signer = await this.#book.ring.signerOf(key);
    if (signer === null) return err('The key that signs claims is not on this device.');
    const open = saltClaims(claims, (length) => entropy.bytes(length));
    const statement = await this.#book.ring.sign(stateClaims(sha256, identity.id, open, at), signer);
    const outcome = await this.#book.parts.command({ type: 'state-claims', statement, open });
    return outcome.ok ? ok({ statement, open }) : err(outcome.message);
  }

  async #noteGiven(challenge: Challenge, body: ProofBody): Promise<Result<void, string>> {
    const { verifier, origin } = challenge;
    const shown = body.shown.map(({ name }) => name);
    const proof = { challenge: body.challenge, verifier, origin, shown, at: body.at };
    const outcome = await this.#book.parts.command({ type: 'give-proof', proof });
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }

  #viewOf(key: KeyDocument): KeyView {
    return keyView(this.#book.parts.sha256, key);
  }
}
