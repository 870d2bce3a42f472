import { hex } from '#core/base/bytes.ts';
import type { CommandId, Ms, Sha256 } from '#core/base/ids.ts';
import { KIB } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { modelsBase, type Channel } from '#core/channels/channel.ts';
import { diagnose, isForTheHost, type Evidence, type ProbeOutcome } from '#core/channels/diagnose.ts';
import { outgoingDigest, type OutgoingRequest } from '#core/channels/outgoing.ts';
import { sharingHeaders } from '#core/channels/sharing-headers.ts';
import { SIGNATURE_HEADERS } from '#core/channels/http-signature.ts';
import type { AddressSpace, ParsedUrl } from '#core/channels/target.ts';
import { OWNER_TYPED, type Label } from '#core/labels/label.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { LocalNetwork } from '#ports/local-network.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import type { ConnectionApi, Diagnosis, Examination, ToExamine } from '../contract/channels-api.ts';
import { wholeOf } from './answer-stream.ts';
import type { ChannelDesk, OpenOutcome } from './channel-desk.ts';
import type { ChannelCommand, NamedChannel, StoredChannel } from './channel-facts.ts';
import { findingText, letterText } from './doctor-words.ts';
import { readAddress } from './read-draft.ts';

export interface DoctorParts {
  readonly desk: Pick<ChannelDesk, 'open' | 'approvable' | 'readAddress'>;
  readonly store: Pick<AgentStore, 'row'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sha256: Sha256;
  readonly parse: (text: string) => ParsedUrl | null;
  readonly network: LocalNetwork;
  /** The origin of this app. */
  readonly page: string;
  readonly command: (body: ChannelCommand & { readonly id: CommandId }) => Promise<CommandOutcome>;
}

/** A host that has not answered a question of nothing by then is said to be silent. */
export const PROBE_MS = 30_000 as Ms;
/** By then the owner has read what would be asked; afterwards it is shown anew. */
const SHOWN_MS = 600_000;
const HEADERS_MAX = 8;
const ANSWER_BYTES_MAX = 64 * KIB;
/** What a question says in place of what the header would say. */
const NOTHING = 'windhover-check';
/** Headers with which a browser asks nothing beforehand (Fetch standard, CORS-safelisted), whatever is in them. */
const UNASKED = /^(?:accept|accept-language|content-language)$/;
/** The owner is shown each of them before it goes anywhere, and there is nothing of theirs in it. */
const SHOWN: Label = { ...OWNER_TYPED, confidentiality: 'public' };

interface Waiting {
  readonly named: NamedChannel;
  readonly space: AddressSpace;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly questions: readonly OutgoingRequest[];
  readonly shownAt: number;
}

/**
 * Finds out why a host cannot be used: shows the few questions that it would ask, sends just those once the owner says so,
 * by a way out that is open for them alone, and says what is missing and where.
 */
