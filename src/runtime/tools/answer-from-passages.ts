import { err, ok } from '#core/base/result.ts';
import { answerQuestion } from '#core/tools/documents/answer-question.ts';
import { answerFromPassages as definition } from '#core/tools/documents/definitions.ts';
import type { PassagesObservation } from '#core/tools/documents/passage.ts';
import { asJson, inputOf } from './arguments.ts';
import type { Tool } from './tool.ts';

export const answerFromPassages: Tool = {
  definition,
  run: (_args, context) => {
    const passages = inputOf<PassagesObservation>(context, 'passages');
    if (passages === null)
      return Promise.resolve(err({ code: 'bad-arguments', message: 'The passages to answer from are missing.' }));
    return Promise.resolve(ok(asJson(answerQuestion(passages, context.zone))));
  },
};
