import { err, ok, type Result } from '#core/base/result.ts';
import { capsProblem, type Caps } from '#core/spend/caps.ts';
import { amountText, readAmount } from '#core/spend/money.ts';

export const CAP_NAMES = ['call', 'run', 'day', 'agent'] as const;

/** What the form of limits holds while it is filled in: texts, as they are typed. */
export type CapsFields = { currency: string } & { [name in (typeof CAP_NAMES)[number]]: string };

/** What is suggested where nothing may be spent yet; nothing of it holds before it is saved. */
const SUGGESTED: CapsFields = { currency: 'EUR', call: '0.05', run: '0.20', day: '1.00', agent: '10.00' };

export function fieldsOfCaps(caps: Caps): CapsFields {
  if (CAP_NAMES.every((name) => caps[name] === 0)) return { ...SUGGESTED, currency: caps.currency };
  const { currency, call, run, day, agent } = caps;
  const text = amountText;
  return { currency, call: text(call), run: text(run), day: text(day), agent: text(agent) };
}

/** The limits, or what is wrong with what was typed. */
export function readCaps(fields: CapsFields): Result<Caps, string> {
  const read = { call: 0, run: 0, day: 0, agent: 0 };
  for (const name of CAP_NAMES) {
    const amount = readAmount(fields[name]);
    if (!amount.ok) return err(`“${fields[name]}” is no limit: write an amount such as 0.50, at most a million.`);
    read[name] = amount.value;
  }
  const caps = { currency: fields.currency.trim().toUpperCase(), ...read };
  const problem = capsProblem(caps);
  return problem === null ? ok(caps) : err(problem);
}
