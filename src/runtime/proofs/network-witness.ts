import { hex, utf8 } from '#core/base/bytes.ts';
import { KIB } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { NEUTRAL, OWNER_TYPED, type Label } from '#core/labels/label.ts';
import type { OutgoingRequest } from '#core/channels/outgoing.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { ChannelDesk, SendOutcome } from '../channels/channel-desk.ts';
import type { ChannelDraft } from '../contract/channels-api.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import type { WitnessAsked, WitnessNetworkApi, WitnessOffer } from '../contract/proofs-api.ts';
import type { ProofDesk } from './proof-desk.ts';
import { NO_WITNESSES, type ReachWitnessCommand, type StoredWitnesses, type WitnessCommand } from './witness-facts.ts';

export interface NetworkWitnessParts {
  readonly proofs: Pick<ProofDesk, 'checkWitness' | 'witnessRequest' | 'takeAnswer'>;
  readonly channels: () => Promise<Pick<ChannelDesk, 'send' | 'approvable' | 'readAddress'>>;
  readonly store: Pick<AgentStore, 'row'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly entropy: Entropy;
  readonly command: (body: ReachWitnessCommand | WitnessCommand) => Promise<CommandOutcome>;
}

/** A cosignature is a line; nothing longer is an answer of a witness. */
const ANSWER_BYTES_MAX = 64 * KIB;
const NAME_CHARS_MAX = 50;
const HOST_CHARS_MAX = 300;

/** What the owner is shown of it before it goes anywhere: the address is the host's own, the checkpoint is made to be public. */
const ADDRESS: Label = { ...OWNER_TYPED, confidentiality: 'public' };
const CHECKPOINT: Label = { ...NEUTRAL, sources: ['app'] };

/** Witnesses that are asked over the network (C2SP tlog-witness, c2sp.org/tlog-witness), each by a way out of its own. */
export class NetworkWitness implements WitnessNetworkApi {
  readonly #parts: NetworkWitnessParts;

  constructor(parts: NetworkWitnessParts) {
    this.#parts = parts;
  }

