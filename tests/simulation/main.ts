import { FAULTS, UNCHECKED } from './faults.ts';
import { live, type LiveOptions, type Outcome } from './live.ts';
import { MUTATIONS, UNCHANGED, type Mutated } from './mutations.ts';
import { drawScenario, type Scenario } from './scenario.ts';
import type { Report } from '#cli/simulation-report.ts';
import type { Assignment } from './assignment.ts';
import { shrink } from './shrink.ts';
import { tools } from '#runtime/tools/registry.ts';
import { loadRules } from './sim-rules.ts';
import { loadLanguage } from './vault.ts';

const assignment = JSON.parse(process.argv[2] ?? '{}') as Assignment;
const [language, rules] = await Promise.all([loadLanguage(), loadRules()]);
const mutation = assignment.mutation === undefined ? {} : (MUTATIONS[assignment.mutation] ?? {});
const mutated: Mutated = { ...UNCHANGED, ...mutation };
for (const [name, tool] of tools) (tools as Map<typeof name, typeof tool>).set(name, mutated.tool(tool));
const options: LiveOptions = {
  ...{ language, rules, mutated },
  ...(assignment.log && { log: (line) => void process.stdout.write(line) }),
};
const unreachable = Object.entries(FAULTS).filter(([, group]) => group.startsWith('not reachable'));
if (assignment.unreachable === true)
  process.stdout.write(`${JSON.stringify([...unreachable, ...Object.entries(UNCHECKED)])}\n`);
let toShrink = assignment.shrink;

for (const scenario of scenarios()) {
  const outcome = await live(scenario, options);
  const report = reportOf(outcome, await smaller(scenario, outcome));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  if (assignment.mutation !== undefined && report.violations.length > 0) break;
}

function* scenarios(): Iterable<Scenario> {
  if (assignment.scenarios !== undefined) yield* assignment.scenarios;
  else
    for (let seed = assignment.from; seed < assignment.from + assignment.seeds; seed += assignment.step)
      yield drawScenario(seed);
}

async function smaller(scenario: Scenario, outcome: Outcome): Promise<Scenario | null> {
  if (outcome.violations.length === 0 || toShrink-- <= 0) return null;
  const violated = new Set<string>(outcome.violations.map(({ invariant }) => invariant));
  return shrink(scenario, violated, (candidate) => live(candidate, { language, rules, mutated }));
}

function reportOf(outcome: Outcome, smallest: Scenario | null): Report {
  const { seed, trace, events, entries, saves, reported, struck, violations } = outcome;
  return {
    seed,
    trace,
    events,
    entries,
    saves,
    reported: reported !== null,
    struck: [...struck],
    violations: violations.map(({ invariant, message, at }) => `${invariant} at ${String(at / 1000)} ms: ${message}`),
    smallest,
  };
}
