import type { SourceId } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { ModelJob } from '../models/jobs.ts';
import { estimateTokens } from '../models/estimate-tokens.ts';
import type { AnswerDraft, Claim } from '../tools/answer.ts';
import type { Passage, PassagesObservation } from '../tools/documents/passage.ts';
import { ANSWERING, answeringSchema, answeringText, inWindows } from './answering.ts';
import { inParts, wordable, WORDING, wordingSchema, wordingText } from './wording.ts';

/** One question to a model: what it is told in the app's words, what it is shown, and the form of its answer. */
export interface ModelQuestion {
  readonly told: string;
  readonly shown: string;
  /** The files that what it is shown comes from. */
  readonly from: ReadonlySet<SourceId>;
  readonly schema: { readonly [key: string]: Json };
  readonly tokensMax: number;
}

/** What is asked of a provider at once, in tokens: its owner reads all of it. */
const SHOWN_WINDOW_TOKENS = 4_096;
const ANSWER_TOKENS_MAX = 700;
const ANSWER_SHARE = 0.4;
const WORDED_TOKENS_MAX = 1_800;

export function questionAbout(question: string, passages: readonly Passage[], tokensMax: number): ModelQuestion {
  return {
    told: ANSWERING,
    shown: answeringText(question, passages),
    from: new Set(passages.map(({ span }) => span.source)),
    schema: answeringSchema(passages.length),
    tokensMax,
  };
}

/** What an answer may take of a window, and what is left for passages. */
export function shareOf(window: number, question: string): { readonly tokensMax: number; readonly room: number } {
  const tokensMax = Math.floor(Math.min(ANSWER_TOKENS_MAX, window * ANSWER_SHARE));
  return { tokensMax, room: window - tokensMax - estimateTokens(`${ANSWERING}${question}`) };
}

export function wordingQuestion(claims: readonly Claim[], { evidence }: AnswerDraft, tokensMax: number): ModelQuestion {
  const cited = new Set(claims.flatMap((claim) => claim.evidence));
  return {
    told: WORDING,
    shown: wordingText(claims),
    from: new Set(evidence.filter(({ id }) => cited.has(id)).map(({ source }) => source)),
    schema: wordingSchema(claims.length),
    tokensMax,
  };
}

/** The passages that one question to a provider holds: the best ones, as many as fit. */
export function passagesShown({ question, passages }: PassagesObservation): readonly Passage[] {
  const { room } = shareOf(SHOWN_WINDOW_TOKENS, question);
  const all = passages.map(({ passage }) => passage);
  return inWindows(all, room)[0] ?? [];
}

/** The sentences that one question to a provider holds. */
export function claimsShown(draft: AnswerDraft): readonly Claim[] {
  return inParts(wordable(draft), WORDED_TOKENS_MAX)[0] ?? [];
}

/** The one question to a provider about what a step is given; null where there is nothing to ask. */
export function questionOf(job: ModelJob, inputs: ReadonlyMap<string, Json>): ModelQuestion | null {
  if (job === 'answering') {
    const found = (inputs.get('passages') ?? null) as unknown as PassagesObservation | null;
    const shown = found === null ? [] : passagesShown(found);
    return found === null || shown.length === 0
      ? null
      : questionAbout(found.question, shown, shareOf(SHOWN_WINDOW_TOKENS, found.question).tokensMax);
  }
  const draft = (inputs.get('draft') ?? null) as unknown as AnswerDraft | null;
  const shown = draft === null ? [] : claimsShown(draft);
  return draft === null || shown.length === 0 ? null : wordingQuestion(shown, draft, WORDED_TOKENS_MAX);
}
