import { ok } from '#core/base/result.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import { explainLimits as definition } from '#core/tools/documents/definitions.ts';
import { asJson, textOf, textsOf } from './arguments.ts';
import type { Tool } from './tool.ts';

/** The answer when no method fits: what was understood, and what would work. It claims nothing about the files. */
export const explainLimits: Tool = {
  definition,
  run: (args) => {
    const reason = textOf(args, 'reason');
    const draft: AnswerDraft = {
      outcome: textOf(args, 'outcome') === 'language-not-understood' ? 'language-not-understood' : 'not-understood',
      sections: [],
      evidence: [],
      notes: [reason === '' ? 'This is nothing that can be done here yet.' : reason],
      chart: null,
      table: null,
      workings: [],
      suggestions: textsOf(args, 'suggestions'),
    };
    return Promise.resolve(ok(asJson(draft)));
  },
};
