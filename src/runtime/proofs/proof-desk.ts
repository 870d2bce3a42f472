import type { BundleTools } from '#core/audit/bundle.ts';
import { BUNDLE_JOURNAL, makeBundle } from '#core/audit/bundle.ts';
import { checkpointKey } from '#core/audit/checkpoint.ts';
import { cosign, withSignatures } from '#core/audit/cosignature.ts';
import { consistencyProof } from '#core/audit/merkle-tree.ts';
import { COSIGNATURE_TYPE, formatNoteKey, type NoteKey, parseNoteKey } from '#core/audit/note.ts';
import { keysNamedIn } from '#core/audit/signing-keys.ts';
import {
  formatAddCheckpoint,
  judgeAddCheckpoint,
  parseAddCheckpoint,
  readWitnessAnswer,
  readWitnessSize,
} from '#core/audit/witness.ts';
import type { RunId, UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { type AgentId, agentIdOf } from '#core/identity/did-key.ts';
import type { Source } from '#core/items/source.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import { exportDossier, exportJournal, type ExportingParts, wholeJournal } from '../agent/export-journal.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import type { StoredIdentity } from '../identity/identity-facts.ts';
import type { CosignedView, ProofsApi, WitnessAnswer, WitnessesView } from '../contract/proofs-api.ts';
import { type Withheld, withheldRuns } from './withheld.ts';
import { type CosignedHead, NO_WITNESSES, type StoredWitnesses, type WitnessCommand } from './witness-facts.ts';

export interface ProofDeskParts {
  readonly agent: AgentId;
  readonly reading: ExportingParts;
  readonly store: Pick<AgentStore, 'row' | 'rows'>;
  readonly clock: Clock;
  readonly tools: BundleTools;
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
    const { agent, reading, clock, tools, zip } = this.#parts;
    const { cosigned } = await this.#stored();
    const journal = await exportJournal(reading, agent, clock.now(), withPayloads, cosigned, await this.#withheld());
    const { publicKey, sign } = reading.signer;
    const files = await makeBundle(tools, journal, { keyId: agentIdOf(publicKey), sign });
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
    const { approved, cosigned, logs } = await this.#stored();
    const anchors = cosigned.map(({ by, size, time }) => ({ by, size, time }));
    return {
      ownKey: formatNoteKey(this.#parts.tools.sha256, this.#ownKey(), COSIGNATURE_TYPE),
      witnesses: approved.map((key) => ({ key, name: key.split('+')[0] ?? key })),
      anchors: anchors.sort((a, b) => b.size - a.size || b.time - a.time),
      logs: logs.map(({ seen: { origin, size }, time }) => ({ origin, size, time })),
    };
  }

  async approveWitness(given: string): Promise<Result<void, string>> {
    const key = this.#witness(given.trim());
    if (!key.ok) return key;
    if (key.value.name === this.#ownKey().name) return err('This is the key of this device itself.');
    return this.#order({ type: 'approve-witness', key: given.trim() });
  }

  dismissWitness(key: string): Promise<Result<void, string>> {
    return this.#order({ type: 'dismiss-witness', key });
  }

  async witnessRequest(given: string, stands: number | null): Promise<Result<string, string>> {
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
    const proof = grown ? consistencyProof(this.#parts.tools.sha256, tree, old, head.size) : [];
    return ok(formatAddCheckpoint({ old, proof, note: head.note, ...(await this.#changedKeys()) }));
  }

  async takeAnswer(given: string, answer: string): Promise<Result<WitnessAnswer, string>> {
    const key = this.#witness(given);
    if (!key.ok) return key;
    const stands = readWitnessSize(answer.trim());
    if (stands !== null) return ok({ kind: 'stands-at', size: stands });
    // The journal went on since the request was copied: the answer is on one of its heads, most likely a late one.
    let why = 'the journal is empty';
    for (const { note, size } of (await wholeJournal(this.#parts.reading)).heads.slice(-HEADS_TRIED_MAX).reverse()) {
      const read = readWitnessAnswer(this.#parts.tools, key.value, note, `${answer.trim()}\n`);
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
    const { tools, reading, clock } = this.#parts;
    const request = parseAddCheckpoint(`${given.trim().replaceAll('\r\n', '\n')}\n`);
    if (!request.ok) return err('This is not what a log gives to its witness.');
    const origin = /^(.*)$/m.exec(request.value.note)?.[1] ?? '';
    const known = (await this.#stored()).logs.find(({ seen }) => seen.origin === origin)?.seen ?? null;
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
    const seconds = Math.floor(clock.now() / 1000);
    const line = await cosign(tools.sha256, text, this.#ownKey(), seconds, reading.signer.sign);
    const log = { seen, line, time: (seconds * 1000) as UnixMs };
    // Remembered durably before it is given out (C2SP tlog-witness).
    const kept = await this.#order({ type: 'cosign-log', after: known?.size ?? 0, log });
    return kept.ok ? ok({ origin: seen.origin, size: seen.size, before: known?.size ?? 0, answer: line }) : kept;
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

  #ownKey(): NoteKey {
    return checkpointKey(this.#parts.reading.signer.publicKey);
  }

  #witness(given: string): Result<NoteKey, string> {
    const key = parseNoteKey(this.#parts.tools.sha256, given, COSIGNATURE_TYPE);
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
