import type { Caps } from '#core/spend/caps.ts';
import type { Digest, Sequence, UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { AddressSpace } from '#core/channels/target.ts';
import type { Confidentiality } from '#core/labels/label.ts';
import type { Reason } from '#core/policy/reason.ts';
import type { UsedTokens } from '#core/spend/price.ts';

/** What the worker offers to the page about ways out of the device. What is refused is in words for the owner. */
export interface ChannelsApi {
  /** Pushes all on every change. */
  onView(listener: (view: ChannelsView) => void): Promise<void>;
  /** Reads an address as it is typed. */
  readAddress(text: string): Promise<Result<AddressRead, string>>;
  /** The owner opens a way out by sending off the form. @returns its id */
  approve(draft: ChannelDraft): Promise<Result<string, string>>;
  change(channel: string, draft: ChannelDraft): Promise<Result<void, string>>;
  revoke(channel: string): Promise<Result<void, string>>;
  changeCaps(caps: Caps): Promise<Result<void, string>>;
  /** The owner read on a bill what came of a spending that nobody knew the end of. @param actual millionths */
  settleSpending(reservation: string, actual: number): Promise<Result<void, string>>;
  /** Opens one again that was revoked. */
  restore(channel: string): Promise<Result<void, string>>;
}

/** What the worker offers to the page where a host cannot be used. */
export interface ConnectionApi {
  /** What would be asked to find out why. Nothing is sent. */
  examine(what: ToExamine): Promise<Result<Examination, string>>;
  /** Asks exactly what was shown, once, and says what is missing. @param id of the examination */
  diagnose(id: string): Promise<Result<Diagnosis, string>>;
}

/** An address, or a way out there is. */
export type ToExamine =
  | {
      readonly address: string;
      readonly headers: readonly string[];
      readonly methods: readonly string[];
      readonly signed?: boolean;
    }
  | { readonly channel: string };

export interface Examination {
  readonly id: string;
  readonly place: string;
  readonly space: AddressSpace;
  /** Each question also carries a signature, made as it leaves. */
  readonly signed: boolean;
  readonly questions: readonly { readonly text: string; readonly digest: Digest }[];
}

export interface Diagnosis {
  readonly place: string;
  /** What the plain question was answered with; null without an answer. */
  readonly status: number | null;
  /** How many of the questions were asked: where the first fails, the others say no more. */
  readonly asked: number;
  /** The most important first. */
  readonly findings: readonly { readonly code: string; readonly title: string; readonly text: string }[];
  /** For whoever runs the host, and the same for three servers; null where nothing is theirs to mend. */
  readonly letter: {
    readonly text: string;
    readonly nginx: string;
    readonly caddy: string;
    readonly express: string;
  } | null;
}

export interface AddressRead {
  readonly origin: string;
  readonly path: string;
  readonly space: AddressSpace;
}

/** A channel as the owner fills it in. */
export interface ChannelDraft {
  readonly name: string;
  readonly why: string;
  /** With or without a path: a path narrows the prefix. */
  readonly address: string;
  readonly methods: readonly string[];
  /** Names, in any case. */
  readonly headers: readonly string[];
  readonly clearance: Confidentiality;
  readonly bytesPerDay: number;
  /** Null or left out without a limit. */
  readonly answerBytesPerDay?: number | null;
  readonly requestsPerMinute: number;
  readonly expiresAt: number | null;
  /** Each request carries a signature by the agent's key (RFC 9421). */
  readonly signed?: boolean;
  /** A host of models answers under it. */
  readonly models?: boolean;
  /** Null or left out: calls cost nothing. */
  readonly costs?: ChannelCosts | null;
}

/** What calls cost, as the owner fills it in. */
export interface ChannelCosts {
  /** An amount, as "0.02"; may be empty where tokens are paid for. */
  readonly perCall: string;
  readonly perDay: string;
  /** Of a host of models; null: tokens cost nothing; left out: what they cost stays as it is. */
  readonly tokens?: TokenCosts | null;
  /** When the price ends; null: not by itself. */
  readonly until: number | null;
  readonly source: string;
}

/** What a million tokens cost, as the owner fills it in. */
export interface TokenCosts {
  /** Amounts, as "0.15": of what is sent, and of what is written. */
  readonly in: string;
  readonly out: string;
  readonly currency: string;
  readonly from: number;
}

/** What a way out has cost, in millionths of a unit of the currency. */
export interface ChannelMoney {
  readonly currency: string;
  /** Null where no price is in force now. */
  readonly perCall: number | null;
  readonly from: UnixMs | null;
  readonly until: UnixMs | null;
  readonly source: string;
  /** Null where they cost nothing now. */
  readonly tokens: TokenPrices | null;
  /** Those that begin later; null where that stays as it is. */
  readonly tokensNext: TokenPrices | null;
  readonly perDay: number;
  /** Spent or set aside. */
  readonly today: number;
}

/** What a million tokens cost, in millionths. */
export interface TokenPrices {
  readonly in: number;
  readonly out: number;
  readonly currency: string;
  readonly from: UnixMs;
}

export interface ChannelView {
  readonly id: string;
  readonly name: string;
  readonly why: string;
  readonly origin: string;
  readonly pathPrefix: string;
  readonly space: AddressSpace;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly clearance: Confidentiality;
  readonly bytesPerDay: number;
  readonly requestsPerMinute: number;
  readonly expiresAt: number | null;
  readonly answerBytesPerDay?: number;
  readonly signed?: boolean;
  readonly models?: boolean;
  readonly bytesToday: number;
  readonly answerBytesToday: number;
  readonly requestsLastMinute: number;
  /** Null where calls cost nothing. */
  readonly money: ChannelMoney | null;
  /** What became of the key that its host knows the owner by, the newest first. */
  readonly keys: readonly KeyNote[];
  readonly approvedAt: UnixMs;
  readonly revokedAt: UnixMs | null;
  /** The entry that made it so. */
  readonly sequence: Sequence;
}

/** A change of a key; never the key. */
export interface KeyNote {
  /** `found`: an earlier version kept it and noted nothing. */
  readonly what: 'set' | 'changed' | 'found' | 'removed';
  readonly at: UnixMs;
  readonly sequence: Sequence;
}

/** One thing that left. */
export interface DepartureView {
  readonly id: string;
  readonly at: UnixMs;
  /** The entry that was written before it left. */
  readonly sequence: Sequence;
  readonly channel: string;
  /** The way out, as the owner calls it. */
  readonly way: string;
  readonly host: string;
  readonly method: string;
  readonly bytesOut: number;
  readonly bytesBack: number;
  /** SHA-256 of what was sent. */
  readonly digest: Digest;
  /** SHA-256 of the answer as far as it came; null where none did. */
  readonly answerHash: Digest | null;
  readonly tool: string;
  readonly reason: Reason;
  readonly status: number | null;
  readonly failure: string | null;
  readonly sent: 'yes' | 'no' | 'unknown';
}

export interface ChannelsView {
  /** Open ones by name, then revoked ones. */
  readonly channels: readonly ChannelView[];
  /** Everything that ever left, the newest first. */
  readonly departures: readonly DepartureView[];
  /** The public key of signed requests, as the owner of a host is given it or as it is published (JSON). */
  readonly keyDirectory: string;
  readonly spend: SpendView;
}

/** Money: the limits, and what counts against them. Amounts are millionths of a unit of the currency of the limits. */
export interface SpendView {
  readonly caps: Caps;
  /** Spent or set aside today, and by the agent that did most of it over its whole life. */
  readonly today: number;
  readonly agent: number;
  /** The last days up to today, oldest first. */
  readonly days: readonly { readonly day: string; readonly micro: number }[];
  /** The newest first. */
  readonly spendings: readonly SpendingView[];
}

export interface SpendingView {
  readonly id: string;
  readonly at: UnixMs;
  readonly sequence: Sequence;
  /** The way out, as the owner calls it; else what was paid for. */
  readonly name: string;
  readonly currency: string;
  readonly reserved: number;
  /** Whether a price was in force. */
  readonly known: boolean;
  /** Null while nobody knows: until then all of it counts. */
  readonly actual: number | null;
  /** Of what was set aside. */
  readonly back: number;
  /** Of a model, as far as it is known; else null. */
  readonly tokens: UsedTokens | null;
  /** What tokens cost then; null where they were not paid for. */
  readonly prices: TokenPrices | null;
  readonly by: 'price' | 'owner' | 'not-sent' | null;
  /** It is under way now, or its end is not known and the owner may say what it came to. */
  readonly underWay: boolean;
}
