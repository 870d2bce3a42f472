import type { RunEvent } from '#core/agent/events.ts';
import type { Cover, Run } from '#core/agent/run.ts';
import { loopText } from '#core/agent/find-loop.ts';
import type { WhyAnew } from '#core/policy/approval.ts';

const VOIDED: Readonly<Record<WhyAnew, string>> = {
  expired: 'Your yes was not used within five minutes, so it holds no more',
  policy: 'The rules changed, so the question stands no more',
  label: 'What the files may be used for changed, so the question stands no more',
  changed: 'What would be done changed, so the question stands no more',
  older: 'It was asked by an older version of the app, so the question stands no more',
  edited: 'You changed the text',
  unknown: 'Nobody can tell whether it was done',
  uncovered: 'What spared you the question holds no more',
};

const COVERED: Readonly<Record<Cover['kind'], string>> = {
  rules: 'it carries nothing that has to be asked about',
  grant: 'a standing yes of yours covers it',
  plan: 'your yes to the plan covers it',
};

/** One journaled fact of a run as a plain sentence. */
export function sentenceFor(event: RunEvent, run: Run): string {
  switch (event.type) {
    case 'run.started':
      return `Goal stated: ${event.goal}`;
    case 'plan.committed':
      return `Planned ${counted(event.plan.steps.length, 'step')}: ${event.plan.goal.restated}`;
    case 'step.started':
      return event.attempt > 1 ? `${titleOf(run, event.step)}: tried again` : `${titleOf(run, event.step)}: started`;
    case 'step.finished':
      return `${titleOf(run, event.step)}: ${doneHow(event)}`;
    case 'step.failed':
      return `${titleOf(run, event.step)}: ${event.error.message}`;
    case 'approval.requested':
      return `Asked you: ${event.approval.sentence}`;
    case 'approval.covered':
      return `Did not ask you, because ${COVERED[event.approval.cover.kind]}: ${event.approval.sentence}`;
    case 'approval.given':
      return event.acts === undefined ? 'You approved it' : `You approved ${counted(event.acts.length, 'act')} at once`;
    case 'approval.denied':
      return event.reason === '' ? 'You denied it' : `You denied it: ${event.reason}`;
    case 'approval.voided':
      return VOIDED[event.why];
    case 'run.paused':
      return event.loop === undefined ? 'Paused' : `Paused by itself. ${loopText(event.loop)}`;
    case 'run.resumed':
      return 'Resumed';
    case 'answer.verified': {
      const failed = event.verdict.checks.filter((check) => !check.passed).length;
      return `Checked the answer: ${event.verdict.result}, ${counted(event.verdict.checks.length, 'check')}, ${String(failed)} failed`;
    }
    case 'run.completed':
      return 'Complete';
    case 'run.failed':
      return `Failed: ${event.error.message}`;
    case 'run.cancelled':
      return 'Stopped by you';
  }
}

function doneHow({ run, from }: Pick<Extract<RunEvent, { type: 'step.finished' }>, 'run' | 'from'>): string {
  if (from === undefined) return 'done';
  return from.run === run ? 'as another step found it' : 'as an earlier run found it';
}

function titleOf(run: Run, step: string): string {
  return run.plan?.steps.find((candidate) => candidate.id === step)?.title ?? step;
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
