import { agentOfRun } from '#core/agent/run-agents.ts';
import type { Run } from '#core/agent/run.ts';
import { concatAll, hex } from '#core/base/bytes.ts';
import type { ApprovalId, CommandId, Digest, Ms, Sha256, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { answerBytesLeft, type Channel } from '#core/channels/channel.ts';
import { checkOutgoing, outgoingBytes } from '#core/channels/check-outgoing.ts';
import { keyDirectory } from '#core/channels/key-directory.ts';
import { outgoingDigest, type OutgoingRequest } from '#core/channels/outgoing.ts';
import type { ParsedUrl, Target } from '#core/channels/target.ts';
import { joinAll, OWNER_TYPED, type Label } from '#core/labels/label.ts';
import { withContent } from '#core/policy/carried-content.ts';
import { decide, policyVersion, requestDigest, type NO_RULES, type RuleVerdict } from '#core/policy/decide.ts';
import type { ActionRequest, Decision, Permit } from '#core/policy/permit.ts';
import type { LabelledArgument, SinkRequest } from '#core/policy/request.ts';
import type { Reason } from '#core/policy/reason.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { Egress, EgressAnswer, EgressFailure } from '#ports/egress.ts';
import type { AddressRead, ChannelDraft, ChannelsApi, ChannelsView } from '../contract/channels-api.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import {
  type ChannelCommand,
  type Departure,
  type EgressIntent,
  type EgressRecord,
  type PricedChannel,
  type StoredChannel,
  UNNAMED_KEY,
  useOf,
} from './channel-facts.ts';
import { answerStream, BrokenOff, wholeOf, type AnswerStreamParts } from './answer-stream.ts';
import { knownYes, type Yes } from '../policy/yes.ts';
import { channelsView } from './channel-view.ts';
import { type AskedFor, denialText, outgoingProblemText, targetProblemText } from './channel-words.ts';
import type { Caps } from '#core/spend/caps.ts';
import { mayReserve, usedOn, type Reservation } from '#core/spend/ledger.ts';
import { BY_HAND, costOfCall, planCost, type AskedCost, type PlannedCost } from '../spend/plan-cost.ts';
import { readCosts } from '../spend/read-costs.ts';
import { NO_SPENDING, type CameTo, type SpendCommand, type Spending, type StoredSpend } from '../spend/spend-facts.ts';
import { notReservedText } from '../spend/spend-words.ts';
import { readAddress, readDraft } from './read-draft.ts';

/** How long a host has to begin its answer, to go on with it, and to end one that is taken whole. */
export const ANSWER_MS = 60_000 as Ms;
/** How long an answer may stream. */
export const STREAM_MS = 900_000 as Ms;

export interface ChannelDeskParts {
  readonly store: Pick<AgentStore, 'row' | 'rows'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sha256: Sha256;
  readonly incrementalSha256: AnswerStreamParts['incrementalSha256'];
  readonly egress: Egress;
  /** What signed requests are signed with; it changes with the journal's key. */
  readonly publicKey: () => Uint8Array;
  /** The platform's own parser. */
  readonly parse: (text: string) => ParsedUrl | null;
  /** The owner's calendar day at a time, ISO 8601. */
  readonly day: (at: UnixMs) => Promise<string>;
  readonly rules: OwnersRules;
  /** The yes of the owner to exactly this that was not used yet. */
  readonly approval: (digest: Digest) => Promise<ApprovalId | null>;
  /** The same of an act that a standing yes covers; left out where there are none. */
  readonly granted?: (digest: Digest) => Promise<ApprovalId | null>;
  readonly command: (body: (ChannelCommand | SpendCommand) & { readonly id: CommandId }) => Promise<CommandOutcome>;
}

/** What the owner's own rules say. */
export interface OwnersRules {
  readonly digest: () => Promise<Digest | typeof NO_RULES>;
  /** @param bytes that would be sent; null where nothing is */
  readonly verdicts: (request: SinkRequest, bytes: number | null) => Promise<readonly RuleVerdict[]>;
}

