import type { Digest } from '../base/ids.ts';
import type { Answer, AnswerDraft } from '../tools/answer.ts';
import { verifyAnswer } from '../verifier/verify.ts';
import { checkClaim } from '../verifier/check-claim.ts';

/** Stands for the hash of bytes that are read when the whole answer is verified. */
const NOT_READ = '0'.repeat(64) as Digest;

/** Whether anything of a draft stands once its sentences are held against what they cite. */
export function anythingStands(draft: AnswerDraft): boolean {
  return verifyAnswer(asRead(draft)).verdict.result === 'PASS';
}

/** The ids of the claims that stand as they are. */
export function standingClaims(draft: AnswerDraft): ReadonlySet<string> {
  const { sections, evidence } = asRead(draft);
  const pieces = new Map(evidence.map((piece) => [piece.id as string, piece]));
  const claims = sections.flatMap((section) => section.claims);
  return new Set(claims.filter((claim) => checkClaim(claim, pieces).every(({ passed }) => passed)).map(({ id }) => id));
}

function asRead(draft: AnswerDraft): Answer {
  return { ...draft, evidence: draft.evidence.map((piece) => ({ ...piece, digest: NOT_READ, exact: false })) };
}
