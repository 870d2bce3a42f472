import { blocksWorld } from '#evals/planning/blocks-world.ts';
import { gripper } from '#evals/planning/gripper.ts';
import type { Instance } from '#evals/planning/instance.ts';
import { logistics } from '#evals/planning/logistics.ts';
import { satellite } from '#evals/planning/satellite.ts';
import { checkPlan } from '#core/planner/pddl/check-plan.ts';
import { planProblem } from '#core/planner/pddl/plan-problem.ts';
import { readDomain } from '#core/planner/pddl/read-domain.ts';
import { readProblem } from '#core/planner/pddl/read-problem.ts';
import { type Figure, spread } from './statistics.ts';

const LIMIT_S = 30;
const SEED = 11;
const DOMAINS = { 'blocks world': blocksWorld, gripper, logistics, satellite };
const UNITS: Readonly<Record<keyof typeof DOMAINS, string>> = {
  'blocks world': 'blocks',
  gripper: 'balls',
  logistics: 'packages',
  satellite: 'pictures',
};

/**
 * The largest problem of each domain that is solved within the limit, from text to checked plan: sizes grow by about a
 * third until one is not solved. @param limitS of one problem, in seconds
 */
export function benchPlanning(limitS = LIMIT_S): Figure[] {
  return Object.entries(DOMAINS).flatMap(([name, make]) => {
    const unit = UNITS[name as keyof typeof DOMAINS];
    let solved: { size: number; steps: number; seconds: number } | null = null;
    for (let size = 20; ; size += Math.ceil(size / 3)) {
      const attempt = solve(make(size, SEED), limitS);
      if (attempt === null) break;
      solved = { size, ...attempt };
    }
    const figure = (what: string, of: string, value: number): Figure => {
      const goal = 'reported';
      return { name: `${name}: ${what}`, unit: of, ours: spread([value]), peer: null, ratio: null, goal };
    };
    return [
      figure(`the largest solved in ${String(limitS)} s`, unit, solved?.size ?? 0),
      figure('steps of its plan', 'steps', solved?.steps ?? 0),
      figure('time for it', 's', solved?.seconds ?? 0),
    ];
  });
}

/** @returns null where the time was not enough */
function solve(instance: Instance, limitS: number): { steps: number; seconds: number } | null {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1_000;
  const domain = readDomain(instance.domain);
  if (!domain.ok) throw new Error(domain.error.message);
  const problem = readProblem(instance.problem, domain.value);
  if (!problem.ok) throw new Error(problem.error.message);
  const planned = planProblem(domain.value, problem.value, false, () => seconds() > limitS);
  if (planned.kind === 'unsolvable') throw new Error('every problem here has a plan');
  if (planned.kind !== 'solved') return null;
  const verdict = checkPlan(domain.value, problem.value, planned.plan);
  if (!verdict.valid) throw new Error(verdict.message);
  return seconds() > limitS ? null : { steps: planned.plan.length, seconds: seconds() };
}
