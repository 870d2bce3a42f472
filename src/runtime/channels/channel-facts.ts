import type { ApprovalId, Digest, Ms, Sequence, UnixMs } from '#core/base/ids.ts';
import { parseIsoDate } from '#core/base/civil-date.ts';
import { canonicalJson } from '#core/base/json.ts';
import {
  admit,
  answerBytesLeft,
  type AdmissionRequest,
  type Channel,
  type ChannelUse,
} from '#core/channels/channel.ts';
import type { Label } from '#core/labels/label.ts';
import type { Reason } from '#core/policy/reason.ts';
import type { EgressFailure } from '#ports/egress.ts';
import type { KeyNote } from '../contract/channels-api.ts';
import type { Price } from '#core/spend/price.ts';
import type { PlannedCost } from '../spend/plan-cost.ts';
import type { CameTo } from '../spend/spend-facts.ts';
import { outgoingProblemText } from './channel-words.ts';

/** What the journal says of ways out, and of everything that left by them. */
export type ChannelFact =
  /** The owner opens a way out, or opens again one that was revoked. */
  | ({ readonly type: 'channel.approved' } & NamedChannel)
  | ({ readonly type: 'channel.changed' } & NamedChannel)
  | { readonly type: 'channel.revoked'; readonly channel: string }
  /** Its host is asked under this key from here on, and under no other. What names it is random and tells nothing of it. */
  | { readonly type: 'channel.key-set' | 'channel.key-changed'; readonly channel: string; readonly key: string }
  /** The same of one that an earlier version kept without a word of it here. */
  | { readonly type: 'channel.key-found'; readonly channel: string }
  /** No key of it is used from here on; what was kept goes next. */
  | { readonly type: 'channel.key-removed'; readonly channel: string }
  /** Durable before the first byte leaves. */
  | { readonly type: 'egress.intent'; readonly intent: EgressIntent }
  | { readonly type: 'egress.answered'; readonly intent: string; readonly answer: EgressRecord };

export interface NamedChannel {
  readonly channel: Channel;
  /** As the owner calls it. */
  readonly name: string;
  /** What it is for, in the owner's words. */
  readonly why: string;
}

/** That something is about to leave, and why it may. Neither the bytes nor the address are in it. */
export interface EgressIntent {
  /** Unlike any other's. */
  readonly id: string;
  readonly channel: string;
  /** The origin. */
  readonly host: string;
  readonly method: string;
  /** Path, query, the headers that are set, and the body. */
  readonly bytes: number;
  /** `outgoingDigest` of what is sent. */
  readonly request: Digest;
  /** `requestDigest` of what was decided. */
  readonly action: Digest;
  readonly by: { readonly tool: string; readonly run: string; readonly step: string };
  readonly reason: Reason;
  /** The yes of the owner that it spends; null where none was needed. */
  readonly approval: ApprovalId | null;
  readonly policy: string;
  /** The owner's calendar day, ISO 8601: what the limit a day is counted by. */
  readonly day: string;
  /** The join of all that it carries. Missing in journals of before. */
  readonly label?: Label;
  /** Set aside of what may come back in a day, until it is known what came; left out where that has no limit. */
  readonly answerBytes?: number;
  /** By when it is over, in milliseconds; left out for `ANSWER_MS`. */
  readonly lasts?: Ms;
}

/** How it went. */
export interface EgressRecord {
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** What went wrong; null when nothing did. `cut`: the app ended in between. `too-long`: more came back than is read. */
  readonly failure: EgressFailure['code'] | 'cut' | 'too-long' | null;
  /** Bytes of the answer's body. */
  readonly bytes: number;
  /** SHA-256 of those; left out where no answer came, and in entries of before. */
  readonly hash?: Digest;
  /** Whether the host got it. */
  readonly sent: 'yes' | EgressFailure['sent'];
}

