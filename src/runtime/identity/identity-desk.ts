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
import {
  recordHash,
  type AgentIdentity,
  type Certificate,
  type SignedRecord,
  type Succession,
} from '#core/identity/record.ts';
import type { SignatureTools } from '#core/identity/signature.ts';
import { certificateFor, verifyIdentity, type Identity } from '#core/identity/verify-identity.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import type { IdentityApi, IdentityView, KeyView } from '../contract/identity-api.ts';
import { claimsOf } from './claims-of.ts';
import type { IdentityCommand, StoredIdentity } from './identity-facts.ts';
import { KeyRing, type KeyRingParts } from './key-ring.ts';
import { readRootBackup, rootBackup } from './root-backup.ts';

export interface IdentityDeskParts extends KeyRingParts {
  readonly clock: Clock;
  readonly store: Pick<AgentStore, 'row' | 'head'>;
  /** Loaded when first needed: ML-DSA is heavy. */
  readonly tools: () => Promise<SignatureTools>;
  /** What the owner saved of themselves; null before they saved anything. */
  readonly owner: () => Promise<OwnerSettings | null>;
  readonly command: (body: IdentityCommand) => Promise<CommandOutcome>;
}

/** A proof is good for this long, and never longer than its challenge. */
const PROOF_VALID_MS = 10 * 60_000;

/** Everything a page can ask about who the agent is. Any tab has one; what changes goes through the leader's journal. */
export class IdentityDesk implements IdentityApi {
  readonly #parts: IdentityDeskParts;
  readonly #ring: KeyRing;

  constructor(parts: IdentityDeskParts) {
    this.#parts = parts;
    this.#ring = new KeyRing(parts);
  }

