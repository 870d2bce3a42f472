import { parseArgs } from 'node:util';
import { openVault } from './pursue.ts';
import type { Method } from './world.ts';
import { generate } from './worlds/generate.ts';

/**
 * Prints what the product makes of the goals of one seed, or of a goal of one's own over its vault.
 * `npx tsx evals/show.ts --method mail --seed 3 [--goal "..."] [--files]`
 */
const { values } = parseArgs({
  options: {
    method: { type: 'string', default: 'sample' },
    seed: { type: 'string', default: '1' },
    goal: { type: 'string' },
    files: { type: 'boolean', default: false },
  },
});
const world = generate(values.method as Method, Number(values.seed), false);
if (values.files) {
  for (const file of world.files)
    console.log(`===== ${file.path}\n${file.text ?? Buffer.from(file.bytes).toString('utf8')}`);
}
const vault = await openVault(world);
console.log(`now ${new Date(world.now).toISOString()} in ${world.owner.zone}, owner ${world.owner.names.join(', ')}`);
for (const goal of values.goal === undefined ? world.cases.map((one) => one.goal) : [values.goal]) {
  const { goal: understood, plan, answer, verdict, failure } = await vault.pursue(goal);
  console.log(`\n# ${goal}\n${understood?.kind ?? ''}: ${understood?.restated ?? ''}`);
  for (const step of plan?.steps ?? []) console.log(`  ${step.id}: ${step.title} ${JSON.stringify(step.args)}`);
  console.log(failure ?? `${answer?.outcome ?? ''}, verdict ${verdict?.result ?? ''} ${verdict?.confidence ?? ''}`);
  for (const section of answer?.sections ?? []) {
    console.log(`  [${section.title}]`);
    for (const claim of section.claims)
      console.log(`    - ${claim.text}   (${claim.basis}, ${claim.evidence.length} cited)`);
  }
  for (const row of answer?.table?.rows ?? []) console.log(`    | ${row.join(' | ')}`);
  for (const note of answer?.notes ?? []) console.log(`  note: ${note}`);
  for (const repair of verdict?.repairs ?? [])
    console.log(`  ${repair.action}: ${repair.before} -> ${repair.after} (${repair.reason})`);
}
