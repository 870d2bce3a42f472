import type { Ms, UnixMs } from '#core/base/ids.ts';
import type { Spent } from '#core/spend/money.ts';
import { costOf, UNITS, type Price, type UsedTokens, type Uses } from '#core/spend/price.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Asking, ModelOutlet } from '#ports/model-outlet.ts';
import type { ChannelDesk, Sending } from '../channels/channel-desk.ts';
import { costOfCall } from '../spend/plan-cost.ts';
import { NO_SPENDING, type StoredSpend } from '../spend/spend-facts.ts';

/**
 * How long a host has to begin an answer: it may have to load the model first. A browser gives its service worker five
 * minutes for one thing.
 */
export const FIRST_BYTE_MS = 270_000 as Ms;

export interface OutletParts {
  readonly desk: Pick<ChannelDesk, 'open'>;
  readonly store: Pick<AgentStore, 'row'>;
  readonly clock: Pick<Clock, 'now'>;
  /** The way out's id. */
  readonly channel: string;
  /** What the host knows the owner by; null where it asks nobody. */
  readonly key: () => Promise<string | null>;
}

/** One way out as the place where models are asked: all of it by the gate, with the host's key and what tokens cost. */
export function modelOutlet(parts: OutletParts): ModelOutlet {
  return {
    open: async (asking, signal) => {
      let spent: Spent | null = null;
      const sending = await sendingOf(parts, asking, (came) => (spent = came));
      const opened = await parts.desk.open(sending, signal);
      return opened.kind === 'opened' ? { ...opened, spent: () => spent } : opened;
    },
  };
}

/** A question as the gate takes it: with the host's key, and what it would cost. @param cameTo is told what it cost */
export async function sendingOf(
  { store, clock, channel, key }: Omit<OutletParts, 'desk'>,
  asking: Asking,
  cameTo: (spent: Spent) => void = () => undefined,
): Promise<Sending> {
  const secret = await key();
  const { prices } = ((await store.row('spend', 'spend'))?.value ?? NO_SPENDING) as StoredSpend;
  const { of } = costOfCall(channel);
  const at = clock.now();
  const { method, url, body, headers, tokens, used: usedBy, ...rest } = asking;
  return {
    ...rest,
    ...(tokens === null ? {} : { begins: FIRST_BYTE_MS }),
    ...{ channel, sink: 'premium-model', destructive: false },
    request: { method, url, body, headers: withKey(headers, secret) },
    cost: { of, uses: usesOf(prices, of, tokens, at), freeIfUnlisted: true },
    costOf: ({ status, body: answer }) => {
      // What was refused used nothing of a model.
      const used = status === 200 ? usedBy(answer) : tokens === null ? null : NOTHING;
      if (used === null) return null;
      const cost = costOf(prices, of, usesOf(prices, of, used, at), at);
      // Of nothing there is no price, and it costs none.
      if (!cost.ok) return cost.error === 'no-price' ? { micro: 0, tokens: used } : null;
      const { micro, currency } = cost.value;
      if (micro > 0) cameTo({ micro, currency, told: used.told });
      return { micro, tokens: used };
    },
  };
}

const NOTHING: UsedTokens = { in: 0, out: 0, told: true };

/**
 * What of a call is paid for: the units that the price list has a line for that has begun, and the call itself where it has
 * none.
 */
function usesOf(prices: readonly Price[], of: string, tokens: Asking['tokens'], at: UnixMs): Uses {
  const listed = UNITS.filter((unit) =>
    prices.some((price) => price.of === of && price.unit === unit && price.from <= at),
  );
  const counts: Uses = { call: 1, 'token-in': tokens?.in ?? 0, 'token-out': tokens?.out ?? 0 };
  return listed.length === 0 ? { call: 1 } : Object.fromEntries(listed.map((unit) => [unit, counts[unit] ?? 0]));
}

function withKey(headers: Asking['headers'], key: string | null): Asking['headers'] {
  const all = key === null ? headers : [...headers, ['authorization', `Bearer ${key}`] as const];
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}