/** What is to leave, where each part of it came from, and for whom. */
export interface Sending {
  readonly request: OutgoingRequest;
  /** The channel's id; left out for the one to this origin. */
  readonly channel?: string;
  readonly sink: 'egress' | 'mcp-call' | 'premium-model';
  readonly by: EgressIntent['by'];
  /** What the owner would be shown on a card. */
  readonly arguments: Json;
  /** What it carries. */
  readonly carries: readonly LabelledArgument[];
  readonly planned: boolean;
  readonly planner: Label;
  readonly destructive: boolean;
  /** Of the question that was answered with yes; left out where nobody was asked. */
  readonly nonce?: string;
  /** More than this of an answer is not read. */
  readonly answerBytesMax: number;
  /** How long the host has to begin its answer; left out for `ANSWER_MS`. */
  readonly begins?: Ms;
  /** What it would use at most, where that is not one call by the way out. */
  readonly cost?: AskedCost;
  /** What it came to, out of the answer; null or left out where it costs what was set aside. */
  readonly costOf?: (answer: { readonly status: number; readonly body: Uint8Array }) => CameTo | null;
}

export type SendOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: EgressAnswer['headers'];
      readonly body: Uint8Array;
    }
  /** The owner has to say yes to this digest: then it is sent again with this nonce. Nothing was sent. */
  | { readonly kind: 'ask'; readonly action: ActionRequest; readonly digest: Digest; readonly reason: Reason }
  /** Nothing was sent. */
  | { readonly kind: 'refused'; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly code: EgressFailure['code'] | 'too-long';
      readonly message: string;
      readonly sent: EgressRecord['sent'];
    };

/** An answer as it comes. */
export interface Opened {
  readonly kind: 'opened';
  readonly status: number;
  readonly headers: EgressAnswer['headers'];
  /** Ends with the answer, once that is in the journal; fails with `BrokenOff` when it is not a whole one. */
  readonly body: ReadableStream<Uint8Array>;
}

export type OpenOutcome = Opened | Exclude<SendOutcome, { readonly kind: 'answered' }>;

/** What would be decided of a request, and by which way out it would go. */
export interface Considered {
  readonly action: ActionRequest;
  /** @param yes as if the owner had said this to it; whatever is asked, the owner's rules are evaluated once */
  readonly decide: (yes: Yes | null) => Promise<Decision>;
  /** The way out, as the owner calls it. */
  readonly name: string;
  /** Spent or set aside today, and the limit for a day, in millionths; null where it costs nothing. */
  readonly today: { readonly used: number; readonly limit: number } | null;
}

interface Weighed {
  readonly action: ActionRequest;
  readonly digest: Digest;
  readonly decide: (yes: Yes | null) => Promise<Decision>;
  readonly stored: StoredChannel;
  readonly target: Target;
  readonly day: string;
  readonly cost: PlannedCost | null;
  readonly spend: StoredSpend;
}

/**
 * The gate to the outside: what is to leave goes to an approved host or nowhere, is decided here, is in the journal before
 * its first byte leaves, and its outcome afterwards. Any tab has one; the leader's journal counts for all of them.
 */
export class ChannelDesk implements ChannelsApi {
  readonly #parts: ChannelDeskParts;
  readonly #listeners = new Set<(view: ChannelsView) => void>();
  /** Intents of this tab that are under way. */
  readonly #underWay = new Set<string>();
  #telling: Promise<void> = Promise.resolve();
  #tellAgain = false;

  constructor(parts: ChannelDeskParts) {
    this.#parts = parts;
  }

  /** Sends it, and takes the whole answer. */
  async send(sending: Sending, signal: AbortSignal): Promise<SendOutcome> {
    const outcome = await this.#send(sending, ANSWER_MS, signal);
    if (outcome.kind !== 'opened') return outcome;
    const { status, headers, body } = outcome;
    const whole = await wholeOf(body);
    return whole instanceof BrokenOff
      ? { kind: 'failed', code: whole.code, message: whole.message, sent: 'yes' }
      : { kind: 'answered', status, headers, body: whole };
  }

  /** Sends it, and hands on the answer as it comes. Whoever gets one reads it to its end, or cancels it. */
  open(sending: Sending, signal: AbortSignal): Promise<OpenOutcome> {
    return this.#send(sending, STREAM_MS, signal);
  }

  /** What would be decided of a request now, as it is. Nothing is sent. */
  async consider(sending: Sending): Promise<Result<Considered, string>> {
    const considered = await this.#consider(sending);
    if (!considered.ok) return considered;
    const { action, decide, stored, cost, spend, day } = considered.value;
    const today = cost === null ? null : { used: usedOn(spend.ledger, day), limit: spend.ledger.caps.day };
    return ok({ action, decide, name: stored.name, today });
  }

