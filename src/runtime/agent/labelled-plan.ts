import type { Run } from '#core/agent/run.ts';
import { canonicalJson, type Json } from '#core/base/json.ts';
import { labelOfSource } from '#core/items/sealing.ts';
import type { Source } from '#core/items/source.ts';
import { budgetAfter, endorse, FULL_BUDGET, type Choice, type FiniteType } from '#core/labels/finite.ts';
import { join, joinAll, type Label, OWNER_TYPED, WORST } from '#core/labels/label.ts';
import type { Inventory } from '#core/planner/goal.ts';
import type { Plan } from '#core/planner/plan.ts';

/** A plan, with what the files had to do with it. */
export interface LabelledPlan {
  readonly plan: Plan;
  /** Of the values that it holds: columns, people, titles. */
  readonly label: Label;
  /** What the files chose of what it does outside of them. */
  readonly choices: readonly Choice[];
}

/** What planning may look at: the files of a run, as much of them as asked for. */
interface Planning {
  readonly sources: readonly Source[];
  /** What these files hold, small enough to plan with. */
  readonly inventory: (sources: readonly Source[]) => Promise<Inventory>;
  readonly planOver: (inventory: Inventory) => Plan;
  /** The methods that a plan may begin with. */
  readonly methods: readonly string[];
}

/**
 * Plans with all files, and once more without those that are sealed. Where both plans do the same, nothing of a sealed file is in
 * it; else the plan is sealed with all that is made by it (Devriese and Piessens, Noninterference through Secure
 * Multi-Execution, 2010). Which tools read what, and with which words, files may tell freely: what they read has their label.
 * What leaves is planned by the goal, and by its method alone: of few, and counted (SECURITY.md section 1, rules 5 and 7).
 */
export async function labelledPlan({ sources, inventory, planOver, methods }: Planning): Promise<LabelledPlan> {
  const plan = planOver(await inventory(sources));
  const open = sources.filter(({ sealed }) => sealed === undefined);
  const sealed = sources.filter((source) => !open.includes(source));
  const same = sealed.length === 0 || does(planOver(await inventory(open))) === does(plan);
  const said = wordsOf(plan);
  const naming = async (among: readonly Source[]): Promise<Source[]> => {
    const named = await Promise.all(among.map(async (source) => isNamed(await inventory([source]), said)));
    return among.filter((_, index) => named[index]);
  };
  const telling = same ? [] : await naming(sealed);
  const behind = [...(await naming(open)), ...(same || telling.length > 0 ? telling : sealed)];
  const read = sources.length === 0 ? OWNER_TYPED : { ...OWNER_TYPED, integrity: 'untrusted' as const };
  const label = joinAll([read, ...behind.map(labelOfSource)]);
  const type: FiniteType = { kind: 'enum', members: methods };
  const chosen = endorse(plan.method, type, label, FULL_BUDGET);
  const took = chosen.kind === 'endorsed' && chosen.bits > 0;
  return {
    plan,
    label,
    choices: took ? [{ name: METHOD, type, value: plan.method, bits: chosen.bits }] : [],
  };
}

/**
 * The label of what a plan does outside: the owner's own words and, where files were looked at, what they chose within the
 * run's budget. A plan of before there were labels may have been made of anything.
 */
export function labelOfPlanner({ plan, planLabel, choices = [] }: Run): Label {
  if (plan === null || planLabel === undefined) return WORST;
  if (planLabel.integrity !== 'untrusted') return planLabel;
  const counted = choices.some(({ name, value }) => name === METHOD && value === plan.method);
  const within = budgetAfter(choices).bitsLeft >= 0;
  return join(OWNER_TYPED, { ...planLabel, integrity: counted && within ? 'endorsed' : 'untrusted' });
}

const METHOD = 'method';

/** What of a plan comes to anybody's eyes but the owner's: what it says the goal is, and what its steps do. */
function does({ goal, method, steps }: Plan): string {
  const parameters = goal.parameters.map(({ name, value }) => ({ name, value }));
  const tools = steps.map(({ tool, args }) => ({ tool, args }));
  return canonicalJson({ restated: goal.restated, parameters, method, tools });
}

/** Every text that a plan was given for its parameters and its steps. */
function wordsOf({ goal, steps }: Plan): ReadonlySet<string> {
  const words = new Set<string>();
  const add = (value: Json): void => {
    if (typeof value === 'string') words.add(value);
    else if (Array.isArray(value)) (value as readonly Json[]).forEach(add);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(add);
  };
  for (const { value } of goal.parameters) add(value);
  for (const { args } of steps) add(args);
  words.delete('');
  return words;
}

/** Whether a file holds any of these words where planning looks. */
function isNamed({ sources, documents, tables, people, calendars }: Inventory, said: ReadonlySet<string>): boolean {
  const has = (...texts: readonly (string | null)[]): boolean => texts.some((text) => text !== null && said.has(text));
  return (
    sources.some(({ id, path }) => has(id, path)) ||
    documents.some(({ title }) => has(title)) ||
    tables.some(
      ({ name, columns, values }) =>
        has(name, ...columns.map((column) => column.name)) || Object.values(values).some((each) => has(...each)),
    ) ||
    people.some(({ name, address }) => has(name, address)) ||
    calendars.some(({ name, owner }) => has(name, owner))
  );
}