export class ConnectionDoctor implements ConnectionApi {
  readonly #parts: DoctorParts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: DoctorParts) {
    this.#parts = parts;
  }

  async examine(given: ToExamine): Promise<Result<Examination, string>> {
    const { desk, entropy, parse, sha256, clock } = this.#parts;
    const wanted = await this.#wanted(given);
    if (!wanted.ok) return wanted;
    const { address, methods, signed } = wanted.value;
    const headers = [...new Set(wanted.value.headers.map((header) => header.trim().toLowerCase()))].filter(
      (header) => header !== '' && !UNASKED.test(header),
    );
    if (headers.length > HEADERS_MAX)
      return err(`Name ${String(HEADERS_MAX)} headers at most: each is asked about on its own.`);
    const id = `check-${hex(entropy.bytes(8))}`;
    const draft = {
      ...{
        name: 'Connection check',
        why: 'Asking why a host cannot be used',
        address,
        methods: ['GET'],
        headers,
        signed,
      },
      ...{ clearance: 'public' as const, bytesPerDay: 64 * KIB, answerBytesPerDay: 2 * HEADERS_MAX * ANSWER_BYTES_MAX },
      ...{ requestsPerMinute: HEADERS_MAX + 1, expiresAt: clock.now() + SHOWN_MS },
    };
    const named = await desk.approvable(draft, id, OWNER_TYPED);
    if (!named.ok) return named;
    const read = readAddress(address.trim(), parse);
    if (!read.ok) return err('This is not an address.');
    const { origin, path, space } = read.value;
    const ask = (set: OutgoingRequest['headers']): OutgoingRequest => ({
      ...{ method: 'GET', url: origin + path, headers: set, body: null },
    });
    const questions = [
      ask([]),
      ...headers.map((name) => ask([[name, name === 'content-type' ? 'application/json' : NOTHING]])),
    ];
    this.#waiting.clear();
    const channel: Channel = { ...named.value.channel, probe: true };
    this.#waiting.set(id, {
      ...{ named: { ...named.value, channel }, space, methods, questions, shownAt: clock.now() },
      headers: signed ? [...new Set([...headers, ...SIGNATURE_HEADERS])].sort() : headers,
    });
    return ok({
      ...{ id, space, place: origin + path, signed },
      questions: questions.map((request) => ({ text: textOf(request), digest: outgoingDigest(request, sha256) })),
    });
  }

  async diagnose(id: string): Promise<Result<Diagnosis, string>> {
    const waiting = this.#waiting.get(id);
    // Shown once, asked once.
    this.#waiting.delete(id);
    if (waiting === undefined || this.#parts.clock.now() - waiting.shownAt > SHOWN_MS / 2)
      return err('What was shown is no longer there. Look at what would be asked once more.');
    const opened = await this.#order({ type: 'approve-channel', ...waiting.named });
    if (!opened.ok) return opened;
    try {
      return await this.#ask(waiting);
    } finally {
      await this.#order({ type: 'revoke-channel', channel: waiting.named.channel.id });
    }
  }

  async #ask({ named, space, methods, headers, questions }: Waiting): Promise<Result<Diagnosis, string>> {
    const { network, page } = this.#parts;
    const outcomes: ProbeOutcome[] = [];
    for (const request of questions) {
      const outcome = await this.#probe(named, request);
      if (!outcome.ok) return outcome;
      outcomes.push(outcome.value);
      // Where the plainest fails, the others say no more.
      if (outcomes[0]?.kind !== 'answered') break;
    }
    const [plain, ...rest] = outcomes;
    if (plain === undefined) return err('Nothing was asked.');
    const own = readAddress(page, this.#parts.parse);
    const evidence: Evidence = {
      ...{ space, methods, plain },
      fromLoopback: own.ok && own.value.space === 'loopback',
      online: network.online(),
      localPermission: space === 'public' ? 'unknown' : await network.permission(space),
      headers: rest.map((outcome, at) => ({ name: questions[at + 1]?.headers[0]?.[0] ?? '', outcome })),
    };
    const findings = diagnose(evidence);
    const { origin, pathPrefix: path } = named.channel;
    const sharing = sharingHeaders({ page, path, methods, headers, local: space !== 'public' });
    return ok({
      place: origin + path,
      status: plain.kind === 'answered' ? plain.status : null,
      asked: outcomes.length,
      findings: findings.map((finding) => ({ code: finding.code, ...findingText(finding, origin) })),
      letter: findings.some(isForTheHost) ? { text: letterText({ page, origin, path }, sharing), ...sharing } : null,
    });
  }

  async #probe({ channel }: NamedChannel, request: OutgoingRequest): Promise<Result<ProbeOutcome, string>> {
    const { desk, clock } = this.#parts;
    const late = new AbortController();
    const cancel = clock.after(PROBE_MS, () => late.abort());
    const outcome = await desk.open(
      {
        ...{ request, channel: channel.id, sink: 'egress', planned: true, planner: OWNER_TYPED, destructive: false },
        by: { tool: 'connection.check', run: 'owner', step: channel.id },
        arguments: { question: textOf(request) },
        carries: [{ name: 'question', role: 'address', label: SHOWN }],
        answerBytesMax: ANSWER_BYTES_MAX,
      },
      late.signal,
    );
    const read = await this.#read(outcome, late.signal.aborted);
    cancel();
    return read;
  }

  async #read(outcome: OpenOutcome, late: boolean): Promise<Result<ProbeOutcome, string>> {
    switch (outcome.kind) {
      case 'opened':
        // What it says is nobody's business here; that it says something is.
        await wholeOf(outcome.body);
        return ok({ kind: 'answered', status: outcome.status });
      case 'ask':
        return err(`Your rules want you to be asked before this is sent (${outcome.reason}), so nothing was sent.`);
      case 'refused':
        return err(outcome.message);
      case 'failed':
        // What still waited for the way out never left.
        return ok(late ? { kind: outcome.sent === 'no' ? 'no-way-out' : 'silent' } : failedProbe(outcome));
    }
  }

  async #wanted(given: ToExamine): Promise<Result<Required<Extract<ToExamine, { address: string }>>, string>> {
    if ('address' in given) return ok({ ...given, signed: given.signed ?? false });
    const stored = (await this.#parts.store.row('channel', given.channel))?.value as StoredChannel | undefined;
    if (stored === undefined) return err('There is no such way out.');
    const { origin, pathPrefix, headers, methods, signed, models } = stored.channel;
    // What a host of models has under its path is its list.
    const address = models === true ? `${modelsBase(stored.channel)}/models` : origin + pathPrefix;
    return ok({ address, headers, methods, signed: signed === true });
  }

  async #order(body: ChannelCommand): Promise<Result<void, string>> {
    const id = hex(this.#parts.entropy.bytes(16)) as CommandId;
    const outcome = await this.#parts.command({ ...body, id });
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }
}

function failedProbe({ code }: Extract<OpenOutcome, { kind: 'failed' }>): ProbeOutcome {
  switch (code) {
    case 'redirect':
    case 'no-way-out':
    case 'blocked-here':
    case 'unreachable':
      return { kind: code };
    default:
      return { kind: 'cut' };
  }
}

/** A request as it is sent, but for what a browser adds to each. */
function textOf({ method, url, headers }: OutgoingRequest): string {
  return [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
}
