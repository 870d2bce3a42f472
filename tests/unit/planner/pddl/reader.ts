import type { Domain, PlanStep, Problem } from '#core/planner/pddl/model.ts';
import { readPlan } from '#core/planner/pddl/plan-text.ts';
import { readDomain } from '#core/planner/pddl/read-domain.ts';
import { readProblem } from '#core/planner/pddl/read-problem.ts';
import type { Instance } from '#evals/planning/instance.ts';

/** What is read, or an error that fails the test. */
export function domainOf(text: string): Domain {
  const read = readDomain(text);
  if (!read.ok) throw new Error(`${read.error.line}:${read.error.column} ${read.error.message}`);
  return read.value;
}

export function problemOf(text: string, domain: Domain): Problem {
  const read = readProblem(text, domain);
  if (!read.ok) throw new Error(`${read.error.line}:${read.error.column} ${read.error.message}`);
  return read.value;
}

export function bothOf(instance: Instance): { domain: Domain; problem: Problem } {
  const domain = domainOf(instance.domain);
  return { domain, problem: problemOf(instance.problem, domain) };
}

export function planOf(text: string): PlanStep[] {
  const read = readPlan(text);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}
