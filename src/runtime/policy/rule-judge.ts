import type { Digest, Sha256, UnixMs } from '#core/base/ids.ts';
import type { Source, SourceKind } from '#core/items/source.ts';
import type { RuleVerdict } from '#core/policy/decide.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import { ruleRequestOf, type CarriedKind, type RuleRequest } from '#core/policy/rule-request.ts';
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
  /** The agent that would act. */
  readonly agent: string;
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

/** The one agent of its owner that acts by itself. */
export const MAIN_AGENT = 'main';

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
      return await this.judge(set, await this.describe(request, circumstances, this.#parts.clock.now()));
    } catch {
      return [{ rule: '', effect: 'error' }];
    }
  }

  /** A request as the rules see it. */
  async describe(request: SinkRequest, circumstances: Circumstances, time: UnixMs): Promise<RuleRequest> {
    const { agent, purpose, zone, bytes, fileOf, reads, quoted } = circumstances;
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

  async judge(set: RuleSet, request: RuleRequest): Promise<readonly RuleVerdict[]> {
    const slice = sliceOf(indexOnce(set), request);
    if (slice.length === 0) return [];
    return (await this.#parts.rules()).judge(slice, request);
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
