import { err, ok } from '#core/base/result.ts';
import { estimateTokens } from '#core/models/estimate-tokens.ts';
import type { EngineUse } from '#core/models/jobs.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import { wordAnswer as definition } from '#core/tools/models/definitions.ts';
import { claimsShown, wordingQuestion } from '#core/writing/question.ts';
import { inParts, readWording, withWording, wordable, WORDING } from '#core/writing/wording.ts';
import { asJson, draftOf, saidOf } from './arguments.ts';
import type { Tool, ToolContext } from './tool.ts';

/** What comes out is about as long as what goes in. */
const ANSWER_SHARE = 0.45;
const ANSWER_TOKENS_MAX = 2_000;

/** A model words the sentences of an answer anew. Each is taken only where it says no more than what it cites; else it stays. */
export const wordAnswer: Tool = {
  definition,
  run: async (_args, context) => {
    const draft = draftOf(context);
    if (draft === null) return err({ code: 'bad-arguments', message: 'The answer to word is missing.' });
    if (wordable(draft).length === 0) return ok(asJson(draft));
    const { worded, trouble, used } = await wordAll(draft, context);
    const { draft: better, taken, refused } = withWording(draft, worded);
    const engines = used !== null && taken > 0 ? { engines: [used] } : {};
    const notes = [
      ...(trouble === null ? [] : [`${trouble} So the rest is worded without it.`]),
      ...(refused === 0 ? [] : [refusedNote(used?.model ?? 'The model', refused)]),
    ];
    return ok(asJson({ ...better, ...engines, notes: [...better.notes, ...notes] }));
  },
};

interface Wording {
  /** By claim. */
  readonly worded: ReadonlyMap<string, string>;
  /** Why not all was worded; null where all was. */
  readonly trouble: string | null;
  readonly used: EngineUse | null;
}

async function wordAll(draft: AnswerDraft, context: ToolContext): Promise<Wording> {
  const asked = saidOf(context);
  if (asked?.kind === 'not-said') return { worded: new Map(), trouble: asked.why, used: null };
  if (asked !== null) return { worded: readWording(asked.value, claimsShown(draft)), trouble: null, used: asked.use };
  const { model } = context;
  const worded = new Map<string, string>();
  if (model === null) return { worded, trouble: 'No model was there to ask.', used: null };
  const tokensMax = Math.floor(Math.min(ANSWER_TOKENS_MAX, model.windowTokens * ANSWER_SHARE));
  const room = Math.min(tokensMax, model.windowTokens - tokensMax - estimateTokens(WORDING));
  const parts = inParts(wordable(draft), room);
  for (const [at, part] of parts.entries()) {
    if (context.signal.aborted) return { worded, trouble: 'It was stopped.', used: model.used() };
    context.progress(at, parts.length);
    const answer = await model.ask(wordingQuestion(part, draft, tokensMax));
    if (!answer.ok) return { worded, trouble: answer.error.message, used: model.used() };
    for (const [id, text] of readWording(answer.value, part)) worded.set(id, text);
  }
  return { worded, trouble: null, used: model.used() };
}

function refusedNote(model: string, refused: number): string {
  return refused === 1
    ? `One sentence as ${model} worded it said other than your files, so it stands as it was found.`
    : `${String(refused)} sentences as ${model} worded them said other than your files, so they stand as they were found.`;
}
