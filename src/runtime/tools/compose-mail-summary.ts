import { ok } from '#core/base/result.ts';
import { composeMailSummary as compose, type MailPart } from '#core/tools/mail/compose.ts';
import { composeMailSummary as definition } from '#core/tools/mail/definitions.ts';
import type {
  AsksObservation,
  SummariesObservation,
  ThreadsObservation,
  WaitingObservation,
} from '#core/tools/mail/observations.ts';
import { formatMinute } from '#core/tools/format.ts';
import { asJson, inputOf, textsOf } from './arguments.ts';
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
    const parts = textsOf(args, 'parts') as MailPart[];
    const { date, minute } = context.zones.toLocal(context.now, context.zone);
    const localNow = `${date}T${formatMinute(minute)}`;
    return Promise.resolve(ok(asJson(compose(findings, parts, context.zone, localNow))));
  },
};
