import type { Caps } from '#core/spend/caps.ts';
import { DAYS_KEPT, type CapName, type NotReserved, type Reservation } from '#core/spend/ledger.ts';
import { moneyText } from '#core/spend/money.ts';

/** Why no money is set aside, and what to do about it. */
export function notReservedText(problem: NotReserved, asked: Reservation, caps: Caps): string {
  const cost = moneyText(asked.micro, asked.currency);
  switch (problem.why) {
    case 'cap': {
      const limit = moneyText(problem.limit, asked.currency);
      const left = moneyText(problem.left, asked.currency);
      const where = problem.cap === 'of-day' ? 'Raise it with “Change” at that way out' : 'Raise it under “Money”';
      return `This may cost ${cost}, and ${CAPS[problem.cap]} is ${limit}, of which ${left} are left, so nothing was sent. ${where} on the page Ways out${LATER[problem.cap]}.`;
    }
    case 'halted':
      return 'This run spent more than was set aside for it, so it spends no more, and nothing was sent. Look at what it spent on the page Ways out, and state the goal again.';
    case 'currency':
      return `This costs ${cost}, and your limits are in ${caps.currency}, so nothing was sent. Give the price in ${caps.currency}, or change the limits, on the page Ways out.`;
    case 'known':
      return 'Money is set aside for this already, so nothing was sent.';
    case 'day':
      return `The clock of this device stands more than ${String(DAYS_KEPT)} days back, so nothing is spent. Set it right.`;
  }
}

const CAPS: Readonly<Record<CapName, string>> = {
  call: 'the limit for one call',
  run: 'the limit for one run',
  day: 'the limit for a day',
  agent: 'the limit for the agent',
  'of-day': 'the limit a day of this way out',
};

const LATER: Readonly<Record<CapName, string>> = {
  call: '',
  run: '',
  day: ', or wait until tomorrow',
  agent: '',
  'of-day': ', or wait until tomorrow',
};
