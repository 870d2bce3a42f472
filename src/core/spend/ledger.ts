import { err, ok, type Result } from '../base/result.ts';
import { NO_MONEY, type Caps } from './caps.ts';
import { plus, type Micro } from './money.ts';

/** Money set aside before something that may cost it is begun. */
export interface Reservation {
  /** Unlike any other's. */
  readonly id: string;
  /** What is paid for, as `Price.of`. */
  readonly of: string;
  readonly agent: string;
  /** Null for what the owner does by hand: it belongs to no run. */
  readonly run: string | null;
  /** The owner's calendar day, ISO 8601. */
  readonly day: string;
  readonly micro: Micro;
  readonly currency: string;
  /** The most that may be spent on `of` a day, where that has a limit of its own. */
  readonly ofPerDay: Micro | null;
}

type Amounts = { readonly [name: string]: Micro };

/** Amounts of one currency, everywhere they count. */
interface Counts {
  /** Of runs that are going on. */
  readonly runs: Amounts;
  readonly agents: Amounts;
  readonly days: { readonly [day: string]: { readonly micro: Micro; readonly of: Amounts } };
}

/**
 * What was spent or is set aside, counted everywhere it counts, in the currency of the caps. What is reserved counts in
 * full until it is known what it came to; what nobody knows the end of goes on counting.
 */
export interface Ledger extends Counts {
  readonly caps: Caps;
  readonly open: { readonly [id: string]: Reservation };
  /** Runs that spent more than they had set aside: they spend no more. */
  readonly halted: readonly string[];
  /** What counts of other currencies, for when the caps are of them again: nothing is counted as what it is not. */
  readonly others?: { readonly [currency: string]: Counts };
}

const NOTHING_COUNTED: Counts = { runs: {}, agents: {}, days: {} };

export const EMPTY_LEDGER: Ledger = { caps: NO_MONEY, open: {}, ...NOTHING_COUNTED, halted: [] };

/** Days that are counted; for one before them nothing is set aside any more. */
export const DAYS_KEPT = 400;

export type CapName = 'call' | 'run' | 'day' | 'agent' | 'of-day';

/** Why nothing is set aside. */
export type NotReserved =
  | { readonly why: 'cap'; readonly cap: CapName; readonly limit: Micro; readonly left: Micro }
  | { readonly why: 'halted' } // the run spent more than it had set aside
  | { readonly why: 'currency' } // the caps are of another one
  | { readonly why: 'known' } // it is set aside already
  | { readonly why: 'day' }; // longer ago than is counted

/** Whether so much may be set aside now: under every cap, or not at all. */
export function mayReserve(ledger: Ledger, asked: Reservation): Result<void, NotReserved> {
  const { caps, halted, open } = ledger;
  if (asked.currency !== caps.currency) return err({ why: 'currency' });
  if (asked.run !== null && halted.includes(asked.run)) return err({ why: 'halted' });
  if (Object.hasOwn(open, asked.id)) return err({ why: 'known' });
  if (!isCounted(ledger, asked.day)) return err({ why: 'day' });
  const hit = limitsOf(ledger, asked).find(({ limit, used }) => plus(used, asked.micro) > limit);
  return hit === undefined
    ? ok(undefined)
    : err({ why: 'cap', cap: hit.cap, limit: hit.limit, left: Math.max(0, hit.limit - hit.used) });
}

/** The ledger under other caps. In another currency what was counted there before counts again, and nothing else. */
export function withCaps(ledger: Ledger, caps: Caps): Ledger {
  const { currency } = ledger.caps;
  if (caps.currency === currency) return { ...ledger, caps };
  const { runs, agents, days, others = {} } = ledger;
  const back = amountIn(others, caps.currency) ?? NOTHING_COUNTED;
  const kept = Object.keys(days).length === 0 ? others : { ...others, [currency]: { runs, agents, days } };
  return withOthers({ ...ledger, ...back, caps }, without(kept, caps.currency));
}

function withOthers({ caps, open, runs, agents, days, halted }: Ledger, others: NonNullable<Ledger['others']>): Ledger {
  const own = { caps, open, runs, agents, days, halted };
  return Object.keys(others).length === 0 ? own : { ...own, others };
}

/** The ledger with so much set aside: `mayReserve` said before whether it may be. */
export function withReserved(ledger: Ledger, reservation: Reservation): Ledger {
  const open = { ...ledger.open, [reservation.id]: reservation };
  return counted({ ...ledger, open }, reservation, reservation.micro);
}

