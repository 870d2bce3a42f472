import { isCurrency, isMicro, type Micro } from './money.ts';

/** The most that may be spent, of one currency. Nothing is spent in another. */
export interface Caps {
  readonly currency: string;
  readonly call: Micro;
  readonly run: Micro;
  /** The owner's calendar day. */
  readonly day: Micro;
  /** Over its whole life. */
  readonly agent: Micro;
}

/** Until the owner says otherwise nothing may cost anything. */
export const NO_MONEY: Caps = { currency: 'EUR', call: 0, run: 0, day: 0, agent: 0 };

/** What is wrong with them; null when they may be put in force. */
export function capsProblem({ currency, call, run, day, agent }: Caps): string | null {
  if (!isCurrency(currency)) return 'A currency has three capital letters, as EUR or USD.';
  if (![call, run, day, agent].every(isMicro)) return 'A limit is an amount from 0 to a million.';
  return null;
}
