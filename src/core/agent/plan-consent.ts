import { assert } from '../base/assert.ts';
import type { Digest, StepId, UnixMs } from '../base/ids.ts';
import type { GivenAct, PendingApproval, PlanAct, Run } from './run.ts';

/** What was left ticked on a card: a yes to exactly this of it. */
export interface Ticked {
  readonly step: StepId;
  readonly digest: Digest;
}

export interface Consent {
  /** Whether the card's own act is among what was ticked. */
  readonly own: boolean;
  readonly given: readonly GivenAct[];
  readonly skipped: readonly { readonly step: StepId; readonly why: string }[];
}

const LEFT_OUT = 'You left it out when you approved the rest of the plan.';

/** What a yes to a card comes to, act by act. @param ticked missing where the card is about its own act alone */
export function consentOf(approval: PendingApproval, ticked: readonly Ticked[] | undefined, at: UnixMs): Consent {
  const { acts } = approval;
  assert((acts === undefined) === (ticked === undefined), 'a yes to a plan names its acts, and no other does');
  if (acts === undefined || ticked === undefined) return { own: true, given: [], skipped: [] };
  assert(whyNotTicked(acts, ticked) === null, 'a yes is for acts that were on the card');
  const isTicked = ({ step }: PlanAct): boolean => ticked.some((each) => each.step === step);
  return {
    own: ticked.some(({ step }) => step === approval.step),
    given: acts.flatMap((act) =>
      act.standing === 'asked' && act.step !== approval.step && isTicked(act)
        ? [{ consent: approval.id, at, act: { ...act, content: act.content ?? approval.content } }]
        : [],
    ),
    skipped: acts.flatMap((act) =>
      act.standing === 'denied'
        ? [{ step: act.step, why: act.reason }]
        : isTicked(act)
          ? []
          : [{ step: act.step, why: LEFT_OUT }],
    ),
  };
}

/** Why what was ticked is no yes to these acts; null where it is one. */
export function whyNotTicked(acts: readonly PlanAct[], ticked: readonly Ticked[]): 'nothing' | 'other' | null {
  if (ticked.length === 0) return 'nothing';
  const shown = ({ step, digest }: Ticked): boolean =>
    acts.some((act) => act.standing !== 'denied' && act.step === step && act.digest === digest);
  const twice = new Set(ticked.map(({ step }) => step)).size < ticked.length;
  return twice || !ticked.every(shown) ? 'other' : null;
}

export function givenFor({ given }: Pick<Run, 'given'>, step: StepId): GivenAct | null {
  return given?.find(({ act }) => act.step === step) ?? null;
}

/** A run whose yeses to these steps are used up, or stand no more. */
export function withoutGiven({ given, ...run }: Run, steps: readonly StepId[]): Run {
  const left = (given ?? []).filter(({ act }) => !steps.includes(act.step));
  return left.length === 0 ? run : { ...run, given: left };
}
