import type { RunStatus, StepStatus } from '#core/agent/run.ts';
import type { IconName } from '#lib/components/icons.ts';
import { t } from '#lib/messages/t.ts';

export type Tone = 'plain' | 'busy' | 'asks' | 'verified' | 'failed';

/** A state as it is shown: never by colour alone. */
export interface Shown {
  readonly word: string;
  readonly tone: Tone;
  readonly icon: IconName;
}

const RUN: { readonly [status in RunStatus]: () => Shown } = {
  planning: () => ({ word: t('status.planning'), tone: 'busy', icon: 'circle-dashed' }),
  executing: () => ({ word: t('status.executing'), tone: 'busy', icon: 'circle-dashed' }),
  'waiting-approval': () => ({ word: t('status.waiting-approval'), tone: 'asks', icon: 'hand' }),
  paused: () => ({ word: t('status.paused'), tone: 'plain', icon: 'pause' }),
  verifying: () => ({ word: t('status.verifying'), tone: 'busy', icon: 'circle-dashed' }),
  complete: () => ({ word: t('status.complete'), tone: 'verified', icon: 'check' }),
  failed: () => ({ word: t('status.failed'), tone: 'failed', icon: 'cross' }),
  cancelled: () => ({ word: t('status.cancelled'), tone: 'plain', icon: 'stop' }),
};

const STEP: { readonly [status in StepStatus]: () => Shown } = {
  waiting: () => ({ word: t('step.waiting'), tone: 'plain', icon: 'circle' }),
  running: () => ({ word: t('step.running'), tone: 'busy', icon: 'circle-dashed' }),
  asking: () => ({ word: t('step.asking'), tone: 'asks', icon: 'hand' }),
  approved: () => ({ word: t('step.approved'), tone: 'busy', icon: 'check' }),
  done: () => ({ word: t('step.done'), tone: 'verified', icon: 'check' }),
  failed: () => ({ word: t('step.failed'), tone: 'failed', icon: 'cross' }),
  skipped: () => ({ word: t('step.skipped'), tone: 'plain', icon: 'minus' }),
};

export function showRunStatus(status: RunStatus): Shown {
  return RUN[status]();
}

export function showStepStatus(status: StepStatus): Shown {
  return STEP[status]();
}

/** Whether a run can still do something. */
export function isActive(status: RunStatus): boolean {
  return status !== 'complete' && status !== 'failed' && status !== 'cancelled';
}
