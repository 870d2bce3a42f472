import { parseArgs } from 'node:util';
import { figures } from './figures.ts';
import { shippedReader } from './goal-parsing/shipped-reader.ts';
import { score, type Failure, type Score } from './score.ts';
import { METHODS } from './worlds/generate.ts';

/**
 * Judges the methods over generated vaults and prints one line per method and one per failure.
 * `npx tsx evals/run.ts [--method mail] [--seeds 20] [--from 1] [--held-out] [--with-model] [--json]`
 * Goals in held-out phrasings are named and not shown, so that they stay unseen.
 */
const { values } = parseArgs({
  options: {
    method: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    'held-out': { type: 'boolean', default: false },
    'with-model': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => Number(values.from) + i);
const methods = METHODS.filter((method) => values.method === undefined || values.method.includes(method));
const reader = values['with-model'] ? shippedReader() : null;
const scores: Score[] = [];
for (const method of methods) {
  const result = await score(method, seeds, values['held-out'], reader);
  scores.push(result);
  if (!values.json) print(result);
}
if (values.json)
  console.log(
    JSON.stringify(
      scores.map((result) => ({ ...figures(result), failures: result.failures.map(shown) })),
      null,
      2,
    ),
  );
function print(result: Score): void {
  const { factsFound, ...rest } = figures(result);
  const line = [
    `facts ${factsFound} %`,
    ...Object.entries(rest)
      .filter(([name]) => name !== 'method')
      .map(([name, value]) => `${name} ${value}`),
  ];
  console.log(`\n${result.method}: ${line.join(', ')}`);
  for (const failure of result.failures) {
    const one = shown(failure);
    console.log(
      `  ${one.kind.padEnd(13)} seed ${one.seed}  ${one.phrasing}  ${one.goal === '' ? '(held out)' : `"${one.goal}"`}\n                ${one.what}`,
    );
  }
}

function shown(failure: Failure): Failure {
  return failure.heldOut ? { ...failure, goal: '', what: failure.what.replace(/: ".*"$/, '') } : failure;
}
