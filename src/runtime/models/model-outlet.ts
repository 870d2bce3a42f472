import type { Ms } from '#core/base/ids.ts';
import { costOf, UNITS, type Price, type Uses } from '#core/spend/price.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Asking, ModelOutlet, Used } from '#ports/model-outlet.ts';
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
  return { open: async (asking, signal) => parts.desk.open(await sendingOf(parts, asking), signal) };
}

/** A question as the gate takes it: with the host's key, and what it would cost. */
export async function sendingOf(
  { store, clock, channel, key }: Omit<OutletParts, 'desk'>,
  asking: Asking,
): Promise<Sending> {
  const secret = await key();
  const { prices } = ((await store.row('spend', 'spend'))?.value ?? NO_SPENDING) as StoredSpend;
  const { of } = costOfCall(channel);
  const at = clock.now();
  const { method, url, body, headers, tokens, used, ...rest } = asking;
  return {
    ...rest,
    ...(tokens === null ? {} : { begins: FIRST_BYTE_MS }),
    ...{ channel, sink: 'premium-model', destructive: false },
    request: { method, url, body, headers: withKey(headers, secret) },
    cost: { of, uses: usesOf(prices, of, tokens), freeIfUnlisted: true },
    costOf: ({ status, body: answer }) => {
      // What was refused used nothing of a model.
      const told = status === 200 ? used(answer) : tokens === null ? null : NOTHING;
      const cost = told === null ? null : costOf(prices, of, usesOf(prices, of, told), at);
      return cost?.ok === true ? cost.value.micro : null;
    },
  };
}

const NOTHING: Used = { in: 0, out: 0 };

/** What of a call is paid for: the units that the price list has a line for, and the call itself where it has none. */
function usesOf(prices: readonly Price[], of: string, tokens: Asking['tokens']): Uses {
  const listed = UNITS.filter((unit) => prices.some((price) => price.of === of && price.unit === unit));
  const counts: Uses = { call: 1, 'token-in': tokens?.in ?? 0, 'token-out': tokens?.out ?? 0 };
  return listed.length === 0 ? { call: 1 } : Object.fromEntries(listed.map((unit) => [unit, counts[unit] ?? 0]));
}

function withKey(headers: Asking['headers'], key: string | null): Asking['headers'] {
  const all = key === null ? headers : [...headers, ['authorization', `Bearer ${key}`] as const];
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}
