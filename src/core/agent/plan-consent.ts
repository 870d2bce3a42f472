import { assert } from '../base/assert.ts';
import type { ApprovalId, Digest, StepId, UnixMs } from '../base/ids.ts';
import type { PendingApproval, Run } from './run.ts';

/** One act of a plan on the card that asks about all of them: ready to the byte, or denied. */
export type PlanAct = PreparedAct | DeniedAct;

export interface PreparedAct extends Pick<
  PendingApproval,
  'step' | 'digest' | 'sentence' | 'reason' | 'fileName' | 'mediaType' | 'nonce' | 'action' | 'sends'
> {
  /** 'unasked': nobody has to be asked about it as things stand, and a yes to the others says nothing of it. */
  readonly standing: 'asked' | 'unasked';
  /** Missing where it is the card's own. */
  readonly content?: string;
}

export interface DeniedAct {
  readonly standing: 'denied';
  readonly step: StepId;
  /** What it would have been. */
  readonly sentence: string;
  readonly reason: string;
}

/** What was left ticked on a card: a yes to exactly this of it. */
export interface Ticked {
  readonly step: StepId;
  readonly digest: Digest;
}

/** A yes to one act of a plan that was not used yet: for this step of this run, for this digest, once, from then on. */
export interface GivenAct {
  /** The card on which it was given. */
  readonly consent: ApprovalId;
  readonly at: UnixMs;
  readonly act: PreparedAct & { readonly content: string };
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
