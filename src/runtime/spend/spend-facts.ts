import type { Sequence, UnixMs } from '#core/base/ids.ts';
import { canonicalJson } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { capsProblem, type Caps } from '#core/spend/caps.ts';
import {
  EMPTY_LEDGER,
  mayReserve,
  settled,
  withCaps,
  withoutRun,
  withReserved,
  type Ledger,
  type Reservation,
} from '#core/spend/ledger.ts';
import { isMicro, type Micro } from '#core/spend/money.ts';
import { priceProblem, type Price, type UsedTokens } from '#core/spend/price.ts';
import { planCost, type PlannedCost } from './plan-cost.ts';
import { notReservedText } from './spend-words.ts';

/** What the journal says of money. Who signs the journal signs the price list. */
export type SpendFact =
  /** These lines are on the price list from now on. */
  | { readonly type: 'price.adopted'; readonly prices: readonly Price[] }
  | { readonly type: 'caps.changed'; readonly caps: Caps }
  /** Durable before what it pays for is begun. `prices`: what it was worked out from; none where no price is in force. */
  | { readonly type: 'spend.reserved'; readonly reservation: Reservation; readonly prices: readonly Price[] }
  /** What it came to. `by`: what says so. */
  | {
      readonly type: 'spend.settled';
      readonly reservation: string;
      readonly actual: Micro;
      /** Of what was set aside and not needed. */
      readonly back: Micro;
      /** Beyond what was set aside: the run spends no more. */
      readonly over: Micro;
      readonly by: 'price' | 'owner';
      /** Of a model: what it used, where it is paid by that. */
      readonly tokens?: UsedTokens;
    }
  /** Nothing left, so all of it is given back. */
  | { readonly type: 'spend.given-back'; readonly reservation: string; readonly micro: Micro };

/** Orders that become these facts by themselves; money is set aside together with what it is for. */
export type SpendCommand =
  | { readonly type: 'change-caps'; readonly caps: Caps }
  | { readonly type: 'adopt-prices'; readonly prices: readonly Price[] }
  /** The owner read on a bill what came of something whose end nobody knew. */
  | { readonly type: 'settle-spending'; readonly reservation: string; readonly actual: Micro };

export interface StoredSpend {
  readonly ledger: Ledger;
  readonly prices: readonly Price[];
  /** When what is open was set aside, by reservation. */
  readonly since: { readonly [reservation: string]: Since };
}

interface Since {
  readonly at: UnixMs;
  readonly sequence: Sequence;
  readonly known: boolean;
  /** What it was worked out from; missing in snapshots and rows of before. */
  readonly prices?: readonly Price[];
}

/** What a call came to, out of its answer. */
export interface CameTo {
  readonly micro: Micro;
  readonly tokens?: UsedTokens;
}

/** One thing that cost something, or may have. */
export interface Spending extends Since {
  readonly reservation: Reservation;
  /** Null while nobody knows what it came to: until then it counts in full. */
  readonly end: {
    readonly at: UnixMs;
    readonly actual: Micro;
    readonly back: Micro;
    readonly over: Micro;
    readonly by: 'price' | 'owner' | 'not-sent';
    readonly tokens?: UsedTokens;
  } | null;
}

export const NO_SPENDING: StoredSpend = { ledger: EMPTY_LEDGER, prices: [], since: {} };

type SpendRow = { readonly kind: 'spend' | 'spending'; readonly id: string; readonly value: unknown };

interface Projected {
  readonly spend: StoredSpend;
  readonly rows: readonly SpendRow[];
}

export function projectSpend(
  stored: StoredSpend,
  fact: SpendFact & { readonly at: UnixMs },
  sequence: Sequence,
): Projected {
  switch (fact.type) {
    case 'price.adopted':
      return withRow({ ...stored, prices: [...stored.prices, ...fact.prices] });
    case 'caps.changed':
      return withRow({ ...stored, ledger: withCaps(stored.ledger, fact.caps) });
    case 'spend.reserved': {
      const { reservation, at } = fact;
      const { prices } = fact;
      const since = { at, sequence, known: prices.length > 0, prices };
      const next = {
        ...stored,
        ledger: withReserved(stored.ledger, reservation),
        since: { ...stored.since, [reservation.id]: since },
      };
      return withRow(next, { ...since, reservation, end: null });
    }
    case 'spend.settled':
      return withEnd(stored, fact.reservation, fact.actual, fact.at, fact.by, fact.tokens);
    case 'spend.given-back':
      return withEnd(stored, fact.reservation, 0, fact.at, 'not-sent');
  }
}

/** A run that has ended spends no more: what it spent counts for its day and its agent. */
export function projectRunEnd(stored: StoredSpend, run: string): Projected {
  const ledger = withoutRun(stored.ledger, run);
  return ledger === stored.ledger ? { spend: stored, rows: [] } : withRow({ ...stored, ledger });
}

