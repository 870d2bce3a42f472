import type { SourceId } from '#core/base/ids.ts';
import { actingAgents } from '#core/agent/run-agents.ts';
import type { Run } from '#core/agent/run.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import { WORST } from '#core/labels/label.ts';
import { policyVersion, type RuleVerdict } from '#core/policy/decide.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import type { RuleSet } from '#core/policy/rule-set.ts';
import type { AgentPorts } from '../agent/ports.ts';
import type { AgentState } from '../agent/projection.ts';
import { type Circumstances, RuleJudge } from './rule-judge.ts';
import { SHIPPED_RULES } from './shipped-rules.ts';

/** The owner's rules as runs ask them. */
export class RunRules {
  readonly #judge: RuleJudge;

  constructor(ports: Pick<AgentPorts, 'clock' | 'sha256' | 'rules' | 'language'>) {
    this.#judge = new RuleJudge({ ...ports, zones: async () => (await ports.language()).zones });
  }

  /** What every decision names: the version of the policy with that of the rules in force. */
  version(state: Pick<AgentState, 'rules'>): string {
    return policyVersion(this.#judge.digest(rulesInForce(state)));
  }

  /** @param bytes that would be written; null where nothing is */
  async verdicts(
    request: SinkRequest,
    run: Run,
    state: AgentState,
    bytes: number | null = null,
  ): Promise<readonly RuleVerdict[]> {
    const set = rulesInForce(state);
    if (!this.#judge.concerns(set, request)) return [];
    return this.#judge.verdicts(set, request, {
      agents: actingAgents(run),
      purpose: run.plan?.goal.kind ?? '',
      zone: run.zone,
      bytes,
      fileOf: (source) => state.sources.get(source as SourceId),
      reads: await readsOf(run.plan),
      quoted: quotedBy(run, request),
    });
  }
}

/** The version that the owner adopted last; until there is one, what the app came with. */
export function rulesInForce({ rules }: Pick<AgentState, 'rules'>): RuleSet {
  return rules?.set ?? SHIPPED_RULES;
}

/** What the steps of a plan read of the owner's files: what comes of them is made of that. */
export async function readsOf(plan: Plan | null): Promise<Circumstances['reads']> {
  if (plan === null) return null;
  const { definitions } = await import('#core/tools/definitions.ts');
  return plan.steps.flatMap(({ tool }) => definitions[tool].effects.reads);
}

/**
 * The files that a run's answer quotes. Each of its sentences was checked against these and nothing else, so they are what
 * of the owner's leaves with it; how closely it is kept still follows from all that was read (`labelToUse`).
 */
export function quotedBy(run: Pick<Run, 'answer'> | null, { action }: SinkRequest): Circumstances['quoted'] {
  if (run?.answer == null || action.contentDigest === null) return null;
  return new Set(run.answer.evidence.map(({ source }) => source));
}

/** What a reading step of a plan asks of the policy: what it finds goes nowhere. What it looks for, files may have told. */
export function readRequest(run: Pick<Run, 'id' | 'planLabel'>, step: Step, policy: string): SinkRequest {
  const label = run.planLabel ?? WORST;
  const action = {
    tool: step.tool,
    run: run.id,
    step: step.id,
    arguments: step.args,
    contentDigest: null,
    host: null,
    label,
    policy,
    nonce: '',
  };
  return {
    action,
    sink: 'vault-read',
    channel: null,
    arguments: [{ name: 'arguments', role: 'address', label }],
    planned: true,
    planner: label,
    destructive: false,
  };
}