export interface StoredChannel extends NamedChannel {
  readonly approvedAt: UnixMs;
  readonly revokedAt: UnixMs | null;
  /** The entry that made it so. */
  readonly sequence: Sequence;
  /** What its host knows the owner by; left out where there never was a key. */
  readonly key?: StoredKey;
  readonly use: {
    readonly day: string;
    readonly bytes: number;
    /** What came back, and what is set aside; left out where nothing is counted. */
    readonly answerBytes?: number;
    /** When requests went out, as far as the limit a minute needs them. */
    readonly recent: readonly UnixMs[];
  };
}

/** Which key counts, and how that came about. The key itself lies elsewhere, sealed. */
export interface StoredKey {
  /** Null where none does; `UNNAMED_KEY` for one of an earlier version. */
  readonly id: string | null;
  /** The oldest first. */
  readonly notes: readonly KeyNote[];
}

/** What a key goes by that an earlier version kept. */
export const UNNAMED_KEY = '';

/** One thing that left, or was about to. */
export interface Departure {
  readonly intent: EgressIntent;
  readonly at: UnixMs;
  readonly sequence: Sequence;
  /** Null while it is not known. */
  readonly answer: (EgressRecord & { readonly at: UnixMs }) | null;
}

export interface StoredChannels {
  readonly channels: ReadonlyMap<string, StoredChannel>;
  /** Those without an answer, by intent. */
  readonly leaving: ReadonlyMap<string, Departure>;
}

/** Orders that become these facts. */
export type ChannelCommand =
  | ({ readonly type: 'approve-channel' } & PricedChannel)
  | ({ readonly type: 'change-channel' } & PricedChannel)
  | { readonly type: 'revoke-channel'; readonly channel: string }
  /** Which key counts from now on; null: none. */
  | { readonly type: 'note-key'; readonly channel: string; readonly key: string | null }
  | {
      readonly type: 'intend-egress';
      readonly intent: EgressIntent;
      /** The channel as it was when this was decided. */
      readonly under: Channel;
      readonly asked: AdmissionRequest;
      /** What it may cost at most, as it was decided; missing where it costs nothing. */
      readonly cost?: PlannedCost;
    }
  | {
      readonly type: 'answer-egress';
      readonly intent: string;
      readonly answer: EgressRecord;
      /** What it came to; left out where it cost what was set aside. */
      readonly came?: CameTo;
    };

/** What the owner approves with a way out: also what a call costs, where that is another from now on. */
export interface PricedChannel extends NamedChannel {
  readonly prices?: readonly Price[];
}

interface Projected extends StoredChannels {
  readonly rows: readonly { readonly kind: 'channel' | 'egress'; readonly id: string; readonly value: unknown }[];
}

const MINUTE_MS = 60_000;
const UNUSED: StoredChannel['use'] = { day: '', bytes: 0, recent: [] };

