import { utf8 } from '../base/bytes.ts';
import type { UnixMs } from '../base/ids.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { Label } from '../labels/label.ts';
import { carriesAmount } from './tool-class.ts';
import type { LabelledArgument, Sink, SinkRequest } from './request.ts';
import { carried, leaves } from './rules.ts';

/** The agent of what no other agent of the owner does: what the owner starts, or does by hand. */
export const MAIN_AGENT = 'main';

/** What a rule of the owner's can ask about, as values: the engine that evaluates it has no clock and no other source. */
export interface RuleRequest {
  /** The agent that would act: the principal. */
  readonly agent: string;
  /** The action. */
  readonly sink: Sink;
  /** The way out it would take, or, where nothing leaves, the tool. */
  readonly resource: { readonly type: 'Channel' | 'Tool'; readonly id: string };
  /** Host name, with a port where it is not the scheme's own; null where nothing leaves. */
  readonly host: string | null;
  readonly context: RuleContext;
}

/** Kinds of data, as rules name them; `unknown` for what a file that is gone held. */
export type CarriedKind = 'calendar' | 'free-busy' | 'mail' | 'table' | 'document' | 'data' | 'unknown';

export interface RuleContext {
  readonly tool: string;
  /** What it is done for: the kind of goal. */
  readonly purpose: string;
  readonly integrity: Label['integrity'];
  readonly confidentiality: Label['confidentiality'];
  /** Kinds of the owner's data among all that the request carries, sorted. */
  readonly carries: readonly CarriedKind[];
  /** The folders that those files lie in, each with those it lies in, sorted; `unknown` for a file that is gone. */
  readonly folders: readonly string[];
  readonly planned: boolean;
  readonly destructive: boolean;
  /** What would be written or sent. */
  readonly bytes: number;
  /** UTC, milliseconds since 1970. */
  readonly time: UnixMs;
  /** 1 Monday to 7 Sunday, where the owner is. */
  readonly weekday: number;
  /** 0 to 23, where the owner is. */
  readonly hour: number;
  /** The largest sum of money among the arguments, or the most that it may cost, in hundredths; left out where there is none. */
  readonly amount?: number;
  /** As `RuleRequest.host`; only where something leaves. */
  readonly host?: string;
  /** Whether that host is this device itself; only where something leaves. */
  readonly onDevice?: boolean;
}

/** What a request does not say of itself. */
export interface Situation {
  readonly agent: string;
  readonly purpose: string;
  /** Bytes that would be written or sent; null to count the arguments. */
  readonly bytes: number | null;
  readonly time: UnixMs;
  readonly weekday: number;
  readonly hour: number;
  /** The kind of an imported file; `nothing` for one that was there and that nobody read; null for one that is gone. */
  readonly kindOf: (source: string) => CarriedKind | 'nothing' | null;
  /** The path of an imported file, with forward slashes; null for one that is gone. */
  readonly pathOf: (source: string) => string | null;
}

const ON_DEVICE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;
const FILE = 'file:';

/** All that the owner's rules may look at of a request. */
export function ruleRequestOf(request: SinkRequest, situation: Situation): RuleRequest {
  const { action, sink, channel } = request;
  const { integrity, confidentiality } = carried(request);
  const amount = largestAmount(action);
  const host = leaves(sink) ? hostOf(action.host ?? '') : null;
  return {
    agent: situation.agent,
    sink,
    resource: leaves(sink) ? { type: 'Channel', id: channel ?? '' } : { type: 'Tool', id: action.tool },
    host,
    context: {
      tool: action.tool,
      purpose: situation.purpose,
      integrity,
      confidentiality,
      carries: kindsCarried(request, situation),
      folders: foldersCarried(request, situation),
      planned: request.planned,
      destructive: request.destructive,
      bytes: situation.bytes ?? utf8(canonicalJson(action.arguments)).length,
      time: situation.time,
      weekday: situation.weekday,
      hour: situation.hour,
      ...(amount === null ? {} : { amount }),
      ...(host === null ? {} : { host, onDevice: ON_DEVICE.test(host) }),
    },
  };
}