  async view(): Promise<Result<IdentityView | null, string>> {
    const stored = await this.#stored();
    if (stored === null) return ok(null);
    const read = await this.#verified(stored);
    if (!read.ok) return read;
    const identity = read.value;
    const now = this.#parts.clock.now();
    const current = (certificate: Certificate): boolean =>
      certificateFor(identity, certificate.purpose, now) === certificate;
    return ok({
      id: identity.id,
      name: identity.genesis.name,
      createdAt: identity.genesis.createdAt,
      root: this.#keyView(identity.root),
      holdsRoot: (await this.#ring.signerOf(identity.root)) !== null,
      cosigners: { count: identity.cosigners.keys.length, threshold: identity.cosigners.threshold },
      keys: identity.keys.map(({ from, key }) => ({ from, ...this.#keyView(key) })),
      certificates: identity.certificates.map((certificate) => ({
        purpose: certificate.purpose,
        key: this.#keyView(certificate.subject),
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        current: current(certificate),
      })),
      claims: claimsOf(identity, await this.#parts.owner()),
      given: stored.given.map(({ verifier, origin, shown, at }) => ({ verifier, origin, shown, at })),
    });
  }

  async prove(given: string, show: readonly string[]): Promise<Result<string, string>> {
    const challenge = readChallenge(given);
    if (challenge === null) return err('This is not a challenge, or a part of it is missing. Paste the whole text.');
    const at = this.#parts.clock.now();
    if (at > challenge.expiresAt) return err('This challenge has expired. Ask for a new one.');
    const opened = await this.#opened();
    if (!opened.ok) return opened;
    const { identity } = opened.value;
    const certificate = certificateFor(identity, 'prove', at);
    const prover = certificate === null ? null : await this.#ring.proverOf(certificate.subject as ProofKey);
    if (prover === null) return err('The key for proofs is not on this device, so nothing can be proved from here.');
    const stated = show.length === 0 ? ok(null) : await this.#stateAnew(opened.value, at);
    if (!stated.ok) return stated;
    const { sha256 } = this.#parts;
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
    const { entropy, clock } = this.#parts;
    const asked = { verifier: verifier.trim(), origin: null, asks };
    const text = challengeText(challengeFor(asked, entropy.bytes(CHALLENGE_NONCE_BYTES), clock.now()));
    return Promise.resolve(
      readChallenge(text) === null
        ? err('Say in up to 200 characters who asks, and choose claims by their names.')
        : ok(text),
    );
  }

  async check(proof: string, challenge: string, expected: string | null): Promise<IdentityProofReport> {
    const tools = await this.#parts.tools();
    const stored = await this.#stored();
    const now = this.#parts.clock.now();
    const answered = new Set<string>(stored?.accepted.map((accepted) => accepted.challenge));
    const known = expected === null ? {} : { expected: expected as AgentIdentity };
    const report = checkIdentityProof(tools, proof, challenge, { now, answered, ...known });
    const asked = readChallenge(challenge);
    if (!report.ok || report.agent === null || asked === null) return report;
    const digest = challengeDigest(this.#parts.sha256, asked);
    const { id, name } = report.agent;
    const outcome = await this.#parts.command({
      type: 'accept-proof',
      proof: { challenge: digest, agent: id, name, at: now },
    });
    // Another tab may have accepted the same proof a moment ago: the journal decides who was first.
    return !outcome.ok && outcome.code === 'stale'
      ? checkIdentityProof(tools, proof, challenge, { now, answered: new Set([digest]) })
      : report;
  }

  async strengthenRoot(): Promise<Result<void, string>> {
    const opened = await this.#opened();
    if (!opened.ok) return opened;
    const { identity, stored } = opened.value;
    if (identity.root.algorithm === 'Ed25519+ML-DSA-65') return err('The root signs with ML-DSA-65 already.');
    const old = await this.#ring.signerOf(identity.root);
    if (old === null) return err('The root is not on this device. Bring it back from its backup first.');
    const { sha256, clock, store } = this.#parts;
    const at = clock.now();
    const root = await this.#ring.newSigner('Ed25519+ML-DSA-65');
    const from = ((await store.head())?.size ?? 0) as Succession['from'];
    const follows = { version: 1, agent: identity.id, at } as const;
    const succession = await this.#ring.sign<Succession>(
      { ...follows, type: 'windhover.succession', previous: identity.head, role: 'root', key: root.key, from },
      old,
      root,
    );
    const records: SignedRecord[] = [succession];
    const proving = certificateFor(identity, 'prove', at);
    if (proving !== null) {
      const previous = recordHash(sha256, succession);
      records.push(await this.#ring.sign<Certificate>({ ...proving, ...follows, previous, notBefore: at }, root));
    }
    return this.#certify(stored, records);
  }

  async exportRoot(): Promise<Result<string, string>> {
    const opened = await this.#opened();
    if (!opened.ok) return opened;
    const { id, root } = opened.value.identity;
    const secret = await this.#ring.secretOf(root);
    return secret === null ? err('The root is not on this device.') : ok(rootBackup(id, root, secret));
  }

  async importRoot(backup: string): Promise<Result<void, string>> {
    const opened = await this.#opened();
    if (!opened.ok) return opened;
    const { id, root } = opened.value.identity;
    const read = readRootBackup(backup);
    if (read === null) return err('This is not the backup of a root, or a part of it is missing.');
    if (read.agent !== id) return err(`This is the root of another agent, ${read.agent}.`);
    return (await this.#ring.restore(root, read.secret))
      ? ok(undefined)
      : err('This root was replaced by a newer one. Use the backup of that one.');
  }

  async removeRoot(): Promise<Result<void, string>> {
    const opened = await this.#opened();
    if (!opened.ok) return opened;
    await this.#ring.remove(opened.value.identity.root);
    return ok(undefined);
  }

  async #stored(): Promise<StoredIdentity | null> {
    return ((await this.#parts.store.row('identity', 'identity'))?.value ?? null) as StoredIdentity | null;
  }

  async #verified(stored: StoredIdentity): Promise<Result<Identity, string>> {
    const verified = verifyIdentity(await this.#parts.tools(), stored.records);
    if (verified.ok) return verified;
    return err(`Record ${verified.error.record} of this identity does not hold: ${verified.error.why}.`);
  }

  async #opened(): Promise<Result<{ readonly stored: StoredIdentity; readonly identity: Identity }, string>> {
    const stored = await this.#stored();
    if (stored === null) return err('This agent has no identity yet. Wait until it has started.');
    const identity = await this.#verified(stored);
    return identity.ok ? ok({ stored, identity: identity.value }) : identity;
  }

  /** The statement in force, or a new one when what it says, or who must sign it, has changed since. */
  async #stateAnew(
    { stored, identity }: { readonly stored: StoredIdentity; readonly identity: Identity },
    at: UnixMs,
  ): Promise<Result<NonNullable<StoredIdentity['stated']>, string>> {
    const { sha256, entropy } = this.#parts;
    const claims = claimsOf(identity, await this.#parts.owner());
    if (claims.length > CLAIMS_MAX) return err(`There are more than ${CLAIMS_MAX} names and addresses to state.`);
    const key = signerOf(identity, at);
    const kept = stored.stated;
    const plain = (list: readonly Claim[]): string => canonicalJson(list.map(({ name, value }) => [name, value]));
    const signed = kept?.statement.signatures.some(({ by }) => by === keyIdOf(sha256, key)) === true;
    if (kept !== null && signed && plain(kept.open.claims) === plain(claims)) return ok(kept);
    const signer = await this.#ring.signerOf(key);
    if (signer === null) return err('The key that signs claims is not on this device.');
    const open = saltClaims(claims, (length) => entropy.bytes(length));
    const statement = await this.#ring.sign(stateClaims(sha256, identity.id, open, at), signer);
    const outcome = await this.#parts.command({ type: 'state-claims', statement, open });
    return outcome.ok ? ok({ statement, open }) : err(outcome.message);
  }

  async #noteGiven(challenge: Challenge, body: ProofBody): Promise<Result<void, string>> {
    const { verifier, origin } = challenge;
    const shown = body.shown.map(({ name }) => name);
    const proof = { challenge: body.challenge, verifier, origin, shown, at: body.at };
    const outcome = await this.#parts.command({ type: 'give-proof', proof });
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }

  /** Only a chain that holds with the new records is journaled. */
  async #certify(stored: StoredIdentity, records: readonly SignedRecord[]): Promise<Result<void, string>> {
    const whole = await this.#verified({ ...stored, records: [...stored.records, ...records] });
    if (!whole.ok) return whole;
    const outcome = await this.#parts.command({ type: 'certify', after: stored.records.length, records });
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }

  #keyView(key: KeyDocument): KeyView {
    const text = key.algorithm === 'ristretto255' ? key.key : (key.keys[0] ?? '');
    return { algorithm: key.algorithm, id: keyIdOf(this.#parts.sha256, key), text, document: key };
  }
}
