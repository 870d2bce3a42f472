import { readFile, stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Result } from '#core/base/result.ts';
import type { Decomposition } from '#core/planner/hddl/model.ts';
import { type HierarchyPlanned, planHierarchy } from '#core/planner/hddl/plan-hierarchy.ts';
import { isHierarchical, readHierarchicalProblem, readHierarchy } from '#core/planner/hddl/read-hierarchy.ts';
import { checkPlan } from '#core/planner/pddl/check-plan.ts';
import { keyOf, type Domain, type Problem } from '#core/planner/pddl/model.ts';
import { planProblem, type Planned } from '#core/planner/pddl/plan-problem.ts';
import { readPlan, writePlan } from '#core/planner/pddl/plan-text.ts';
import { readDomain } from '#core/planner/pddl/read-domain.ts';
import { readProblem } from '#core/planner/pddl/read-problem.ts';
import { TEXT_CHARS_MAX, type TextProblem } from '#core/planner/pddl/syntax.ts';

/**
 * Plans a problem in PDDL or HDDL, or checks a plan for one in PDDL. The exit status is 0 for a plan (or a valid one), 1 where there is
 * provably none (or it is invalid), 2 where the input was not understood or time or memory were not enough.
 */
const TIME_LIMIT_S = 60;
const USAGE = `Usage: npm run plan -- DOMAIN PROBLEM [--time-limit S] [--optimal] [--validate PLAN] [--json]

  DOMAIN, PROBLEM  files in PDDL: :strips, :typing, :negative-preconditions, :equality, :action-costs
  --time-limit     seconds to plan for, ${String(TIME_LIMIT_S)} unless said
  --optimal        a plan that costs least, which takes longer
  --validate       no planning: executes the plan in this file, and names what fails first
                   (neither is there for domains in HDDL, with :task and :method)
  --json           the result as JSON, with figures`;

export interface Output {
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** Of either kind of domain: only the tree of a hierarchical one is more. */
type Outcome = Planned | HierarchyPlanned;

/** What makes the command end with 2, in words. */
class Unusable extends Error {}

export async function planCommand(args: readonly string[], { print, warn }: Output): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'time-limit': { type: 'string', default: String(TIME_LIMIT_S) },
        optimal: { type: 'boolean', default: false },
        validate: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [domainFile, problemFile, ...more] = positionals;
    if (values.help) {
      print(USAGE);
      return 0;
    }
    if (domainFile === undefined || problemFile === undefined || more.length > 0) throw new Unusable(USAGE);
    const limitS = Number(values['time-limit']);
    if (!(limitS > 0)) throw new Unusable(`--time-limit is a number of seconds, not "${values['time-limit']}"`);
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1_000;
    const stop = (): boolean => seconds() > limitS;
    const [domainText, problemText] = [await textOf(domainFile), await textOf(problemFile)];
    let planned: Outcome;
    if (isHierarchical(domainText)) {
      if (values.optimal || values.validate !== undefined) {
        throw new Unusable(`${domainFile} has tasks and methods: --optimal and --validate are for domains without`);
      }
      const hierarchy = read(domainFile, readHierarchy(domainText));
      planned = planHierarchy(hierarchy, read(problemFile, readHierarchicalProblem(problemText, hierarchy)), stop);
    } else {
      const domain = read(domainFile, readDomain(domainText));
      const problem = read(problemFile, readProblem(problemText, domain));
      if (values.validate !== undefined) return await validate(domain, problem, values.validate, values.json, print);
      planned = planProblem(domain, problem, values.optimal, stop);
    }
    if (values.json) print(JSON.stringify(reportOf(planned, seconds()), null, 2));
    else if (planned.kind === 'solved') print(writePlan(planned.plan, planned.cost));
    return conclude(planned, seconds(), warn);
  } catch (error) {
    warn(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

async function validate(
  domain: Domain,
  problem: Problem,
  file: string,
  json: boolean,
  print: Output['print'],
): Promise<0 | 1> {
  const plan = read(file, readPlan(await textOf(file)));
  const verdict = checkPlan(domain, problem, plan);
  if (json) print(JSON.stringify(verdict, null, 2));
  else if (verdict.valid) print(`The plan is valid: ${String(plan.length)} steps, cost ${String(verdict.cost)}.`);
  else print(`The plan is not valid: ${verdict.message}.`);
  return verdict.valid ? 0 : 1;
}

function conclude(planned: Outcome, seconds: number, warn: Output['warn']): 0 | 1 | 2 {
  const { expanded, generated } = planned.figures;
  const figures = `${expanded} states expanded, ${generated} generated, ${seconds.toFixed(1)} s`;
  switch (planned.kind) {
    case 'solved':
      return 0;
    case 'unsolvable':
      warn(`No plan: there is none, which was proved by exhausting what can be reached (${figures}).`);
      return 1;
    case 'stopped':
      warn(`Out of time: whether there is a plan is not known (${figures}). Give more with --time-limit.`);
      return 2;
    case 'too-large':
      warn(`Too large for the memory: whether there is a plan is not known (${figures}).`);
      return 2;
  }
}

function reportOf(planned: Outcome, seconds: number): Record<string, unknown> {
  const { kind, figures } = planned;
  if (kind !== 'solved') return { result: kind, ...figures, seconds };
  const plan = planned.plan.map(({ action, objects }) => keyOf(action, objects));
  const tree: { tree?: Decomposition } = 'tree' in planned ? { tree: planned.tree } : {};
  return { result: kind, plan, cost: planned.cost, ...tree, ...figures, seconds };
}

async function textOf(file: string): Promise<string> {
  if ((await stat(file)).size > 4 * TEXT_CHARS_MAX) throw new Unusable(`${file} is too large: give a smaller one`);
  return readFile(file, 'utf8');
}

function read<T>(file: string, result: Result<T, TextProblem>): T {
  if (result.ok) return result.value;
  const { line, column, message } = result.error;
  throw new Unusable(`${file}, line ${line}, column ${column}: ${message}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await planCommand(process.argv.slice(2), {
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  });
}
