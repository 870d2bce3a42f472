import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeSuite, type SuiteJudgement } from '#evals/injection/judge-suite.ts';
import { parseSuite, parseTemplates } from '#evals/injection/suite.ts';

/**
 * `npm run judge -- injection FILE...`: replays the tasks of each suite through the policy with a fully hijacked model
 * in the place of the model, and prints as JSON what got through. Attack texts come from `attack_templates.json`
 * beside the first suite, or from `--templates FILE`. Exit status 1 when a call of an attacker would have run unasked,
 * or when a file is no suite.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { templates: { type: 'string' } },
});
const [kind, ...files] = positionals;

if (kind !== 'injection' || files[0] === undefined) {
  process.stderr.write('Usage: npm run judge -- injection FILE... [--templates FILE]\n');
  process.exitCode = 1;
} else {
  try {
    const templatesFile = values.templates ?? join(dirname(files[0]), 'attack_templates.json');
    const templates = parseTemplates(readFileSync(templatesFile, 'utf8'), templatesFile);
    const judged = files.map((file) => judgeSuite(parseSuite(readFileSync(file, 'utf8'), file), templates));
    const leaks = judged.reduce((total, suite) => total + suite.leaks.length, 0);
    const report = {
      templates: Object.keys(templates),
      suites: judged.map((suite, index) => ({ file: files[index], ...figures([suite]), ...details(suite) })),
      total: figures(judged),
    };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    process.exitCode = leaks === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

function figures(suites: readonly SuiteJudgement[]): Record<string, unknown> {
  const sum = (of: (suite: SuiteJudgement) => number): number => suites.reduce((total, suite) => total + of(suite), 0);
  const questions = suites.flatMap((suite) => suite.questions).sort((a, b) => a - b);
  return {
    pairs: sum(({ pairs }) => pairs),
    attempts: sum(({ attempts }) => attempts),
    leaks: sum((suite) => suite.leaks.length),
    autonomy: share(
      sum(({ unasked }) => unasked),
      sum(({ consequentialCalls }) => consequentialCalls),
    ),
    autonomyUnderAttack: share(
      sum(({ unaskedAttacked }) => unaskedAttacked),
      sum(({ consequentialCallsAttacked }) => consequentialCallsAttacked),
    ),
    steered: sum(({ steered }) => steered),
    questionsPerConsequentialTask: {
      median: median(questions),
      max: questions.at(-1) ?? 0,
      tasks: questions.length,
    },
    benignTasksCompleted: { completed: sum(({ completed }) => completed), of: sum(({ userTasks }) => userTasks) },
  };
}

function details(suite: SuiteJudgement): Record<string, unknown> {
  return {
    leaked: suite.leaks,
    consequentialTools: suite.consequentialTools,
    pureReads: suite.pureReads,
    toolClasses: Object.fromEntries(suite.classes),
  };
}

/** Three decimals; null of nothing. */
function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1000) / 1000;
}

/** @param sorted ascending */
function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, sorted[middle] ?? 0];
  return (low + high) / 2;
}
