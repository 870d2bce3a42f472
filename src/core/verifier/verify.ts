import { REPAIRS_MAX } from '../base/limits.ts';
import type { Answer, Claim, Evidence } from '../tools/answer.ts';
import { claimsOf } from '../tools/answer.ts';
import { checkClaim } from './check-claim.ts';
import { repairClaim } from './repair-claim.ts';
import type { Check, Verdict } from './verdict.ts';

/**
 * Checks every claim against its evidence and recomputes what is computed. A claim that fails is repaired from its own
 * evidence or removed, and that is recorded; what is left has passed every check. Pure.
 */
export function verifyAnswer(answer: Answer): { readonly answer: Answer; readonly verdict: Verdict } {
  const evidence = new Map(answer.evidence.map((piece) => [piece.id as string, piece]));
  const first = claimsOf(answer).flatMap((claim) => checkClaim(claim, evidence));
  const repairs: Verdict['repairs'][number][] = [];
  const kept = new Map<string, Claim>();
  for (const claim of claimsOf(answer)) {
    const outcome = settle(claim, evidence);
    const { checks, reason } = outcome;
    const duplicate = outcome.claim !== null && [...kept.values()].some(({ text }) => text === outcome.claim?.text);
    if (outcome.claim !== null && !(duplicate && checks > 0)) kept.set(claim.id, outcome.claim);
    if (checks > 0) {
      const after = kept.get(claim.id)?.text ?? '';
      repairs.push({
        claim: claim.id,
        action: after === '' ? 'removed' : 'repaired',
        before: claim.text,
        after,
        reason,
      });
    }
  }
  const verified = withClaims(answer, kept, evidence);
  const last = claimsOf(verified).flatMap((claim) => checkClaim(claim, evidence));
  const honest = answer.outcome === 'not-understood' || answer.outcome === 'language-not-understood';
  const stands = claimsOf(verified).length > 0 || honest || (answer.outcome === 'not-found' && repairs.length === 0);
  const failed = first.filter(({ passed }) => !passed);
  return {
    answer: verified,
    verdict: {
      result: stands && last.every(({ passed }) => passed) ? 'PASS' : 'FAIL',
      confidence: first.length === 0 ? 1 : (first.length - failed.length) / first.length,
      checks: last,
      repairs,
    },
  };
}

/** Repairs until it passes, at most REPAIRS_MAX times; null when it never does. `checks`: how many repairs it took. */
function settle(
  claim: Claim,
  evidence: ReadonlyMap<string, Evidence>,
): { readonly claim: Claim | null; readonly checks: number; readonly reason: string } {
  let current = claim;
  let reason = '';
  for (let round = 0; round <= REPAIRS_MAX; round++) {
    const failed = checkClaim(current, evidence).filter(({ passed }) => !passed);
    if (failed.length === 0) return { claim: current, checks: round, reason };
    if (reason === '') reason = reasonOf(failed);
    const repaired = round < REPAIRS_MAX ? repairClaim(current, failed, evidence) : null;
    if (repaired === null) return { claim: null, checks: round + 1, reason };
    current = repaired;
  }
  return { claim: null, checks: REPAIRS_MAX + 1, reason };
}

function reasonOf(failed: readonly Check[]): string {
  return [...new Set(failed.map(({ reason }) => reason))].slice(0, 3).join('; ');
}

/** The answer with these claims only, without evidence that nothing rests on. */
function withClaims(answer: Answer, kept: ReadonlyMap<string, Claim>, evidence: ReadonlyMap<string, Evidence>): Answer {
  const sections = answer.sections
    .map((section) => ({ ...section, claims: section.claims.flatMap(({ id }) => kept.get(id) ?? []) }))
    .filter(({ claims }) => claims.length > 0);
  const used = new Set(sections.flatMap(({ claims }) => claims).flatMap(evidenceOf));
  const lost = claimsOf(answer).some(({ id, computation }) => computation?.kind === 'aggregate' && !kept.has(id));
  return {
    ...answer,
    sections,
    evidence: [...evidence.values()].filter(({ id }) => used.has(id)),
    // A figure drawn from a computation that did not hold must not stand without it.
    ...(lost ? { chart: null, table: null, workings: [] } : {}),
  };
}

function evidenceOf({ evidence, computation }: Pick<Claim, 'evidence' | 'computation'>): string[] {
  if (computation?.kind === 'conversion') return evidenceOf({ evidence, computation: computation.of });
  if (computation?.kind === 'aggregate')
    return [...evidence, ...computation.values.flatMap((value) => value.evidence ?? [])];
  if (computation?.kind === 'free-slot') return [...evidence, ...computation.busy.map((time) => time.evidence)];
  if (computation?.kind === 'date') return [...evidence, computation.evidence];
  return [...evidence];
}
