import type { SourceId } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import { estimateTokens } from '#core/models/estimate-tokens.ts';
import {
  inParts,
  readWording,
  withWording,
  wordable,
  WORDING,
  wordingSchema,
  wordingText,
} from '#core/writing/wording.ts';
import type { AnswerDraft, Claim } from '#core/tools/answer.ts';
import { wordAnswer as definition } from '#core/tools/models/definitions.ts';
import { asJson, draftOf } from './arguments.ts';
import type { Tool } from './tool.ts';

/** What comes out is about as long as what goes in. */
const ANSWER_SHARE = 0.45;
const ANSWER_TOKENS_MAX = 2_000;

/** A model words the sentences of an answer anew. Each is taken only where it says no more than what it cites; else it stays. */
export const wordAnswer: Tool = {
  definition,
  run: async (_args, context) => {
    const draft = draftOf(context);
    if (draft === null) return err({ code: 'bad-arguments', message: 'The answer to word is missing.' });
    const { model } = context;
    const claims = wordable(draft);
    if (claims.length === 0) return ok(asJson(draft));
    const said = (why: string, from: AnswerDraft = draft): ReturnType<typeof asJson> =>
      asJson({ ...from, notes: [...from.notes, why] });
    if (model === null) return ok(said('No model was there to ask, so the answer is worded without one.'));
    const tokensMax = Math.floor(Math.min(ANSWER_TOKENS_MAX, model.windowTokens * ANSWER_SHARE));
    const parts = inParts(claims, Math.min(tokensMax, model.windowTokens - tokensMax - estimateTokens(WORDING)));
    const worded = new Map<string, string>();
    let trouble: string | null = null;
    for (const [at, part] of parts.entries()) {
      if (context.signal.aborted) return err({ code: 'cancelled', message: 'Stopped while wording.' });
      context.progress(at, parts.length);
      const answer = await model.ask({
        told: WORDING,
        shown: wordingText(part),
        from: sourcesOf(part, draft),
        schema: wordingSchema(part.length),
        tokensMax,
      });
      if (!answer.ok) {
        trouble = answer.error.message;
        break;
      }
      for (const [id, text] of readWording(answer.value, part)) worded.set(id, text);
    }
    const { draft: better, taken, refused } = withWording(draft, worded);
    const used = model.used();
    const engines = used !== null && taken > 0 ? { engines: [used] } : {};
    const notes = [
      ...(trouble === null ? [] : [`${trouble} So the rest is worded without it.`]),
      ...(refused === 0 ? [] : [refusedNote(used?.model ?? 'The model', refused)]),
    ];
    return ok(asJson({ ...better, ...engines, notes: [...better.notes, ...notes] }));
  },
};

function refusedNote(model: string, refused: number): string {
  return refused === 1
    ? `One sentence as ${model} worded it said other than your files, so it stands as it was found.`
    : `${String(refused)} sentences as ${model} worded them said other than your files, so they stand as they were found.`;
}

function sourcesOf(claims: readonly Claim[], { evidence }: AnswerDraft): Set<SourceId> {
  const cited = new Set(claims.flatMap((claim) => claim.evidence));
  return new Set(evidence.filter(({ id }) => cited.has(id)).map(({ source }) => source));
}