export function projectChannels(
  stored: StoredChannels,
  fact: ChannelFact & { readonly at: UnixMs },
  sequence: Sequence,
): Projected {
  switch (fact.type) {
    case 'channel.approved':
    case 'channel.changed': {
      const { channel, name, why, at } = fact;
      const before = stored.channels.get(channel.id);
      return withChannel(stored, {
        ...{ channel, name, why, sequence },
        approvedAt: fact.type === 'channel.changed' ? (before?.approvedAt ?? at) : at,
        revokedAt: null,
        // What went out counts, whatever the owner changes in between.
        use: before?.use ?? UNUSED,
        ...(before?.key === undefined ? {} : { key: before.key }),
      });
    }
    case 'channel.revoked': {
      const before = stored.channels.get(fact.channel);
      return before === undefined
        ? { ...stored, rows: [] }
        : withChannel(stored, { ...before, revokedAt: fact.at, sequence });
    }
    case 'channel.key-set':
    case 'channel.key-changed':
    case 'channel.key-found':
    case 'channel.key-removed': {
      const before = stored.channels.get(fact.channel);
      if (before === undefined) return { ...stored, rows: [] };
      const id = 'key' in fact ? fact.key : fact.type === 'channel.key-found' ? UNNAMED_KEY : null;
      const note: KeyNote = { what: WHAT[fact.type], at: fact.at, sequence };
      return withChannel(stored, { ...before, key: { id, notes: [...(before.key?.notes ?? []), note] } });
    }
    case 'egress.intent': {
      const { intent, at } = fact;
      const departure: Departure = { intent, at, sequence, answer: null };
      const counted = withUse(stored, intent, (use) => ({
        day: countedDay(use, intent.day),
        bytes: (countedDay(use, intent.day) === use.day ? use.bytes : 0) + intent.bytes,
        ...answerBytes(countedDay(use, intent.day) === use.day ? use : UNUSED, intent.answerBytes),
        recent: [...use.recent.filter((time) => isWithinMinute(time, at)), at],
      }));
      const leaving = new Map(stored.leaving).set(intent.id, departure);
      return { ...counted, leaving, rows: [...counted.rows, { kind: 'egress', id: intent.id, value: departure }] };
    }
    case 'egress.answered': {
      const before = stored.leaving.get(fact.intent);
      if (before === undefined) return { ...stored, rows: [] };
      const { intent } = before;
      const value: Departure = { ...before, answer: { ...fact.answer, at: fact.at } };
      // What certainly never left is given back, and what was set aside and did not come. Of what was cut, none is known.
      const { sent, failure, bytes } = fact.answer;
      const counted = withUse(stored, intent, (use) =>
        countedDay(use, intent.day) === use.day
          ? {
              ...use,
              bytes: sent === 'no' ? Math.max(0, use.bytes - intent.bytes) : use.bytes,
              ...(intent.answerBytes === undefined || failure === 'cut'
                ? {}
                : answerBytes(use, bytes - intent.answerBytes)),
            }
          : use,
      );
      const leaving = new Map(stored.leaving);
      leaving.delete(fact.intent);
      return { ...counted, leaving, rows: [...counted.rows, { kind: 'egress', id: intent.id, value }] };
    }
  }
}

/** What an order comes to, or why it is refused. */
export function obeyChannel(
  { channels, leaving }: StoredChannels,
  command: ChannelCommand,
  at: UnixMs,
): ChannelFact | { readonly refused: string } {
  switch (command.type) {
    case 'approve-channel': {
      const { channel, name, why } = command;
      const taken = [...channels.values()].some(
        (other) => other.revokedAt === null && (other.channel.id === channel.id || overlaps(other.channel, channel)),
      );
      return taken
        ? { refused: 'There is a way out to this address already. Change that one.' }
        : { type: 'channel.approved', channel, name, why };
    }
    case 'change-channel': {
      const { channel, name, why } = command;
      const before = channels.get(channel.id);
      if (before?.revokedAt !== null) return { refused: NO_CHANNEL };
      if (before.channel.origin !== channel.origin)
        return { refused: 'Another host is another way out: approve it as a new one.' };
      const taken = [...channels.values()].some(
        (other) => other.revokedAt === null && other.channel.id !== channel.id && overlaps(other.channel, channel),
      );
      return taken
        ? { refused: 'There is another way out to this address already. Change that one.' }
        : { type: 'channel.changed', channel, name, why };
    }
    case 'revoke-channel':
      return channels.get(command.channel)?.revokedAt === null
        ? { type: 'channel.revoked', channel: command.channel }
        : { refused: NO_CHANNEL };
    case 'note-key':
      return obeyKey(channels.get(command.channel), command);
    case 'intend-egress': {
      const { intent, under, asked } = command;
      const stored = channels.get(intent.channel);
      if (stored?.revokedAt !== null) return { refused: NO_CHANNEL };
      if (canonicalJson(stored.channel) !== canonicalJson(under))
        return { refused: 'The way out was changed meanwhile, so nothing was sent. Try again.' };
      const use = useOf(stored, intent.day, at);
      const admitted = admit(stored.channel, asked, use, at);
      const place = asked.target.origin + asked.target.path;
      if (!admitted.ok) return { refused: outgoingProblemText(admitted.error, stored, { ...asked, place }) };
      // Another tab may have set it aside meanwhile.
      return (intent.answerBytes ?? 0) > answerBytesLeft(stored.channel, use)
        ? { refused: outgoingProblemText('answer-bytes-a-day', stored, { ...asked, place }) }
        : { type: 'egress.intent', intent };
    }
    case 'answer-egress':
      return leaving.has(command.intent)
        ? { type: 'egress.answered', intent: command.intent, answer: command.answer }
        : { refused: 'How this went is known already.' };
  }
}

