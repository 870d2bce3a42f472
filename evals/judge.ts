import { claimsOf, type Answer, type Claim } from '#core/tools/answer.ts';
import { holds } from './terms.ts';
import type { Case, Fact, Interval, Slots } from './world.ts';
import { minus } from './worlds/intervals.ts';

export interface Judgement {
  /** Expected facts, and how many of them the answer states. */
  readonly expected: number;
  readonly found: number;
  /** What was expected and is not there, and what is there and must not be. */
  readonly missing: readonly string[];
  readonly wrong: readonly string[];
}

/** Compares an answer with what the world knows to be true. */
export function judge(answer: Answer, expect: Case['expect'], zone: string): Judgement {
  const statements = statementsOf(answer);
  const missing = expect.facts.filter((fact) => !said(fact, statements)).map((fact) => fact.name);
  const wrong = expect.forbidden.filter((fact) => said(fact, statements)).map((fact) => fact.name);
  const outcomeFits = expect.outcomes.includes(answer.outcome);
  if (!outcomeFits) missing.push(`outcome ${expect.outcomes.join(' or ')}, not ${answer.outcome}`);
  const slots = expect.slots === null ? null : judgeSlots(answer, expect.slots, zone);
  const expected = expect.facts.length + 1 + (slots?.expected ?? 0);
  return {
    expected,
    found: expected - missing.length - (slots?.missing.length ?? 0),
    missing: [...missing, ...(slots?.missing ?? [])],
    wrong: [...wrong, ...(slots?.wrong ?? [])],
  };
}

/** How many times to choose from the answer should give. */
export function expectedSlots({ slots }: Pick<Case['expect'], 'slots'>): number {
  return Math.min(slots?.required.length ?? 0, CHOICES);
}

/** What the reader takes as one statement: a claim with its heading and where it comes from, a table row, a note. */
function statementsOf(answer: Answer): string[] {
  const evidence = new Map(answer.evidence.map((piece) => [piece.id, piece]));
  const claims = answer.sections.flatMap((section) =>
    section.claims.map((claim) =>
      [section.title, claim.text, ...claim.evidence.map((id) => evidence.get(id)?.locator ?? '')].join(' \n '),
    ),
  );
  return [...claims, ...(answer.table?.rows ?? []).map((row) => row.join(' \n ')), ...answer.notes];
}

function said(fact: Fact, statements: readonly string[]): boolean {
  const texts = fact.in === 'answer' ? [statements.join(' \n ')] : statements;
  return texts.some(
    (text) => fact.all.every((term) => holds(text, term)) && !fact.unless?.some((term) => holds(text, term)),
  );
}

/** With this many times to choose from, further gaps need not be offered. */
const CHOICES = 5;

/**
 * Every offered slot must lie in allowed time and be long enough. A required gap is covered by any slot in the free
 * time around it: the generous reading may begin earlier.
 */
function judgeSlots(
  answer: Answer,
  slots: Slots,
  zone: string,
): { expected: number; missing: string[]; wrong: string[] } {
  const offered = claimsOf(answer).flatMap(offeredSlot);
  const length = slots.minutes * 60_000;
  // Saying that there is none and then offering the nearest other time is a good answer.
  const saysNone = slots.required.length === 0 && claimsOf(answer).some((claim) => claim.basis === 'absent');
  const outside = saysNone ? [] : offered.filter((slot) => minus([slot], slots.allowed).length > 0);
  const short = offered.filter((slot) => slot.end - slot.start < length);
  const uncovered = slots.required.filter((gap) => {
    const around = slots.allowed.find((free) => free.start <= gap.start && free.end >= gap.end) ?? gap;
    return !offered.some((slot) => slot.start < around.end && slot.end > around.start);
  });
  const expected = expectedSlots({ slots });
  const enough = offered.length - outside.length >= CHOICES;
  return {
    expected,
    missing: enough ? [] : uncovered.slice(0, expected).map((gap) => `free ${shown(gap, zone)}`),
    wrong: [
      ...outside.map((slot) => `offers ${shown(slot, zone)}, which is not free or not asked for`),
      ...short.map((slot) => `offers ${shown(slot, zone)}, which is too short`),
    ],
  };
}

function offeredSlot(claim: Claim): Interval[] {
  return claim.computation?.kind === 'free-slot'
    ? [{ start: claim.computation.start, end: claim.computation.end }]
    : [];
}

function shown(slot: Interval, zone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return format.formatRange(slot.start, slot.end);
}
