import { err, ok } from '#core/base/result.ts';
import type { EngineUse } from '#core/models/jobs.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import { joinAnswers as join } from '#core/tools/join-answers.ts';
import { joinAnswers as definition } from '#core/tools/models/definitions.ts';
import { asJson, textsOf } from './arguments.ts';
import type { Tool } from './tool.ts';

/** The answers to the parts of a goal, in their order, and who named the parts. */
export const joinAnswers: Tool = {
  definition,
  run: (args, context) => {
    const parts = [...context.inputs]
      .filter(([name]) => name.startsWith('answer@'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, answer]) => answer as unknown as AnswerDraft);
    if (parts.length === 0)
      return Promise.resolve(err({ code: 'bad-arguments', message: 'The answers to put together are missing.' }));
    const joined = join(parts, textsOf(args, 'titles'));
    const by = args['plannedBy'] as unknown as EngineUse;
    return Promise.resolve(ok(asJson({ ...joined, engines: [by, ...(joined.engines ?? [])] })));
  },
};
