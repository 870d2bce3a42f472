import { expect } from 'vitest';
import type { Digest } from '#core/base/ids.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import { claimsOf } from '#core/tools/answer.ts';
import { verifyAnswer } from '#core/verifier/verify.ts';

/** The claims of a draft as text, after the verifier has found nothing to mend or remove in it. */
export function verifiedTexts(draft: AnswerDraft): string[] {
  const evidence = draft.evidence.map((piece) => ({ ...piece, digest: 'a'.repeat(64) as Digest, exact: false }));
  const { verdict } = verifyAnswer({ ...draft, evidence });
  expect(verdict.repairs).toEqual([]);
  expect(verdict.checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(verdict.result).toBe('PASS');
  return claimsOf(draft).map(({ text }) => text);
}