/** What an order comes to, or why it is refused. */
export function obeySpend(stored: StoredSpend, command: SpendCommand): SpendFact | { readonly refused: string } {
  switch (command.type) {
    case 'change-caps': {
      const { currency, call, run, day, agent } = command.caps;
      const caps: Caps = { currency, call, run, day, agent };
      const problem = capsProblem(caps);
      if (problem !== null) return { refused: problem };
      return canonicalJson(caps) === canonicalJson(stored.ledger.caps)
        ? { refused: 'These limits are in force already.' }
        : { type: 'caps.changed', caps };
    }
    case 'adopt-prices': {
      const problem = command.prices.map(priceProblem).find((found) => found !== null);
      if (problem !== undefined) return { refused: problem };
      return command.prices.length === 0
        ? { refused: 'There is no price to adopt.' }
        : { type: 'price.adopted', prices: command.prices };
    }
    case 'settle-spending': {
      if (!isMicro(command.actual)) return { refused: 'What it came to is an amount from 0 to a million.' };
      return settledAs(stored, command.reservation, command.actual, 'owner') ?? { refused: SETTLED };
    }
  }
}

/** What is set aside for something that is about to be done. */
export interface ToReserve {
  readonly id: string;
  readonly cost: PlannedCost;
  readonly agent: string;
  readonly run: string | null;
  readonly day: string;
  readonly ofPerDay: Micro | null;
  /** The owner said yes to exactly this. */
  readonly approved: boolean;
}

/** The fact that sets it aside, where every cap has room for it and the price is what was looked at. */
export function reserve(stored: StoredSpend, asked: ToReserve, at: UnixMs): Result<SpendFact, string> {
  const { cost, id, agent, run, day, ofPerDay } = asked;
  const now = planCost(stored, cost, at);
  if (now?.micro !== cost.micro || now.currency !== cost.currency || now.known !== cost.known)
    return err('What this costs changed meanwhile, so nothing was sent. Try again.');
  if (!now.known && !asked.approved)
    return err('No price is in force for this, so only your own yes lets it go. Nothing was sent.');
  const reservation: Reservation = {
    ...{ id, of: cost.of, agent, run, day, ofPerDay },
    ...{ micro: now.micro, currency: now.currency },
  };
  const may = mayReserve(stored.ledger, reservation);
  return may.ok
    ? ok({ type: 'spend.reserved', reservation, prices: now.prices })
    : err(notReservedText(may.error, reservation, stored.ledger.caps));
}

/** What came of something that money was set aside for; null where none is, or nobody knows. */
export function ending(
  stored: StoredSpend,
  id: string,
  sent: 'yes' | 'no' | 'unknown',
  came: CameTo | null,
): SpendFact | null {
  const reservation = openOf(stored, id);
  if (reservation === undefined || sent === 'unknown') return null;
  if (sent === 'no') return { type: 'spend.given-back', reservation: id, micro: reservation.micro };
  return settledAs(stored, id, came?.micro ?? reservation.micro, 'price', came?.tokens);
}

const SETTLED = 'What this came to is known already.';

function openOf({ ledger }: StoredSpend, id: string): Reservation | undefined {
  return Object.hasOwn(ledger.open, id) ? ledger.open[id] : undefined;
}

function settledAs(
  stored: StoredSpend,
  id: string,
  actual: Micro,
  by: 'price' | 'owner',
  tokens?: UsedTokens,
): SpendFact | null {
  const settlement = settled(stored.ledger, id, actual);
  if (settlement === null) return null;
  const { back, over } = settlement;
  const used = tokens === undefined ? {} : { tokens };
  return { type: 'spend.settled', reservation: id, actual, back, over, by, ...used };
}

function withEnd(
  stored: StoredSpend,
  id: string,
  actual: Micro,
  at: UnixMs,
  by: NonNullable<Spending['end']>['by'],
  tokens?: UsedTokens,
): Projected {
  const reservation = openOf(stored, id);
  const settlement = settled(stored.ledger, id, actual);
  const since = stored.since[id];
  if (reservation === undefined || settlement === null || since === undefined) return { spend: stored, rows: [] };
  const { ledger, back, over } = settlement;
  const left = Object.fromEntries(Object.entries(stored.since).filter(([other]) => other !== id));
  const end = { at, actual, back, over, by, ...(tokens === undefined ? {} : { tokens }) };
  return withRow({ ...stored, ledger, since: left }, { ...since, reservation, end });
}

function withRow(spend: StoredSpend, spending?: Spending): Projected {
  const own: SpendRow = { kind: 'spend', id: 'spend', value: spend };
  if (spending === undefined) return { spend, rows: [own] };
  return { spend, rows: [own, { kind: 'spending', id: spending.reservation.id, value: spending }] };
}