/** What counts against a channel's limits now. */
export function useOf({ use }: Pick<StoredChannel, 'use'>, day: string, now: UnixMs): ChannelUse {
  return {
    bytesToday: countedDay(use, day) === use.day ? use.bytes : 0,
    answerBytesToday: countedDay(use, day) === use.day ? (use.answerBytes ?? 0) : 0,
    requestsLastMinute: use.recent.filter((time) => isWithinMinute(time, now)).length,
  };
}

function obeyKey(
  stored: StoredChannel | undefined,
  { channel, key }: Extract<ChannelCommand, { type: 'note-key' }>,
): ChannelFact | { readonly refused: string } {
  if (stored?.channel.models !== true) return { refused: NO_CHANNEL };
  if (key === null)
    return stored.key?.id === null ? { refused: 'It has no key.' } : { type: 'channel.key-removed', channel };
  if (stored.revokedAt !== null) return { refused: NO_CHANNEL };
  if (key === UNNAMED_KEY)
    return stored.key === undefined
      ? { type: 'channel.key-found', channel }
      : { refused: 'Which key counts is noted already.' };
  return { type: stored.key?.id == null ? 'channel.key-set' : 'channel.key-changed', channel, key };
}

const WHAT = {
  'channel.key-set': 'set',
  'channel.key-changed': 'changed',
  'channel.key-found': 'found',
  'channel.key-removed': 'removed',
} as const satisfies { readonly [type in ChannelFact['type']]?: KeyNote['what'] };

const NO_CHANNEL = 'There is no such way out, or it was revoked: nothing was sent.';

/** Two of them to one place would be two answers to what may go there. */
function overlaps(a: Channel, b: Channel): boolean {
  return a.probe !== true && b.probe !== true && a.origin === b.origin && a.pathPrefix === b.pathPrefix;
}

/**
 * The day that something is counted on. A request of the day before the one counted last, as around midnight in two tabs
 * or with the owner's zone moved west, does not begin a new day.
 */
function countedDay(use: StoredChannel['use'], day: string): string {
  const [last, now] = [parseIsoDate(use.day), parseIsoDate(day)];
  return last !== null && now !== null && last - now === 1 ? use.day : day;
}

/** A clock that was set back does not block a channel for longer than a minute. */
function isWithinMinute(time: UnixMs, now: UnixMs): boolean {
  return Math.abs(now - time) < MINUTE_MS;
}

function answerBytes(use: StoredChannel['use'], more: number | undefined): { readonly answerBytes?: number } {
  if (more === undefined && use.answerBytes === undefined) return {};
  return { answerBytes: Math.max(0, (use.answerBytes ?? 0) + (more ?? 0)) };
}

function withChannel(stored: StoredChannels, channel: StoredChannel): Projected {
  const { id } = channel.channel;
  const channels = new Map(stored.channels).set(id, channel);
  return { channels, leaving: stored.leaving, rows: [{ kind: 'channel', id, value: channel }] };
}

function withUse(
  stored: StoredChannels,
  intent: EgressIntent,
  change: (use: StoredChannel['use']) => StoredChannel['use'],
): Projected {
  const channel = stored.channels.get(intent.channel);
  return channel === undefined
    ? { ...stored, rows: [] }
    : withChannel(stored, { ...channel, use: change(channel.use) });
}
