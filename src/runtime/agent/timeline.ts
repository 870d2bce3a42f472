import type { RunEvent } from '#core/agent/events.ts';
import type { Run } from '#core/agent/run.ts';

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
      return `${titleOf(run, event.step)}: done`;
    case 'step.failed':
      return `${titleOf(run, event.step)}: ${event.error.message}`;
    case 'approval.requested':
      return `Asked you: ${event.approval.sentence}`;
    case 'approval.given':
      return 'You approved it';
    case 'approval.denied':
      return event.reason === '' ? 'You denied it' : `You denied it: ${event.reason}`;
    case 'run.paused':
      return 'Paused';
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

function titleOf(run: Run, step: string): string {
  return run.plan?.steps.find((candidate) => candidate.id === step)?.title ?? step;
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
