import { ok } from '#core/base/result.ts';
import { composeMailSummary as compose, type MailFocus } from '#core/tools/mail/compose.ts';
import { composeMailSummary as definition } from '#core/tools/mail/definitions.ts';
import type {
  AsksObservation,
  SummariesObservation,
  ThreadsObservation,
  WaitingObservation,
} from '#core/tools/mail/observations.ts';
import { asJson, inputOf, textOf } from './arguments.ts';
import type { Tool } from './tool.ts';

export const composeMailSummary: Tool = {
  definition,
  run: (args, context) => {
    const findings = {
      threads: inputOf<ThreadsObservation>(context, 'threads'),
      asks: inputOf<AsksObservation>(context, 'asks'),
      waiting: inputOf<WaitingObservation>(context, 'waiting'),
      summaries: inputOf<SummariesObservation>(context, 'thread-summaries'),
    };
    const focus = ['asks', 'waiting', 'threads'].includes(textOf(args, 'focus'))
      ? (textOf(args, 'focus') as MailFocus)
      : 'all';
    return Promise.resolve(ok(asJson(compose(findings, focus, context.zone))));
  },
};
