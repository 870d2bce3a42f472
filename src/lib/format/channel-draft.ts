import { amountText } from '#core/spend/money.ts';
import type { ChannelCosts, ChannelDraft, ChannelMoney, ChannelView } from '#runtime/contract/channels-api.ts';

/** What a form holds while it is filled in: texts, as they are typed. */
export interface ChannelFields {
  name: string;
  why: string;
  address: string;
  methods: string[];
  headers: string;
  clearance: 'public' | 'private';
  /** Kilobytes of 1000 bytes. */
  kilobytes: number | null;
  /** That may come back; null without a limit. */
  answerKilobytes: number | null;
  perMinute: number | null;
  /** ISO date of the last day; empty without an end. */
  lastDay: string;
  signed: boolean;
  models: boolean;
  /** Amounts; both empty where calls cost nothing. */
  perCall: string;
  moneyPerDay: string;
  /** ISO date of the last day of the price; empty without an end. */
  priceUntil: string;
  priceSource: string;
}

const DAY_MS = 86_400_000;

export function fieldsOf(channel: ChannelView | null): ChannelFields {
  if (channel === null)
    return {
      ...{ name: '', why: '', address: '', methods: ['GET', 'POST'], headers: '', clearance: 'public' },
      ...{ kilobytes: 1_000, answerKilobytes: 100_000, perMinute: 10, lastDay: '', signed: false, models: false },
      ...FREE,
    };
  const { name, why, origin, pathPrefix, methods, headers, clearance, bytesPerDay, requestsPerMinute } = channel;
  return {
    ...{ name, why, address: origin + pathPrefix, methods: [...methods], headers: headers.join(', ') },
    clearance: clearance === 'private' ? 'private' : 'public',
    kilobytes: bytesPerDay / 1_000,
    answerKilobytes: channel.answerBytesPerDay === undefined ? null : channel.answerBytesPerDay / 1_000,
    perMinute: requestsPerMinute,
    lastDay: channel.expiresAt === null ? '' : dayOf(channel.expiresAt - 1),
    signed: channel.signed === true,
    models: channel.models === true,
    ...costFieldsOf(channel.money),
  };
}

/** What is missing or odd becomes a number that the gate refuses, with its words. */
export function draftOf(fields: ChannelFields): ChannelDraft {
  const { name, why, address, methods, clearance, lastDay, signed, models, answerKilobytes } = fields;
  return {
    ...{ name, why, address, methods, clearance, signed, models },
    headers: fields.headers.split(/[\s,]+/).filter((header) => header !== ''),
    bytesPerDay: Math.round((fields.kilobytes ?? 0) * 1_000),
    answerBytesPerDay: answerKilobytes === null ? null : Math.round(answerKilobytes * 1_000),
    requestsPerMinute: fields.perMinute ?? 0,
    expiresAt: lastDay === '' ? null : startOf(lastDay) + DAY_MS,
    costs: costsOf(fields),
  };
}

const FREE = { perCall: '', moneyPerDay: '', priceUntil: '', priceSource: '' };

function costFieldsOf(money: ChannelMoney | null): Pick<ChannelFields, keyof typeof FREE> {
  if (money === null) return FREE;
  return {
    perCall: money.perCall === null ? '' : amountText(money.perCall),
    moneyPerDay: amountText(money.perDay),
    priceUntil: money.until === null ? '' : dayOf(money.until - 1),
    priceSource: money.source,
  };
}

function costsOf({ perCall, moneyPerDay, priceUntil, priceSource }: ChannelFields): ChannelCosts | null {
  if (perCall.trim() === '' && moneyPerDay.trim() === '') return null;
  const until = priceUntil === '' ? null : startOf(priceUntil) + DAY_MS;
  return { perCall, perDay: moneyPerDay, until, source: priceSource };
}

/** Midnight in the browser's own zone. */
export function startOf(day: string): number {
  return new Date(`${day}T00:00:00`).getTime();
}

/** The day in the browser's own zone, ISO 8601. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
