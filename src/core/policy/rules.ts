import { CONFIDENTIALITIES, isEndorsed, joinAll, type Confidentiality, type Label } from '../labels/label.ts';
import type { Reason } from './reason.ts';
import { SINKS, type Sink, type SinkRequest } from './request.ts';

/** An approved way out, as far as the flow of labels depends on it. */
export interface ChannelClearance {
  /** The most confidential that may leave by it unasked. */
  readonly clearance: Confidentiality;
}

export interface Finding {
  readonly effect: 'deny' | 'ask';
  readonly reason: Reason;
  /** The one of the owner's rules that says it; left out for those of the core. */
  readonly rule?: string;
}

type Rule = (request: SinkRequest, channels: ReadonlyMap<string, ChannelClearance>) => Finding | null;

const LEAVING: readonly Sink[] = ['egress', 'mcp-call', 'premium-model'];
const OWNERS_ALONE: readonly Sink[] = ['plan-edit', 'policy-edit', 'server-connect', 'approve'];

/** Whether the sink carries values out of the device. */
export function leaves(sink: Sink): boolean {
  return LEAVING.includes(sink);
}

/** The rules nobody can amend (SECURITY.md section 1). Each looks for one thing; all are asked, the strictest wins. */
export const CORE_RULES: readonly Rule[] = [
  ({ sink }) => (SINKS.includes(sink) ? null : deny('unknown-sink')),
  function throughAChannel({ sink, channel }, channels) {
    return leaves(sink) && (channel === null || !channels.has(channel)) ? deny('no-channel') : null;
  },
  function contentIsKnown({ sink, action }) {
    return sink === 'file-export' && action.contentDigest === null ? deny('no-content') : null;
  },
  function sealedStays(request) {
    return leavesOrIsExported(request) && carried(request).confidentiality === 'sealed' ? deny('sealed') : null;
  },
  function ownersAlone(request) {
    if (!OWNERS_ALONE.includes(request.sink)) return null;
    const touched = [request.planner, carried(request)].some(({ integrity }) => integrity !== 'trusted');
    return touched ? deny('not-for-models') : ask('owner-decides');
  },
  function writingOutside({ sink }) {
    return sink === 'file-export' ? ask('writes-outside') : null;
  },
  function inThePlan(request) {
    if (!leaves(request.sink)) return null;
    if (!request.planned) return ask('not-planned');
    return isEndorsed(request.planner) ? null : ask('planned-by-untrusted');
  },
  function addresses(request) {
    if (!leaves(request.sink)) return null;
    const labels = request.arguments.filter(({ role }) => role === 'address').map(({ label }) => label);
    if (!labels.every(isEndorsed)) return ask('address-untrusted');
    const owners = labels.every(({ integrity }) => integrity === 'trusted');
    return request.destructive && !owners ? ask('address-not-the-owners') : null;
  },
  function content(request) {
    if (!leaves(request.sink)) return null;
    const labels = request.arguments.filter(({ role }) => role === 'content').map(({ label }) => label);
    return labels.every(isEndorsed) ? null : ask('content-untrusted');
  },
  function flow(request, channels) {
    const channel = request.channel === null ? undefined : channels.get(request.channel);
    if (!leaves(request.sink) || request.channel === null || channel === undefined) return null;
    const { readers, confidentiality } = carried(request);
    if (readers !== 'all' && !readers.includes(request.channel)) return ask('not-a-reader');
    return CONFIDENTIALITIES.indexOf(confidentiality) > CONFIDENTIALITIES.indexOf(channel.clearance)
      ? ask('above-clearance')
      : null;
  },
  function price({ action }) {
    return action.spends?.known === false ? ask('price-unknown') : null;
  },
];

/** The join of all that the request would carry. */
export function carried(request: Pick<SinkRequest, 'arguments'>): Label {
  return joinAll(request.arguments.map(({ label }) => label));
}

function leavesOrIsExported({ sink }: SinkRequest): boolean {
  return leaves(sink) || sink === 'file-export';
}

function deny(reason: Reason): Finding {
  return { effect: 'deny', reason };
}

function ask(reason: Reason): Finding {
  return { effect: 'ask', reason };
}
