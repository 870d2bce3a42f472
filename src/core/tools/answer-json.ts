import { prettyJson } from '../base/json.ts';
import { claimsOf, type Answer } from './answer.ts';

/** A verified answer as JSON for other programs: every sentence names the evidence it rests on, each with file, bytes and hash. */
export function answerJson(goal: string, answer: Answer): string {
  const cited = new Set(claimsOf(answer).flatMap((claim) => claim.evidence));
  const { outcome, sections, table, workings, notes, engines } = answer;
  const value = {
    goal,
    outcome,
    sections: sections.map(({ title, claims }) => ({
      title,
      claims: claims.map(({ text, basis, evidence }) => ({ text, basis, evidence })),
    })),
    table,
    workings,
    notes,
    ...(engines === undefined ? {} : { engines }),
    evidence: answer.evidence
      .filter(({ id }) => cited.has(id))
      .map(({ id, file, locator, start, end, quote, source }) => ({
        ...{ id, file, locator, start, end, quote },
        fileSha256: source,
      })),
  };
  return prettyJson(value);
}
