import { BUNDLE_JOURNAL, makeBundle } from '#core/audit/bundle.ts';
import type { CheckFileTools } from '#core/audit/check-file.ts';
import { checkpointKey } from '#core/audit/checkpoint.ts';
import { compareFiles, type Comparison } from '#core/audit/compare-files.ts';
import { cosign, withSignatures } from '#core/audit/cosignature.ts';
import { consistencyProof } from '#core/audit/merkle-tree.ts';
import { COSIGNATURE_TYPE, formatNoteKey, type NoteKey, parseNoteKey, type SignEd25519 } from '#core/audit/note.ts';
import { keysNamedIn } from '#core/audit/signing-keys.ts';
import {
  formatAddCheckpoint,
  judgeAddCheckpoint,
  parseAddCheckpoint,
  readWitnessAnswer,
  readWitnessSize,
} from '#core/audit/witness.ts';
import { assert } from '#core/base/assert.ts';
import type { RunId, Sha256, UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { type AgentId, agentIdOf } from '#core/identity/did-key.ts';
import { rawKeysOf } from '#core/identity/key-document.ts';
import type { Source } from '#core/items/source.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import { exportDossier, exportJournal, type ExportingParts, wholeJournal } from '../agent/export-journal.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import type { StoredIdentity } from '../identity/identity-facts.ts';
import type { VouchingKey } from '../identity/vouching-key.ts';
import type { CosignedView, ProofsApi, WitnessAnswer, WitnessesView } from '../contract/proofs-api.ts';
import { type Withheld, withheldRuns } from './withheld.ts';
import { type CosignedHead, NO_WITNESSES, type StoredWitnesses, type WitnessCommand } from './witness-facts.ts';

export interface ProofDeskParts {
  readonly agent: AgentId;
  readonly reading: ExportingParts;
  readonly store: Pick<AgentStore, 'row' | 'rows'>;
  readonly clock: Clock;
  /** Loaded when first needed: ML-DSA is heavy. */
  readonly tools: () => Promise<CheckFileTools>;
  /** The key that this device vouches for others with. */
  readonly vouching: Pick<VouchingKey, 'existing' | 'ready'>;
  readonly zip: (files: readonly { readonly path: string; readonly bytes: Uint8Array }[]) => Promise<Uint8Array>;
  readonly command: (body: WitnessCommand) => Promise<CommandOutcome>;
}

/** Everything a page can ask about proofs for others. Any tab has one; what changes goes through the leader's journal. */
export class ProofDesk implements ProofsApi {
  readonly #parts: ProofDeskParts;

  constructor(parts: ProofDeskParts) {
    this.#parts = parts;
  }

  async bundle(withPayloads: boolean): Promise<Result<Uint8Array, string>> {
    const { agent, reading, clock, zip } = this.#parts;
    const { cosigned } = await this.#stored();
    const journal = await exportJournal(reading, agent, clock.now(), withPayloads, cosigned, await this.#withheld());
    const { publicKey, sign } = reading.signer;
    const files = await makeBundle(await this.#parts.tools(), journal, { keyId: agentIdOf(publicKey), sign });
    return files.ok ? ok(await zip([{ path: BUNDLE_JOURNAL, bytes: journal }, ...files.value])) : files;
  }

  async dossier(run: RunId): Promise<Result<Uint8Array, string>> {
    const { reading, agent } = this.#parts;
    return exportDossier(reading, agent, run, (await this.#stored()).cosigned, await this.#withheld());
  }

  async checkpoint(): Promise<Result<string, string>> {
    const head = (await wholeJournal(this.#parts.reading)).heads.at(-1);
    if (head === undefined) return err('The journal is empty.');
    const { cosigned } = await this.#stored();
    const lines = cosigned.filter(({ note }) => note === head.note).map(({ line }) => line);
    return ok(withSignatures(head.note, lines));
  }

  async view(): Promise<WitnessesView> {
    const { approved, cosigned, logs, reached = [] } = await this.#stored();
    const anchors = cosigned.map(({ by, size, time }) => ({ by, size, time }));
    return {
      witnesses: approved.map((key) => {
        const { address, channel, asked } = reached.find((witness) => witness.key === key) ?? {};
        const network =
          address === undefined || channel === undefined ? null : { address, channel, asked: asked ?? null };
        return { key, name: key.split('+')[0] ?? key, reached: network };
      }),
      anchors: anchors.sort((a, b) => b.size - a.size || b.time - a.time),
      logs: logs.map(({ seen: { origin, size }, time }) => ({ origin, size, time })),
    };
  }

  async ownKey(): Promise<Result<string, string>> {
    const signer = await this.#parts.vouching.ready();
    if (!signer.ok) return signer;
    return ok(formatNoteKey(this.#sha256, noteKeyOf(signer.value), COSIGNATURE_TYPE));
  }

  async approveWitness(given: string): Promise<Result<void, string>> {
    const key = await this.checkWitness(given);
    return key.ok ? this.#order({ type: 'approve-witness', key: key.value }) : key;
  }

  /** The key of a witness as it is kept, if it is one and not of this device. */
  async checkWitness(given: string): Promise<Result<string, string>> {
    const key = this.#witness(given.trim());
    if (!key.ok) return key;
    const own = await this.#parts.vouching.existing();
    const names = [this.#journalKey(), ...(own === null ? [] : [noteKeyOf(own)])].map(({ name }) => name);
    return names.includes(key.value.name) ? err('This is the key of this device itself.') : ok(given.trim());
  }

  dismissWitness(key: string): Promise<Result<void, string>> {
    return this.#order({ type: 'dismiss-witness', key });
  }

  /** @param form `plain`: as C2SP writes it, for witnesses that know the log's keys by other means */
  async witnessRequest(
    given: string,
    stands: number | null,
    form: 'with-keys' | 'plain' = 'with-keys',
  ): Promise<Result<string, string>> {
    const key = this.#witness(given);
    if (!key.ok) return key;
    const { tree, heads } = await wholeJournal(this.#parts.reading);
    const head = heads.at(-1);
    if (head === undefined) return err('The journal is empty.');
    const { cosigned } = await this.#stored();
    const last = cosigned.filter(({ by }) => by === key.value.name).reduce((most, { size }) => Math.max(most, size), 0);
    const old = stands ?? last;
    if (old > head.size)
      return err(`The witness says it saw ${String(old)} entries, and this journal has ${String(head.size)}.`);
    const grown = old > 0 && old < head.size;
    const proof = grown ? consistencyProof(this.#sha256, tree, old, head.size) : [];
    return ok(
      formatAddCheckpoint({ old, proof, note: head.note, ...(form === 'plain' ? {} : await this.#changedKeys()) }),
    );
  }

  async takeAnswer(given: string, answer: string): Promise<Result<WitnessAnswer, string>> {
    const key = this.#witness(given);
    if (!key.ok) return key;
    const stands = readWitnessSize(answer.trim());
    if (stands !== null) return ok({ kind: 'stands-at', size: stands });
    // The journal went on since the request was copied: the answer is on one of its heads, most likely a late one.
    const tools = await this.#parts.tools();
    let why = 'the journal is empty';
    for (const { note, size } of (await wholeJournal(this.#parts.reading)).heads.slice(-HEADS_TRIED_MAX).reverse()) {
      const read = readWitnessAnswer(tools, key.value, note, `${answer.trim()}\n`);
      if (!read.ok) {
        why = read.error;
        continue;
      }
      const { cosignature, line } = read.value;
      const cosigned: CosignedHead = { by: key.value.name, size, note, line, time: cosignature.time };
      const kept = await this.#order({ type: 'keep-cosignature', cosigned });
      return kept.ok ? ok({ kind: 'cosigned', size, time: cosignature.time }) : kept;
    }
    return err(`The answer cannot be used: ${why}.`);
  }

  async cosign(given: string): Promise<Result<CosignedView, string>> {
    const tools = await this.#parts.tools();
    const request = parseAddCheckpoint(`${given.trim().replaceAll('\r\n', '\n')}\n`);
    if (!request.ok) return err('This is not what a log gives to its witness.');
    const origin = /^(.*)$/m.exec(request.value.note)?.[1] ?? '';
    const last = (await this.#stored()).logs.find(({ seen }) => seen.origin === origin);
    const known = last?.seen ?? null;
    const judged = judgeAddCheckpoint(tools, request.value, known);
    if (!judged.ok) {
      const { error } = judged;
      // The body of a witness's 409 answer: the log makes its proof anew from there.
      return err(
        error.code === 'conflict'
          ? `Refused: ${error.why}. Answer the other device with this number: ${String(error.size)}`
          : `Refused: ${error.why}.`,
      );
    }
    const { text, seen } = judged.value;
    const signer = await this.#parts.vouching.ready();
    if (!signer.ok) return signer;
    const seconds = Math.floor(this.#parts.clock.now() / 1000);
    const cosignedBy = (key: NoteKey, sign: SignEd25519) => cosign(tools.sha256, text, key, seconds, sign);
    const own = await cosignedBy(noteKeyOf(signer.value), (message) => ed25519Half(signer.value, message));
    // Approved under the journal's key, before this device had one for vouching.
    const approved = last?.line.includes(`${this.#journalKey().name} `) === true;
    const line = own + (approved ? await cosignedBy(this.#journalKey(), this.#parts.reading.signer.sign) : '');
    const log = { seen, line, time: (seconds * 1000) as UnixMs };
    // Remembered durably before it is given out (C2SP tlog-witness).
    const kept = await this.#order({ type: 'cosign-log', after: known?.size ?? 0, log });
    return kept.ok ? ok({ origin: seen.origin, size: seen.size, before: known?.size ?? 0, answer: line }) : kept;
  }

  async compare(first: Uint8Array, second: Uint8Array): Promise<Comparison> {
    return compareFiles(await this.#parts.tools(), first, second);
  }

  async #withheld(): Promise<Withheld> {
    const sources = (await this.#parts.store.rows('source')).map(({ value }) => value as Source);
    return withheldRuns(this.#parts.reading, sources);
  }

  /** What a witness must know of the journal's keys once they are not the first any more. */
  async #changedKeys(): Promise<{ readonly records?: readonly unknown[] }> {
    const stored = (await this.#parts.store.row('identity', 'identity'))?.value as StoredIdentity | undefined;
    return stored === undefined || keysNamedIn(stored.records, []).length < 2 ? {} : { records: stored.records };
  }

  get #sha256(): Sha256 {
    return this.#parts.reading.tools.sha256;
  }

  #journalKey(): NoteKey {
    return checkpointKey(this.#parts.reading.signer.publicKey);
  }

  #witness(given: string): Result<NoteKey, string> {
    const key = parseNoteKey(this.#sha256, given, COSIGNATURE_TYPE);
    return key.ok ? key : err('This is not the key of a witness: name+id+key, for Ed25519 cosignatures.');
  }

  async #stored(): Promise<StoredWitnesses> {
    const row = await this.#parts.store.row('witnesses', 'witnesses');
    return (row?.value as StoredWitnesses | undefined) ?? NO_WITNESSES;
  }

  async #order(body: WitnessCommand): Promise<Result<void, string>> {
    const outcome = await this.#parts.command(body);
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }
}

const HEADS_TRIED_MAX = 500;

/** A witness signs as C2SP says, with the Ed25519 half of its key. */
function noteKeyOf({ key }: RecordSigner): NoteKey {
  const raw = rawKeysOf(key);
  assert(raw !== null, 'a key that signs can be read');
  return checkpointKey(raw.ed25519);
}

async function ed25519Half(signer: RecordSigner, message: Uint8Array): Promise<Uint8Array> {
  const [signature] = await signer.sign(message);
  assert(signature !== undefined, 'a key signs with its first half');
  return signature;
}
