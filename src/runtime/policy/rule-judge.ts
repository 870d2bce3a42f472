import type { Digest, Sha256, UnixMs } from '#core/base/ids.ts';
import type { Source, SourceKind } from '#core/items/source.ts';
import type { RuleVerdict } from '#core/policy/decide.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import { MAIN_AGENT, ruleRequestOf, type CarriedKind, type RuleRequest } from '#core/policy/rule-request.ts';
import { anyConcerns, indexRules, rulesDigest, sliceOf, type RuleIndex, type RuleSet } from '#core/policy/rule-set.ts';
import type { ToolEffects } from '#core/tools/definition.ts';
import type { Zones } from '#ports/calendar.ts';
import type { Clock } from '#ports/clock.ts';
import type { RuleEngine } from '#ports/rules.ts';

export interface RuleJudgeParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly sha256: Sha256;
  /** Heavy: loaded when a rule is first to be evaluated. */
  readonly rules: () => Promise<RuleEngine>;
  readonly zones: () => Promise<Zones>;
}

/** What a request does not say of itself, and whoever makes it knows. */
export interface Circumstances {
  /** Who would act: the agent, last, after those that asked it, one for the other. */
  readonly agents: readonly string[];
  /** The kind of goal it is done for. */
  readonly purpose: string;
  /** Where the owner is, an IANA zone. */
  readonly zone: string;
  /** Bytes that would be written or sent; null to count the arguments. */
  readonly bytes: number | null;
  /** An imported file; undefined for one that is not there any more. */
  readonly fileOf: (source: string) => Pick<Source, 'kind' | 'path'> | undefined;
  /** What of such files was read; null where nobody can tell. */
  readonly reads: readonly ItemKind[] | null;
  /** The files that a verified answer quotes, where that is what would leave; null for anything else. */
  readonly quoted: ReadonlySet<string> | null;
}

type ItemKind = ToolEffects['reads'][number];

/** What files of a kind hold, as tools say what they read. */
const HELD: Readonly<Record<SourceKind, ItemKind>> = {
  calendar: 'events',
  mail: 'messages',
  mailbox: 'messages',
  table: 'tables',
  document: 'documents',
  data: 'documents',
};

/**
 * What the owner's own rules say of a request. Nothing is loaded where none of them could say anything about its sink;
 * whatever goes wrong afterwards counts as a rule that failed, and a rule that failed denies.
 */
export class RuleJudge {
  readonly #parts: RuleJudgeParts;

  constructor(parts: RuleJudgeParts) {
    this.#parts = parts;
  }

  digest(set: RuleSet): Digest {
    return digestOnce(set, this.#parts.sha256);
  }

  /** Whether any rule that is in force now could say anything about the sink of a request. */
  concerns(set: RuleSet, { sink }: SinkRequest): boolean {
    return anyConcerns(indexOnce(set), sink, this.#parts.clock.now());
  }

  async verdicts(set: RuleSet, request: SinkRequest, circumstances: Circumstances): Promise<readonly RuleVerdict[]> {
    if (!this.concerns(set, request)) return [];
    try {
      const described = await this.describe(request, circumstances, this.#parts.clock.now());
      return await this.judge(set, described, circumstances.agents);
    } catch {
      return [{ rule: '', effect: 'error' }];
    }
  }

  /** A request as the rules see it, of the agent that would do it. */
  async describe(request: SinkRequest, circumstances: Circumstances, time: UnixMs): Promise<RuleRequest> {
    const { agents, purpose, zone, bytes, fileOf, reads, quoted } = circumstances;
    const agent = agents.at(-1) ?? MAIN_AGENT;
    const { weekday, minute } = (await this.#parts.zones()).toLocal(time, zone);
    const hour = Math.floor(minute / 60);
    const kind = (source: string): CarriedKind | 'nothing' | null => {
      const known = fileOf(source)?.kind;
      if (known === undefined) return null;
      if (quoted !== null && !quoted.has(source)) return 'nothing';
      if (reads !== null && !reads.includes(HELD[known])) return 'nothing';
      return known === 'mailbox' ? 'mail' : known;
    };
    const pathOf = (source: string): string | null => fileOf(source)?.path ?? null;
    return ruleRequestOf(request, { agent, purpose, bytes, time, weekday, hour, kindOf: kind, pathOf });
  }

  /**
   * What the rules say of a request, of whoever would make it and of each that it would be made for: what an agent may not
   * do, it gets from no other that it asks.
   */
  async judge(set: RuleSet, request: RuleRequest, agents: readonly string[]): Promise<readonly RuleVerdict[]> {
    const said = new Map<string, RuleVerdict>();
    for (const agent of new Set([...agents, request.agent])) {
      const asked = { ...request, agent };
      const slice = sliceOf(indexOnce(set), asked);
      if (slice.length === 0) continue;
      for (const verdict of await (await this.#parts.rules()).judge(slice, asked))
        said.set(`${verdict.effect} ${verdict.rule}`, verdict);
    }
    return [...said.values()];
  }
}

/** A set is made once and never changed: what follows from it is kept as long as it is. */
const indices = new WeakMap<RuleSet, RuleIndex>();
const digests = new WeakMap<RuleSet, Digest>();

function indexOnce(set: RuleSet): RuleIndex {
  const known = indices.get(set) ?? indexRules(set);
  indices.set(set, known);
  return known;
}

function digestOnce(set: RuleSet, sha256: Sha256): Digest {
  const known = digests.get(set) ?? rulesDigest(set, sha256);
  digests.set(set, known);
  return known;
}