/** `https://api.example.com` -> `api.example.com`: what an owner writes. */
function hostOf(origin: string): string {
  return origin.replace(/^[a-z]+:\/\//, '');
}

function kindsCarried(request: SinkRequest, situation: Situation): readonly CarriedKind[] {
  const kinds = new Set<CarriedKind>();
  for (const { carrier, kind } of filesCarried(request, situation)) {
    const bare = kind === 'calendar' && isFreeBusy(valueOf(carrier, request.action.arguments));
    kinds.add(bare ? 'free-busy' : kind);
  }
  return [...kinds].sort();
}

function foldersCarried(request: SinkRequest, situation: Situation): readonly string[] {
  const folders = new Set<string>();
  for (const { source } of filesCarried(request, situation)) {
    const path = situation.pathOf(source);
    const parts = path === null ? ['unknown'] : path.split('/').slice(0, -1);
    parts.forEach((_, index) => folders.add(parts.slice(0, index + 1).join('/')));
  }
  return [...folders].sort();
}

interface CarriedFile {
  readonly carrier: LabelledArgument;
  readonly source: string;
  readonly kind: CarriedKind;
}

function filesCarried({ arguments: carriers }: SinkRequest, { kindOf }: Situation): readonly CarriedFile[] {
  return carriers.flatMap((carrier) =>
    carrier.label.sources.flatMap((named): readonly CarriedFile[] => {
      if (!named.startsWith(FILE)) return [];
      const source = named.slice(FILE.length);
      const kind = kindOf(source) ?? 'unknown';
      return kind === 'nothing' ? [] : [{ carrier, source, kind }];
    }),
  );
}

function valueOf({ name, value }: LabelledArgument, values: Json): Json | undefined {
  if (value !== undefined) return value;
  return isRecord(values) && Object.hasOwn(values, name) ? values[name] : undefined;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;
const STATUSES = ['busy', 'free', 'tentative'];

/**
 * Whether a value says when somebody is busy and nothing more: a list of stretches of time, each with its two ends and
 * perhaps a status. What it is called, who made it and what it was made from do not count.
 */
export function isFreeBusy(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every(isStretch);
}

function isStretch(value: Json): boolean {
  if (!isRecord(value)) return false;
  const { start, end, status, ...rest } = value;
  return (
    isInstant(start) &&
    isInstant(end) &&
    (status === undefined || (typeof status === 'string' && STATUSES.includes(status))) &&
    Object.keys(rest).length === 0
  );
}

function isInstant(value: Json | undefined): boolean {
  return typeof value === 'string' && INSTANT.test(value);
}

/** Sums of money are compared in whole hundredths. */
const PER_UNIT = 100;
const MICRO_PER_HUNDREDTH = 10_000;

/** What cannot be read as a number counts as the largest there is: a rule about amounts must not miss it. */
const UNREADABLE = Number.MAX_SAFE_INTEGER;

function largestAmount({ arguments: values, spends }: SinkRequest['action']): number | null {
  const found = amountsIn(values, false);
  if (spends !== undefined) found.push(Math.ceil(spends.micro / MICRO_PER_HUNDREDTH));
  return found.length === 0 ? null : Math.max(...found);
}

function amountsIn(value: Json, named: boolean): number[] {
  if (typeof value !== 'object') return named ? [hundredths(value)] : [];
  return Object.entries(value ?? {}).flatMap(([name, inner]: [string, Json]) =>
    amountsIn(inner, named || carriesAmount(name)),
  );
}

function hundredths(value: string | number | boolean): number {
  const number = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') return UNREADABLE;
  const whole = Math.ceil(Math.abs(number) * PER_UNIT - ROUNDING);
  return Number.isSafeInteger(whole) ? whole : UNREADABLE;
}

/** 0.29 * 100 is 28.999999999999996, and 1.1 * 100 is 110.00000000000001: neither is another amount. */
const ROUNDING = 1e-6;

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
