import type { Claim } from '../tools/answer.ts';
import type { Check } from './verdict.ts';

/** @param reason in words for the reader: what was compared with what */
export function check(claim: Claim, kind: Check['kind'], passed: boolean, reason: string): Check {
  return { claim: claim.id, kind, passed, reason };
}

/** As much of a text as a reason can show. */
export function short(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