  async offer(given: string, address: string): Promise<Result<WitnessOffer, string>> {
    const key = await this.#parts.proofs.checkWitness(given);
    if (!key.ok) return key;
    const place = placeOf(address);
    const read = await (await this.#parts.channels()).readAddress(place);
    if (!read.ok) return read;
    const body = await this.#parts.proofs.witnessRequest(key.value, null, 'plain');
    if (!body.ok) return body;
    const { origin, path, space } = read.value;
    return ok({ place: origin + path, space, body: body.value, bytes: utf8(body.value).length });
  }

  async reach(given: string, address: string): Promise<Result<void, string>> {
    const key = await this.#parts.proofs.checkWitness(given);
    if (!key.ok) return key;
    const place = placeOf(address);
    const id = hex(this.#parts.entropy.bytes(8));
    const channels = await this.#parts.channels();
    const named = await channels.approvable(draftFor(key.value, place), id, OWNER_TYPED);
    if (!named.ok) return named;
    return this.#order({ type: 'reach-witness', key: key.value, address: place, opens: named.value });
  }

  async ask(key: string): Promise<Result<WitnessAsked, string>> {
    const answered = await this.#askTwice(key);
    const failure = answered.ok ? null : answered.error;
    const at = this.#parts.clock.now();
    await this.#parts.command({ type: 'note-witness-asked', key, at, failure });
    return answered;
  }

  /** Where the witness stands elsewhere it says so, and is asked once more from there. */
  async #askTwice(key: string): Promise<Result<WitnessAsked, string>> {
    const stored = (await this.#parts.store.row('witnesses', 'witnesses'))?.value as StoredWitnesses | undefined;
    const reached = (stored ?? NO_WITNESSES).reached?.find((witness) => witness.key === key);
    if (reached === undefined) return err('This witness has no address. Give it one first.');
    let stands: number | null = null;
    for (let asked = 0; asked < 2; asked++) {
      const body = await this.#parts.proofs.witnessRequest(key, stands, 'plain');
      if (!body.ok) return body;
      const outcome = await this.#send(reached, body.value);
      if (outcome.kind !== 'answered') return err(wordsOf(outcome));
      const text = new TextDecoder().decode(outcome.body);
      if (outcome.status === 409) {
        const taken = await this.#parts.proofs.takeAnswer(key, text);
        if (!taken.ok || taken.value.kind !== 'stands-at')
          return err('The witness says that it stands elsewhere, and not where (409 without a size).');
        stands = taken.value.size;
        continue;
      }
      if (outcome.status !== 200) return err(refusalText(outcome.status, text));
      const taken = await this.#parts.proofs.takeAnswer(key, text);
      if (!taken.ok) return taken;
      if (taken.value.kind !== 'cosigned') return err('The witness answered with a number and no cosignature.');
      return ok({ size: taken.value.size, time: taken.value.time });
    }
    return err(
      `The witness says that it stands at ${String(stands)}, and does not take a proof from there: it may know this journal with other entries.`,
    );
  }

  async #send(
    { key, address, channel }: { readonly key: string; readonly address: string; readonly channel: string },
    body: string,
  ): Promise<SendOutcome> {
    const request: OutgoingRequest = { method: 'POST', url: address, headers: [], body: utf8(body) };
    return (await this.#parts.channels()).send(
      {
        ...{ request, channel, sink: 'egress', planned: true, planner: OWNER_TYPED, destructive: false },
        by: { tool: 'witness.ask', run: 'owner', step: nameOf(key) },
        arguments: { witness: nameOf(key), body },
        carries: [
          { name: 'address', role: 'address', label: ADDRESS },
          { name: 'body', role: 'content', label: CHECKPOINT },
        ],
        answerBytesMax: ANSWER_BYTES_MAX,
      },
      new AbortController().signal,
    );
  }

  async #order(body: ReachWitnessCommand): Promise<Result<void, string>> {
    const outcome = await this.#parts.command(body);
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }
}

/** The address a witness gives out is a prefix; what it is asked at is below that. */
function placeOf(address: string): string {
  const prefix = address.trim().replace(/\/+$/, '');
  return prefix.endsWith('/add-checkpoint') ? prefix : `${prefix}/add-checkpoint`;
}

function draftFor(key: string, place: string): ChannelDraft {
  return {
    name: `Witness ${nameOf(key).slice(0, NAME_CHARS_MAX)}`,
    why: 'Cosigning the newest checkpoint of the journal',
    address: place,
    methods: ['POST'],
    headers: [],
    clearance: 'public',
    bytesPerDay: 100 * KIB,
    requestsPerMinute: 6,
    expiresAt: null,
  };
}

function nameOf(key: string): string {
  return key.split('+')[0] ?? key;
}

function wordsOf(outcome: Exclude<SendOutcome, { kind: 'answered' }>): string {
  if (outcome.kind !== 'ask') return outcome.message;
  return `Your rules want you to be asked before this is sent (${outcome.reason}), so nothing was sent.`;
}

/** What C2SP tlog-witness says of each status, and what to do. */
function refusalText(status: number, said: string): string {
  const words = said.trim().slice(0, HOST_CHARS_MAX);
  const quoted = words === '' ? '' : ` It said: “${words}”`;
  switch (status) {
    case 400:
      return `The witness could not read the request (400).${quoted}`;
    case 403:
      return `The witness knows this journal under another key (403). Give its owner this journal’s key.${quoted}`;
    case 404:
      return `The witness does not know this journal (404). Ask its owner to add it, and look whether the address is right.${quoted}`;
    case 422:
      return `The witness does not accept the proof (422): it saw other entries under this journal’s name.${quoted}`;
    case 429:
      return `The witness is asked too often (429). Wait a while.${quoted}`;
    default:
      return status >= 500
        ? `The witness itself is in trouble (${String(status)}). Try again later.${quoted}`
        : `The witness answered ${String(status)}, which is not what a witness answers. Look whether the address is right.${quoted}`;
  }
}
