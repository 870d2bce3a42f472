import type { StepId } from '../base/ids.ts';
import { PLAN_STEPS_MAX } from '../base/limits.ts';
import { err, ok, type Result } from '../base/result.ts';
import { actsOutside, definitions } from '../tools/definitions.ts';
import { artifactType } from './artifacts.ts';
import type { Plan, Step } from './plan.ts';

export interface PlanProblem {
  readonly code:
    | 'too-many-steps'
    | 'duplicate-step'
    | 'unknown-tool'
    | 'unknown-dependency'
    | 'cycle'
    | 'missing-producer'
    | 'type-clash'
    | 'missing-input'
    | 'no-answer'
    | 'unapproved-effect';
  /** Names the step or the edge: `"compose" depends on "read", which is not in the plan`. */
  readonly message: string;
}

/**
 * Checks that a plan can be run to its end: a DAG whose every step gets what it consumes from a step before it, of a type
 * that its tool takes.
 */
export function validatePlan({ steps, answerStep }: Pick<Plan, 'steps' | 'answerStep'>): Result<null, PlanProblem> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  if (steps.length === 0 || steps.length > PLAN_STEPS_MAX) {
    return fail('too-many-steps', `a plan has 1 to ${String(PLAN_STEPS_MAX)} steps, this one ${String(steps.length)}`);
  }
  for (const step of steps) {
    if (byId.get(step.id) !== step) return fail('duplicate-step', `two steps are called "${step.id}"`);
    if (!Object.hasOwn(definitions, step.tool))
      return fail('unknown-tool', `"${step.id}" uses the tool "${step.tool}", which does not exist`);
    const needsApproval = actsOutside(definitions[step.tool]);
    if (needsApproval && !step.approval)
      return fail('unapproved-effect', `"${step.id}" acts outside the app without asking`);
    const lost = step.dependsOn.find((id) => !byId.has(id));
    if (lost !== undefined)
      return fail('unknown-dependency', `"${step.id}" depends on "${lost}", which is not in the plan`);
  }
  const cycle = findCycle(steps, byId);
  if (cycle) return fail('cycle', `"${cycle[0]}" depends on "${cycle[1]}", which depends on it in turn`);
  for (const step of steps) {
    const before = ancestors(step, byId);
    const lacking = step.consumes.find(
      (artifact) => !before.some((id) => byId.get(id)?.produces.includes(artifact) === true),
    );
    if (lacking !== undefined)
      return fail('missing-producer', `"${step.id}" consumes "${lacking}", which no step before it produces`);
  }
  for (const step of steps) {
    const clash = clashOf(step, steps);
    if (clash !== null) return err(clash);
  }
  if (byId.get(answerStep)?.produces.includes('answer') !== true) {
    return fail('no-answer', `"${answerStep}" is to give the answer, but no such step produces it`);
  }
  return ok(null);
}

/** Where a step's tool cannot work on what the step is given, or give what the step is to produce. */
function clashOf(step: Step, steps: readonly Step[]): PlanProblem | null {
  const { takes, gives } = definitions[step.tool];
  const usable: readonly string[] = [...takes.needs, ...(takes.may ?? [])];
  const wrong = step.consumes.find((artifact) => !usable.includes(artifactType(artifact)));
  if (wrong !== undefined) {
    const producer = steps.find(({ produces }) => produces.includes(wrong))?.id ?? '';
    const message = `"${step.id}" consumes "${wrong}" of "${producer}", but ${step.tool} takes ${listed(usable)}`;
    return { code: 'type-clash', message };
  }
  const lacking = takes.needs.find((type) => !step.consumes.some((artifact) => artifactType(artifact) === type));
  if (lacking !== undefined) {
    const message = `"${step.id}" is given no "${lacking}", which ${step.tool} needs`;
    return { code: 'missing-input', message };
  }
  const other = step.produces.find((artifact) => !(gives as readonly string[]).includes(artifactType(artifact)));
  if (other === undefined) return null;
  return {
    code: 'type-clash',
    message: `"${step.id}" is to produce "${other}", but ${step.tool} gives ${listed(gives)}`,
  };
}

function listed(types: readonly string[]): string {
  return types.length === 0 ? 'nothing' : types.map((type) => `"${type}"`).join(', ');
}

function fail(code: PlanProblem['code'], message: string): Result<never, PlanProblem> {
  return err({ code, message });
}

type Steps = ReadonlyMap<StepId, Step>;

/** The edge that closes a cycle, or null. */
function findCycle(steps: readonly Step[], byId: Steps): readonly [StepId, StepId] | null {
  const done = new Set<StepId>();
  const open = new Set<StepId>();
  const visit = (step: Step): readonly [StepId, StepId] | null => {
    open.add(step.id);
    for (const id of step.dependsOn) {
      if (open.has(id)) return [step.id, id];
      const next = byId.get(id);
      const found = next && !done.has(id) ? visit(next) : null;
      if (found) return found;
    }
    open.delete(step.id);
    done.add(step.id);
    return null;
  };
  for (const step of steps) {
    const found = done.has(step.id) ? null : visit(step);
    if (found) return found;
  }
  return null;
}

function ancestors(step: Step, byId: Steps): StepId[] {
  const found = new Set<StepId>();
  const queue = [...step.dependsOn];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    queue.push(...(byId.get(id)?.dependsOn ?? []));
  }
  return [...found];
}
