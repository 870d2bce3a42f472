import { canonicalJson, type Json } from '../base/json.ts';
import { endorse, FULL_BUDGET, type EndorsementBudget, type FiniteType } from '../labels/finite.ts';
import { joinAll, type Label } from '../labels/label.ts';

/** Where a plan says that an argument comes from, fixed before anything untrusted is read (SECURITY.md, rule 8). */
export type Origin =
  /** Written into the plan: the owner's own words, or a constant of the planner, who had read nothing else. */
  | { readonly from: 'plan'; readonly value: Json }
  /** To be read out of what the run finds; with a small type, the reader may choose no more than one of its values. */
  | { readonly from: 'reader'; readonly type: FiniteType | null };

export interface PlannedCall {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, Origin>>;
}

/** The tool calls of a plan, with the join of what the planner had read when it made them. */
export interface CommittedPlan {
  readonly calls: readonly PlannedCall[];
  readonly planner: Label;
}

/** How far a run has come: which of the calls are done, and what may still be chosen by what was read. */
export interface PlanProgress {
  readonly done: ReadonlySet<number>;
  readonly budget: EndorsementBudget;
}

export const NOT_BEGUN: PlanProgress = { done: new Set(), budget: FULL_BUDGET };

export interface ProposedCall {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, Json>>;
}

export interface LabelledCall {
  readonly planned: boolean;
  readonly labels: ReadonlyMap<string, Label>;
  /** Where the run stands once the call is made. */
  readonly after: PlanProgress;
}

/**
 * Says where each argument of a call really comes from: from the plan where the plan wrote that very value, else from
 * whoever proposes the call. Of several steps that the call could be, the one whose arguments are least in doubt.
 * @param context the join of all that is in the context window of whoever proposes the call
 */
export function labelCall(
  plan: CommittedPlan,
  progress: PlanProgress,
  call: ProposedCall,
  context: Label,
): LabelledCall {
  let best: LabelledCall | null = null;
  for (const [index, planned] of plan.calls.entries()) {
    if (progress.done.has(index)) continue;
    const labelled = labelAs(planned, index, plan.planner, progress, call, context);
    if (labelled !== null && (best === null || doubt(labelled) < doubt(best))) best = labelled;
  }
  const unplanned = new Map(Object.keys(call.arguments).map((name) => [name, context]));
  return best ?? { planned: false, labels: unplanned, after: progress };
}

/** The call as that step of the plan; null when it is another: another tool, other arguments, other written values. */
function labelAs(
  planned: PlannedCall,
  index: number,
  planner: Label,
  progress: PlanProgress,
  call: ProposedCall,
  context: Label,
): LabelledCall | null {
  const proposed = Object.entries(call.arguments);
  if (planned.tool !== call.tool || proposed.length !== Object.keys(planned.arguments).length) return null;
  const labels = new Map<string, Label>();
  let budget = progress.budget;
  for (const [name, value] of proposed) {
    const origin = planned.arguments[name];
    if (origin === undefined) return null;
    if (origin.from === 'plan') {
      if (canonicalJson(origin.value) !== canonicalJson(value)) return null;
      labels.set(name, planner);
      continue;
    }
    const endorsed = origin.type === null ? null : endorse(value, origin.type, context, budget);
    if (endorsed?.kind === 'endorsed') budget = endorsed.budget;
    labels.set(name, endorsed?.kind === 'endorsed' ? endorsed.label : context);
  }
  return { planned: true, labels, after: { done: new Set([...progress.done, index]), budget } };
}

function doubt({ labels }: LabelledCall): number {
  const order = { trusted: 0, endorsed: 1, untrusted: 2 };
  return order[joinAll([...labels.values()]).integrity];
}