  async onView(listener: (view: ChannelsView) => void): Promise<void> {
    this.#listeners.add(listener);
    listener(await this.#view());
  }

  /** Something was journaled. */
  changed(): void {
    if (this.#tellAgain || this.#listeners.size === 0) return;
    this.#tellAgain = true;
    this.#telling = this.#telling.then(
      async () => {
        this.#tellAgain = false;
        const view = await this.#view();
        for (const listener of this.#listeners) listener(view);
      },
      () => undefined,
    );
  }

  /**
   * Says of what was under way when a tab ended that nobody knows how it went. Nothing is sent again.
   * @returns how many
   */
  async settle(): Promise<number> {
    const rows = (await this.#parts.store.rows('egress')).map(({ value }) => value as Departure);
    const now = this.#parts.clock.now();
    let settled = 0;
    for (const { intent, at, answer } of rows) {
      // Another tab may still be at it; a clock that was set back tells nothing.
      if (
        answer !== null ||
        this.#underWay.has(intent.id) ||
        Math.abs(now - at) <= ANSWER_MS + (intent.lasts ?? ANSWER_MS)
      )
        continue;
      await this.#answer(intent, { status: null, failure: 'cut', bytes: 0, sent: 'unknown' });
      settled++;
    }
    return settled;
  }

  readAddress(text: string): Promise<Result<AddressRead, string>> {
    const read = readAddress(text, this.#parts.parse);
    return Promise.resolve(read.ok ? read : err(targetProblemText(read.error)));
  }

  /** @param from where the draft came from: only what the owner typed opens a way out */
  async approve(draft: ChannelDraft, from: Label = OWNER_TYPED): Promise<Result<string, string>> {
    const id = hex(this.#parts.entropy.bytes(8));
    const approved = await this.approvable(draft, id, from);
    if (!approved.ok) return approved;
    const ordered = await this.#order({ type: 'approve-channel', ...approved.value });
    return ordered.ok ? ok(id) : ordered;
  }

  async change(id: string, draft: ChannelDraft): Promise<Result<void, string>> {
    const approved = await this.approvable(draft, id, OWNER_TYPED);
    return approved.ok ? this.#order({ type: 'change-channel', ...approved.value }) : approved;
  }

  revoke(id: string): Promise<Result<void, string>> {
    return this.#order({ type: 'revoke-channel', channel: id });
  }

  /** Notes that a new key counts, and no other. @returns what it goes by */
  async setKey(channel: string): Promise<Result<string, string>> {
    const key = hex(this.#parts.entropy.bytes(8));
    const ordered = await this.#order({ type: 'note-key', channel, key });
    return ordered.ok ? ok(key) : ordered;
  }

  /** Notes that one counts which an earlier version kept. */
  findKey(channel: string): Promise<Result<void, string>> {
    return this.#order({ type: 'note-key', channel, key: UNNAMED_KEY });
  }

  /** Notes that none counts. */
  removeKey(channel: string): Promise<Result<void, string>> {
    return this.#order({ type: 'note-key', channel, key: null });
  }

  changeCaps(caps: Caps): Promise<Result<void, string>> {
    return this.#order({ type: 'change-caps', caps });
  }

  settleSpending(reservation: string, actual: number): Promise<Result<void, string>> {
    return this.#order({ type: 'settle-spending', reservation, actual });
  }

  async restore(id: string): Promise<Result<void, string>> {
    const stored = (await this.#parts.store.row('channel', id))?.value as StoredChannel | undefined;
    if (stored === undefined) return err('There is no such way out.');
    const { channel, name, why } = stored;
    return this.#order({ type: 'approve-channel', channel, name, why });
  }

  /** A draft as the channel it would be, once the policy lets its author open one. */
  async approvable(draft: ChannelDraft, id: string, from: Label): Promise<Result<PricedChannel, string>> {
    const { sha256, parse, clock, entropy } = this.#parts;
    const named = readDraft(draft, id, parse, clock.now());
    if (!named.ok) return named;
    const costs = readCosts(draft.costs ?? null, id, await this.#spend(), clock.now());
    if (!costs.ok) return costs;
    const { perDay, prices } = costs.value;
    const channel: Channel = { ...named.value.channel, ...(perDay === null ? {} : { moneyPerDay: perDay }) };
    const read = ok({ ...named.value, channel, ...(prices.length === 0 ? {} : { prices }) });
    const action: ActionRequest = {
      ...{ tool: 'channels.approve', run: 'owner', step: id },
      arguments: { ...read.value } as unknown as Json,
      contentDigest: null,
      host: channel.origin,
      label: from,
      policy: policyVersion(await this.#parts.rules.digest()),
      nonce: hex(entropy.bytes(16)),
    };
    const request: SinkRequest = {
      action,
      sink: 'server-connect',
      channel: null,
      arguments: [{ name: 'channel', role: 'address', label: from }],
      ...{ planned: true, planner: from, destructive: false },
    };
    // Filling in the form and sending it off is the yes; what the owner did not type is denied before that counts.
    const decision = await this.#decider(request, null)({ digest: requestDigest(action, sha256), by: 'owner' });
    return decision.kind === 'allow' ? read : err(denialText(decision, channel.origin));
  }

  /** @param lasts by when it is all over */
  async #send(sending: Sending, lasts: Ms, signal: AbortSignal): Promise<OpenOutcome> {
    const considered = await this.#consider(sending);
    if (!considered.ok) return refused(considered.error);
    const { action, digest, decide, stored, target, day, cost } = considered.value;
    const yes = await this.#yesTo(digest);
    const decision = await decide(yes === null ? null : { digest, by: yes.by });
    const { request, by } = sending;
    const { channel } = stored;
    if (decision.kind === 'deny') return refused(denialText(decision, action.host ?? ''));
    if (decision.kind === 'ask') return { kind: 'ask', action, digest, reason: decision.reason };
    const left = answerBytesLeft(channel, useOf(stored, day, this.#parts.clock.now()));
    const answerBytes = Math.min(sending.answerBytesMax, left);
    const intent: EgressIntent = {
      id: hex(this.#parts.entropy.bytes(16)),
      channel: channel.id,
      host: target.origin,
      method: request.method,
      bytes: outgoingBytes(request, target),
      request: outgoingDigest(request, this.#parts.sha256),
      action: digest,
      by,
      reason: decision.reason,
      approval: decision.reason === 'approved' || decision.reason === 'granted' ? (yes?.id ?? null) : null,
      policy: action.policy,
      day,
      label: action.label,
      ...(channel.answerBytesPerDay === undefined ? {} : { answerBytes }),
      ...(lasts === ANSWER_MS ? {} : { lasts }),
    };
    const intended = await this.#intend(intent, stored, request, target, cost);
    if (!intended.ok) return refused(intended.error);
    return this.#exchange(intent, decision.permit, action, { ...sending, answerBytesMax: answerBytes }, stored, signal);
  }

  /** The owner's yes to exactly this that was not used yet, else a standing one that covers it. */
  async #yesTo(digest: Digest): Promise<{ readonly id: ApprovalId; readonly by: Yes['by'] } | null> {
    const approved = await this.#parts.approval(digest);
    if (approved !== null) return { id: approved, by: 'owner' };
    const granted = (await this.#parts.granted?.(digest)) ?? null;
    return granted === null ? null : { id: granted, by: 'grant' };
  }

  async #consider(sending: Sending): Promise<Result<Weighed, string>> {
    const { sha256, clock, parse } = this.#parts;
    const now = clock.now();
    const day = await this.#parts.day(now);
    const found = await this.#channelFor(sending);
    if (!found.ok) return found;
    const stored = found.value;
    const { channel } = stored;
    const { request, by } = sending;
    const spend = await this.#spend();
    const cost = planCost(spend, sending.cost ?? costOfCall(channel.id), now);
    const target = checkOutgoing(channel, request, parse, useOf(stored, day, now), now);
    if (!target.ok) return err(outgoingProblemText(target.error, stored, askedFor(request)));
    const action: ActionRequest = {
      ...by,
      arguments: sending.arguments,
      contentDigest: outgoingDigest(request, sha256),
      host: target.value.origin,
      label: joinAll(sending.carries.map(({ label }) => label)),
      policy: policyVersion(await this.#parts.rules.digest()),
      nonce: sending.nonce ?? hex(this.#parts.entropy.bytes(16)),
      ...(cost === null ? {} : { spends: { micro: cost.micro, currency: cost.currency, known: cost.known } }),
    };
    const room = cost === null ? null : noRoom(spend, cost, stored, await this.#payerOf(by.run), day);
    if (room !== null) return err(room);
    const decide = this.#decider(
      { ...sending, action, channel: channel.id, arguments: withContent(sending.carries, request.body) },
      outgoingBytes(request, target.value),
    );
    const digest = requestDigest(action, sha256);
    return ok({ action, digest, decide, stored, target: target.value, day, cost, spend });
  }

  /** Whose limits it counts against. */
  async #payerOf(by: string): Promise<Pick<Reservation, 'agent' | 'run'>> {
    if (by === BY_HAND) return { agent: agentOfRun(null), run: null };
    const run = (await this.#parts.store.row('run', by))?.value as Run | undefined;
    return { agent: agentOfRun(run), run: by };
  }

  /** What is decided of a request with one yes or another: the owner's rules are evaluated when it is first asked. */
  #decider(request: SinkRequest, bytes: number | null): (yes: Yes | null) => Promise<Decision> {
    let judged: Promise<readonly RuleVerdict[]> | null = null;
    return async (yes) => {
      const channels = (await this.#channels()).filter(({ revokedAt }) => revokedAt === null);
      judged ??= this.#parts.rules
        .verdicts(request, bytes)
        .catch((): readonly RuleVerdict[] => [{ rule: '', effect: 'error' }]);
      const state = { ...knownYes(yes), channels: new Map(channels.map(({ channel }) => [channel.id, channel])) };
      return decide(state, request, await judged, this.#parts.sha256);
    };
  }

  /** By its id, or the one to exactly this origin; of several, the one that takes the longest part of the path. */
  async #channelFor({ channel: id, request }: Sending): Promise<Result<StoredChannel, string>> {
    const open = (await this.#channels()).filter(({ revokedAt }) => revokedAt === null);
    if (id !== undefined) {
      const named = open.find(({ channel }) => channel.id === id);
      return named === undefined ? err('This way out was revoked, so nothing was sent.') : ok(named);
    }
    const url = this.#parts.parse(request.url);
    const origin = url === null ? '' : `${url.protocol}//${url.hostname}${url.port === '' ? '' : `:${url.port}`}`;
    const fitting = open
      .filter(({ channel }) => channel.origin === origin && channel.probe !== true)
      .sort((a, b) => b.channel.pathPrefix.length - a.channel.pathPrefix.length);
    const [first] = fitting;
    const under = fitting.find(({ channel }) => url?.pathname.startsWith(channel.pathPrefix)) ?? first;
    if (under !== undefined) return ok(under);
    const read = readAddress(request.url, this.#parts.parse);
    return err(read.ok ? denialText({ reason: 'no-channel' }, read.value.origin) : targetProblemText(read.error));
  }

  /** @returns once the intent is durable, or why it may not be */
  async #intend(
    intent: EgressIntent,
    stored: StoredChannel,
    request: OutgoingRequest,
    target: Target,
    cost: PlannedCost | null,
  ): Promise<Result<void, string>> {
    const headers = request.headers.map(([name]) => name);
    const asked = { target, method: request.method, headers, bytes: intent.bytes };
    this.#underWay.add(intent.id);
    const outcome = await this.#command({
      ...{ type: 'intend-egress', intent, under: stored.channel, asked },
      ...(cost === null ? {} : { cost }),
    });
    if (outcome.ok) return ok(undefined);
    this.#underWay.delete(intent.id);
    // It is kept and may be journaled later: then nothing was sent all the same.
    if (outcome.code === 'no-leader' || outcome.code === 'io')
      void this.#answer(intent, { status: null, failure: 'aborted', bytes: 0, sent: 'no' });
    return err(outcome.message);
  }

  async #exchange(
    intent: EgressIntent,
    permit: Permit,
    action: ActionRequest,
    { request, answerBytesMax, costOf, begins = ANSWER_MS }: Sending,
    { channel }: StoredChannel,
    signal: AbortSignal,
  ): Promise<OpenOutcome> {
    const { clock, incrementalSha256 } = this.#parts;
    const stopped = new AbortController();
    const stop = (): void => stopped.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const late = new AbortController();
    const unbegun = clock.after(begins, () => {
      late.abort();
      stop();
    });
    const cancel = clock.after(intent.lasts ?? ANSWER_MS, stop);
    const over = async (answer: EgressRecord, came?: CameTo): Promise<void> => {
      cancel();
      signal.removeEventListener('abort', stop);
      await this.#answer(intent, answer, came).finally(() => this.#underWay.delete(intent.id));
    };
    const sent = await this.#parts.egress
      .send(permit, action, request, channel, stopped.signal)
      .catch((error: unknown): Result<never, EgressFailure> => err(brokenBy(error)));
    unbegun();
    if (!sent.ok) {
      const { code, message, sent: got } = sent.error;
      await over({ status: null, failure: code, bytes: 0, sent: got });
      return { kind: 'failed', code, message: late.signal.aborted ? lateText(begins) : message, sent: got };
    }
    const { status, headers } = sent.value;
    const pieces: Uint8Array[] = [];
    const body = answerStream(sent.value.body, {
      ...{ clock, incrementalSha256, bytesMax: answerBytesMax, signal: stopped.signal },
      ...{ first: begins, idle: ANSWER_MS },
      // What was charged is in the answer itself.
      ...(costOf === undefined ? {} : { seen: (piece: Uint8Array) => pieces.push(piece) }),
      ended: ({ bytes, hash, failure }) => {
        const came = (failure === null ? costOf?.({ status, body: concatAll(pieces) }) : null) ?? undefined;
        return over({ status, failure, bytes, hash, sent: 'yes' }, came);
      },
    });
    return { kind: 'opened', status, headers, body };
  }

  async #answer({ id }: EgressIntent, answer: EgressRecord, came?: CameTo): Promise<void> {
    await this.#command({ type: 'answer-egress', intent: id, answer, ...(came === undefined ? {} : { came }) });
  }

  async #order(body: ChannelCommand | SpendCommand): Promise<Result<void, string>> {
    const outcome = await this.#command(body);
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }

  #command(body: ChannelCommand | SpendCommand): Promise<CommandOutcome> {
    return this.#parts.command({ ...body, id: hex(this.#parts.entropy.bytes(16)) as CommandId });
  }

  async #spend(): Promise<StoredSpend> {
    return ((await this.#parts.store.row('spend', 'spend'))?.value ?? NO_SPENDING) as StoredSpend;
  }

  async #channels(): Promise<StoredChannel[]> {
    return (await this.#parts.store.rows('channel')).map(({ value }) => value as StoredChannel);
  }

  async #view(): Promise<ChannelsView> {
    const now = this.#parts.clock.now();
    const [channels, rows, spend, spendings, day] = await Promise.all([
      this.#channels(),
      this.#parts.store.rows('egress'),
      this.#spend(),
      this.#parts.store.rows('spending'),
      this.#parts.day(now),
    ]);
    const view = channelsView(
      channels,
      rows.map(({ value }) => value as Departure),
      { spend, spendings: spendings.map(({ value }) => value as Spending) },
      day,
      now,
      this.#parts.parse,
    );
    return { ...view, keyDirectory: keyDirectory([this.#parts.publicKey()], this.#parts.sha256) };
  }
}

function lateText(begins: Ms): string {
  const within = begins === ANSWER_MS ? 'a minute' : `${String(begins / 60_000)} minutes`;
  return `No answer came within ${within}. Whether the host got it is not known; nothing is sent again by itself.`;
}

/** Why no cap has room for it; null where all have. */
function noRoom(
  { ledger }: StoredSpend,
  { of, micro, currency }: PlannedCost,
  { channel }: StoredChannel,
  payer: Pick<Reservation, 'agent' | 'run'>,
  day: string,
): string | null {
  const asked = { id: '', of, ...payer, day, micro, currency, ofPerDay: channel.moneyPerDay ?? null };
  const may = mayReserve(ledger, asked);
  return may.ok ? null : notReservedText(may.error, asked, ledger.caps);
}

function askedFor({ method, headers, url }: OutgoingRequest): AskedFor {
  return { method, headers: headers.map(([name]) => name), place: url.replace(/[?#].*$/s, '') };
}

function refused(message: string): Extract<SendOutcome, { readonly kind: 'refused' }> {
  return { kind: 'refused', message };
}

function brokenBy(error: unknown): EgressFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'broken', message: `The way out failed: ${message}`, sent: 'unknown' };
}
