import { ok } from '#core/base/result.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import { explainLimits as definition } from '#core/tools/documents/definitions.ts';
import { asJson, textOf, textsOf } from './arguments.ts';
import type { Tool } from './tool.ts';

/** What this can end with; a goal may be clear and what it needs missing from the files. */
const OUTCOMES = ['not-understood', 'language-not-understood', 'not-found'] as const satisfies AnswerDraft['outcome'][];

/** The answer when no method fits: what was understood, and what would work. It claims nothing about the files. */
export const explainLimits: Tool = {
  definition,
  run: (args) => {
    const reason = textOf(args, 'reason');
    const draft: AnswerDraft = {
      outcome: OUTCOMES.find((outcome) => outcome === textOf(args, 'outcome')) ?? 'not-understood',
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
