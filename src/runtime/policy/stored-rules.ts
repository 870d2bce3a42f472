import type { Digest } from '#core/base/ids.ts';
import { actingAgents } from '#core/agent/run-agents.ts';
import type { Run } from '#core/agent/run.ts';
import type { RuleVerdict } from '#core/policy/decide.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import type { RuleSet } from '#core/policy/rule-set.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { SourceView } from '../contract/views.ts';
import type { AdoptedRules } from './policy-facts.ts';
import type { RuleJudge } from './rule-judge.ts';
import { quotedBy, readsOf } from './run-rules.ts';
import { SHIPPED_RULES } from './shipped-rules.ts';

export interface StoredRulesParts {
  readonly store: Pick<AgentStore, 'row' | 'rows'>;
  readonly judge: RuleJudge;
  /** Where the owner is, an IANA zone. */
  readonly zone: () => Promise<string>;
}

/** The owner's rules as a tab knows them that does not lead: what leaves is decided in any of them. */
export class StoredRules {
  readonly #parts: StoredRulesParts;
  /** Read last: a version never changes, and what follows from it is made once. */
  #last: AdoptedRules | null = null;

  constructor(parts: StoredRulesParts) {
    this.#parts = parts;
  }

  async inForce(): Promise<{ readonly adopted: AdoptedRules | null; readonly set: RuleSet }> {
    const adopted = ((await this.#parts.store.row('rules', 'in-force'))?.value ?? null) as AdoptedRules | null;
    if (adopted === null || adopted.digest !== this.#last?.digest) this.#last = adopted;
    return { adopted, set: this.#last?.set ?? SHIPPED_RULES };
  }

  async digest(): Promise<Digest> {
    return this.#parts.judge.digest((await this.inForce()).set);
  }

  /** @param bytes that would be sent; null where nothing is */
  async verdicts(request: SinkRequest, bytes: number | null): Promise<readonly RuleVerdict[]> {
    const { store, judge, zone } = this.#parts;
    const { set } = await this.inForce();
    if (!judge.concerns(set, request)) return [];
    const [sources, run] = await Promise.all([store.rows('source'), store.row('run', request.action.run)]);
    const files = new Map(sources.map(({ id, value }) => [id, value as SourceView]));
    const made = (run?.value ?? null) as Run | null;
    const plan = made?.plan ?? null;
    return judge.verdicts(set, request, {
      agents: actingAgents(made),
      purpose: plan?.goal.kind ?? '',
      zone: await zone(),
      bytes,
      fileOf: (source) => files.get(source),
      reads: await readsOf(plan),
      quoted: quotedBy(made, request),
    });
  }
}
