import type { UnixMs } from '#core/base/ids.ts';
import type { ParsedUrl } from '#core/channels/target.ts';
import type { ChannelsView, ChannelView, DepartureView } from '../contract/channels-api.ts';
import { type Departure, type StoredChannel, useOf } from './channel-facts.ts';
import type { Spending, StoredSpend } from '../spend/spend-facts.ts';
import { channelMoney, spendView } from '../spend/spend-view.ts';
import { readAddress } from './read-draft.ts';

/** What of money the page shows. */
export interface MoneyRows {
  readonly spend: StoredSpend;
  readonly spendings: readonly Spending[];
}

/** What the owner sees of ways out, and of everything that left by them. */
export function channelsView(
  channels: readonly StoredChannel[],
  departures: readonly Departure[],
  { spend, spendings }: MoneyRows,
  day: string,
  now: UnixMs,
  parse: (text: string) => ParsedUrl | null,
): Omit<ChannelsView, 'keyDirectory'> {
  const names = namesOf(channels);
  return {
    channels: channels
      .filter(({ channel }) => channel.probe !== true)
      .map((stored) => ({ ...viewOf(stored, day, now, parse), money: channelMoney(spend, stored.channel, day, now) }))
      .sort((a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null) || a.name.localeCompare(b.name)),
    departures: departures.map((departure) => departureView(departure, names)).sort((a, b) => b.sequence - a.sequence),
    spend: spendView(spend, spendings, names, day, (id) =>
      departures.some(({ intent, answer }) => intent.id === id && answer === null),
    ),
  };
}

function viewOf(
  stored: StoredChannel,
  day: string,
  now: UnixMs,
  parse: (text: string) => ParsedUrl | null,
): Omit<ChannelView, 'money'> {
  const { channel, name, why, approvedAt, revokedAt, sequence, key } = stored;
  const read = readAddress(channel.origin, parse);
  return {
    ...channel,
    ...{ name, why, approvedAt, revokedAt, sequence },
    space: read.ok ? read.value.space : 'public',
    ...useOf(stored, day, now),
    keys: [...(key?.notes ?? [])].reverse(),
  };
}

function departureView({ intent, at, sequence, answer }: Departure, names: ReadonlyMap<string, string>): DepartureView {
  return {
    way: names.get(intent.channel) ?? intent.channel,
    ...{ id: intent.id, at, sequence, channel: intent.channel, host: intent.host, method: intent.method },
    bytesOut: intent.bytes,
    bytesBack: answer?.bytes ?? 0,
    digest: intent.request,
    answerHash: answer?.hash ?? null,
    tool: intent.by.tool,
    reason: intent.reason,
    status: answer?.status ?? null,
    failure: answer?.failure ?? null,
    sent: answer?.sent ?? 'unknown',
  };
}

function namesOf(channels: readonly StoredChannel[]): ReadonlyMap<string, string> {
  return new Map(channels.map(({ channel, name }) => [channel.id, name]));
}
