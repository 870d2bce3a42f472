import type { Digest, Sha256, UnixMs } from '../base/ids.ts';
import { digestOf } from '../base/json.ts';
import { SINKS, type Sink } from './request.ts';
import type { RuleRequest } from './rule-request.ts';
import { ANY_SCOPE, mayApply, mayConcern, SCOPE_VERSION, type RuleScope } from './rule-scope.ts';

/** One rule that can narrow what the agent may do. */
export interface Rule {
  /** Unique in a set: the pack and the rule's own name. */
  readonly id: string;
  /** In Cedar: one `forbid`. */
  readonly text: string;
  /** `ask` for one that is annotated `@effect("ask")`. */
  readonly effect: 'ask' | 'forbid';
  readonly scope: RuleScope;
}

/** Rules that begin and end together. */
export interface RulePack {
  readonly id: string;
  /** In Cedar, with comments, as the owner wrote or took it. */
  readonly text: string;
  /** In force from here on; null: at once. */
  readonly from: UnixMs | null;
  /** No longer in force from here on; null: does not end. */
  readonly until: UnixMs | null;
  readonly rules: readonly Rule[];
}

/** Everything that is in force, or will be, under one version. */
export interface RuleSet {
  readonly packs: readonly RulePack[];
  /** `SCOPE_VERSION` of whoever read the texts. */
  readonly scopes: number;
}

/** What a version is named by: the digest of the texts and their dates. What was read out of them follows from these. */
export function rulesDigest({ packs }: RuleSet, sha256: Sha256): Digest {
  const said = packs.map(({ id, text, from, until }) => ({ id, text, from, until }));
  return digestOf(sha256, said);
}

/** The rules of a set by sink, made once for many decisions. */
export type RuleIndex = ReadonlyMap<Sink, readonly DatedRule[]>;

interface DatedRule {
  readonly rule: Rule;
  readonly from: UnixMs | null;
  readonly until: UnixMs | null;
}

/** Scopes that another version of the app read are not relied on: such rules are evaluated at each decision. */
export function indexRules({ packs, scopes }: RuleSet): RuleIndex {
  const believed = scopes === SCOPE_VERSION;
  const dated = packs.flatMap(({ rules, from, until }) =>
    rules.map((rule): DatedRule => ({ rule: believed ? rule : { ...rule, scope: ANY_SCOPE }, from, until })),
  );
  return new Map(SINKS.map((sink) => [sink, dated.filter(({ rule }) => mayConcern(rule.scope, sink))]));
}

/** Whether any rule that is in force could say anything about this sink: if none could, none is evaluated. */
export function anyConcerns(index: RuleIndex, sink: Sink, time: UnixMs): boolean {
  return rulesFor(index, sink).some((rule) => isInForce(rule, time));
}

/** The rules that have to be evaluated for a request: all others say nothing about it. */
export function sliceOf(index: RuleIndex, request: RuleRequest): readonly Rule[] {
  const slice: Rule[] = [];
  for (const dated of rulesFor(index, request.sink))
    if (isInForce(dated, request.context.time) && mayApply(dated.rule.scope, request)) slice.push(dated.rule);
  return slice;
}

/** A sink that nobody has heard of is denied by the rules of the core. */
function rulesFor(index: RuleIndex, sink: Sink): readonly DatedRule[] {
  return index.get(sink) ?? [];
}

function isInForce({ from, until }: DatedRule, time: UnixMs): boolean {
  return time >= (from ?? time) && time < (until ?? Infinity);
}