export interface Settlement {
  readonly ledger: Ledger;
  /** Of what was set aside and not needed. */
  readonly back: Micro;
  /** Spent beyond what was set aside: then the run is halted. */
  readonly over: Micro;
}

/** What came of a reservation: the rest is given back. Null where there is none of this id. */
export function settled(ledger: Ledger, id: string, actual: Micro): Settlement | null {
  const reservation = amountIn(ledger.open, id);
  if (reservation === undefined) return null;
  const open = without(ledger.open, id);
  const over = Math.max(0, actual - reservation.micro);
  const { run } = reservation;
  const halts = over > 0 && run !== null && !ledger.halted.includes(run);
  const halted = halts ? [...ledger.halted, run] : ledger.halted;
  return {
    ledger: counted({ ...ledger, open, halted }, reservation, actual - reservation.micro),
    back: Math.max(0, reservation.micro - actual),
    over,
  };
}

/** The ledger without what only a run that goes on needs. */
export function withoutRun(ledger: Ledger, run: string): Ledger {
  const elsewhere = Object.values(ledger.others ?? {}).some(({ runs }) => Object.hasOwn(runs, run));
  if (!Object.hasOwn(ledger.runs, run) && !ledger.halted.includes(run) && !elsewhere) return ledger;
  const others = Object.entries(ledger.others ?? {}).map(
    ([currency, counts]) => [currency, { ...counts, runs: without(counts.runs, run) }] as const,
  );
  const halted = ledger.halted.filter((other) => other !== run);
  return withOthers({ ...ledger, runs: without(ledger.runs, run), halted }, Object.fromEntries(others));
}

/** Spent or set aside on a day. */
export function usedOn(ledger: Ledger, day: string): Micro {
  return amountIn(ledger.days, day)?.micro ?? 0;
}

/** The same, on one thing. */
export function usedOnFor(ledger: Ledger, day: string, of: string): Micro {
  return amountIn(amountIn(ledger.days, day)?.of ?? {}, of) ?? 0;
}

function limitsOf(
  ledger: Ledger,
  { of, agent, run, day, ofPerDay }: Reservation,
): readonly { readonly cap: CapName; readonly limit: Micro; readonly used: Micro }[] {
  const { caps } = ledger;
  return [
    { cap: 'call', limit: caps.call, used: 0 },
    ...(ofPerDay === null ? [] : [{ cap: 'of-day', limit: ofPerDay, used: usedOnFor(ledger, day, of) } as const]),
    ...(run === null ? [] : [{ cap: 'run', limit: caps.run, used: amountIn(ledger.runs, run) ?? 0 } as const]),
    { cap: 'day', limit: caps.day, used: usedOn(ledger, day) },
    { cap: 'agent', limit: caps.agent, used: amountIn(ledger.agents, agent) ?? 0 },
  ];
}

function counted(ledger: Ledger, reservation: Reservation, change: number): Ledger {
  const { currency } = reservation;
  if (currency === ledger.caps.currency) return { ...ledger, ...countedIn(ledger, reservation, change) };
  const others = ledger.others ?? {};
  const counts = amountIn(others, currency) ?? NOTHING_COUNTED;
  return { ...ledger, others: { ...others, [currency]: countedIn(counts, reservation, change) } };
}

function countedIn(counts: Counts, { of, agent, run, day }: Reservation, change: number): Counts {
  const add = (amounts: Amounts, name: string): Amounts => ({
    ...amounts,
    [name]: Math.max(0, plus(amountIn(amounts, name) ?? 0, change)),
  });
  const before = amountIn(counts.days, day) ?? { micro: 0, of: {} };
  const today = { micro: Math.max(0, plus(before.micro, change)), of: add(before.of, of) };
  return {
    runs: run === null ? counts.runs : add(counts.runs, run),
    agents: add(counts.agents, agent),
    days: newest({ ...counts.days, [day]: today }),
  };
}

/** A day that is counted, or comes after some that are. */
function isCounted({ days }: Ledger, day: string): boolean {
  const known = Object.keys(days).sort();
  return known.length < DAYS_KEPT || day >= (known[0] ?? '');
}

function newest(days: Ledger['days']): Ledger['days'] {
  const known = Object.keys(days);
  if (known.length <= DAYS_KEPT) return days;
  const kept = new Set(known.sort().slice(-DAYS_KEPT));
  return Object.fromEntries(Object.entries(days).filter(([day]) => kept.has(day)));
}

/** A name that a record has by itself, and none that every object has. */
function amountIn<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function without<T>(record: { readonly [name: string]: T }, name: string): { readonly [name: string]: T } {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
}
