import { overlap } from '../../text/rank-sentences.ts';
import { contentStems, stemOf } from '../../text/tokens.ts';
import { subjectOf as subjectOfText, type Fact, type FactValue } from './facts.ts';

/** A fact that a later document states otherwise. */
export interface Correction {
  /** Index of the fact that holds now. */
  readonly now: number;
  /** Indexes of what was said before, newest first. */
  readonly earlier: readonly number[];
  /** The later sentence says itself that something changed. */
  readonly explicit: boolean;
}

export interface ResolvedObservation {
  readonly kind: 'resolved';
  readonly corrections: readonly Correction[];
  /** Indexes of facts that no longer hold, or that a later document repeats. */
  readonly superseded: readonly number[];
}

const EXPLICIT =
  /\b(?:corrections?|corrected|instead of|no longer|not any ?more|mov(?:ed|es|ing) (?:to|from|back|forward|out)|postponed|brought forward|pushed (?:back|out)|reschedul\w+|delayed (?:to|until|by)|(?:is|are|was|were) now|now (?:is|stands|starts|costs|due|planned|expected|set)|revised|updated?|changed? (?:to|from)|rather than|supersed\w+|replac(?:es|ed|ing)|has (?:been )?(?:raised|cut|reduced|increased|lowered|moved|changed)|raised|lowered|cut (?:to|from)|increased? (?:to|from)|decreased? (?:to|from)|reduced (?:to|from)|taken over|takes over|was wrong|should read|erratum|withdrawn|cancelled|canceled|dropped|not \S+ but|slips? (?:to|by)|extended (?:to|until))\b/i;
const CANCELS = /\b(?:no longer|cancelled|canceled|withdrawn|dropped|not any ?more|will not|called off|abandoned)\b/i;
const ROLE =
  /\b(?:responsible|leads?|led|owner|owns|manages?|manager|contact|in charge|tak(?:en|es|ing) over|replac\w+|instead|assigned|heads?|appointed|coordinat\w+|speaker|chair)\b/i;

/** How much two sentences must share of what they are about to speak about the same thing. */
const SAME_SUBJECT_MIN = 0.6;
/** Less is enough when the later one names the value that it changes. */
const SAME_SUBJECT_NAMED_MIN = 0.34;
/** More is needed when each speaks of something that the other does not: the formwork of the slab, its pouring. */
const SAME_APART_MIN = 0.75;
/** Two documents about different things must agree this much for one to correct the other. */
const SAME_ACROSS_MIN = 0.85;

/** The latest of these facts that states the first one otherwise, or null when it still holds. */
export function correctionOf(said: Fact, others: readonly Fact[]): Fact | null {
  const corrections = others.filter((other) => later(said, other) < 0 && relate(said, other) === 'corrects');
  return corrections.sort((a, b) => later(b, a))[0] ?? null;
}

/** Finds what a later document states otherwise; the later one wins, and what it replaces is kept to be told. */
export function resolveCorrections(facts: readonly Fact[]): ResolvedObservation {
  const order = facts.map((_, i) => i).sort((a, b) => later(facts[a], facts[b]));
  const winner = new Map<number, number>();
  const earlier = new Map<number, number[]>();
  const explicit = new Set<number>();
  for (let at = order.length - 1; at > 0; at--) {
    const now = order[at] ?? 0;
    for (const before of order.slice(0, at).reverse()) {
      const [a, b] = [facts[before], facts[now]];
      if (a === undefined || b === undefined || winner.has(before)) continue;
      const relation = relate(a, b);
      if (relation === null) continue;
      const last = winner.get(now) ?? now;
      winner.set(before, last);
      if (relation === 'repeats' || relation === 'advances') continue;
      earlier.set(last, [...(earlier.get(last) ?? []), before]);
      if (EXPLICIT.test(b.text)) explicit.add(last);
    }
  }
  return {
    kind: 'resolved',
    corrections: [...earlier]
      .map(([now, list]) => ({ now, earlier: distinct(list, facts), explicit: explicit.has(now) }))
      .sort((a, b) => later(facts[b.now], facts[a.now])),
    superseded: [...new Set([...winner.keys()])].sort((a, b) => a - b),
  };
}

/**
 * What a later fact does to an earlier one: says it otherwise, tells how far things have come since, says it again, or
 * speaks of something else (null).
 */
function relate(before: Fact, now: Fact): 'corrects' | 'advances' | 'repeats' | null {
  // Sections of a log with a date each are as good as documents.
  const sameDocument = before.file === now.file && before.writtenAt === now.writtenAt;
  if (!sameDocument && (before.writtenAt ?? 0) >= (now.writtenAt ?? 0)) return null;
  if (!sameDocument && before.progress && now.progress)
    return comparable(before, now) && advances(before, now) ? 'advances' : null;
  const subjects = [subjectOf(before, now), subjectOf(now, before)] as const;
  const shared = [...subjects[0]].filter((stem) => subjects[1].has(stem)).length;
  const likeness = overlap(...subjects);
  const explicit = EXPLICIT.test(now.text);
  if (comparable(before, now) && movesWhatWas(before, now) && differs(before, now)) return 'corrects';
  const replaced = namesWhatWas(before, now);
  const named =
    replaced || (explicit && before.values.some((value) => now.values.some((other) => sameValue(value, other))));
  if (sameDocument && !explicit) return null;
  if (shared === 0 || contrast(before, now)) return null;
  const near = comparable(before, now) || (named && before.about.some((stem) => now.about.includes(stem)));
  if (likeness < leastLikeness(before, now, near, named) || (!near && shared < 2)) return null;
  if (replaced) return 'corrects';
  if (shared === 1 && !named && Math.min(subjects[0].size, subjects[1].size) > 1) return null;
  if (Math.max(subjects[0].size, subjects[1].size) > 4 * shared && !named) return null;
  if (CANCELS.test(now.text) && !CANCELS.test(before.text) && likeness >= SAME_SUBJECT_MIN && shared >= 2)
    return 'corrects';
  if (differs(before, now)) return 'corrects';
  const same =
    before.values.length > 0 && before.values.every((value) => now.values.some((other) => sameValue(value, other)));
  return same && likeness >= SAME_ACROSS_MIN ? 'repeats' : null;
}

const INSTEAD_OF =
  /\b(?:instead of|rather than|in place of|replac(?:es|ed|ing)|substituted for)\s+(?:(?:the|an?|our|its|planned|original|former|old|usual)\s+)*([\p{L}\p{N}-]+(?:\s+[\p{L}\p{N}-]+){0,2})/iu;

/** "matte glass instead of wood", of a facade that was of wood: the later one says which word no longer holds. */
function namesWhatWas(before: Fact, now: Fact): boolean {
  const [first] = contentStems(INSTEAD_OF.exec(now.text)?.[1] ?? '');
  if (first === undefined || !contentStems(before.text).includes(first)) return false;
  return before.subject.some((stem) => stem !== first && now.subject.includes(stem));
}

/** Whether a sentence says that something is otherwise now: few do, so that only those are held against all others. */
export function saysCorrection({ text }: Fact): boolean {
  return EXPLICIT.test(text) || INSTEAD_OF.test(text);
}

/**
 * Whether a later fact says outright that it corrects an earlier one, naming what that said, so that it belongs in a
 * report on the same topic, whatever its document is called.
 */
export function correctsByName(before: Fact, now: Fact): boolean {
  if ((before.writtenAt ?? 0) >= (now.writtenAt ?? 0)) return false;
  const named = before.values.some((value) => now.values.some((other) => sameValue(value, other)));
  return (namesWhatWas(before, now) || (named && EXPLICIT.test(now.text))) && relate(before, now) === 'corrects';
}

const MOVES =
  /\b(?:(?:has|have|had|is|are|was|were|will be|been|now) )*(?:moved?s?|postponed|rescheduled|brought forward|pushed (?:back|out)|put (?:back|off)|delayed|extended|slip(?:s|ped)?|shift(?:s|ed)?|raised|increased|cut|reduced|lowered|changed) (?:(?:by|from) [^.;]{1,40} )?(?:to|until|till|into)\b/i;

/** "Planting moves to 7 December because …": what stands before the verb is what was planned for another day. */
function movesWhatWas(before: Fact, now: Fact): boolean {
  const verb = MOVES.exec(now.text);
  if (verb === null) return false;
  const head = subjectOfText(now.text.slice(0, verb.index)).subject;
  const [first] = before.subject;
  return (
    head.length > 0 && first !== undefined && head.includes(first) && head.every((s) => before.subject.includes(s))
  );
}

/** How far the same things have come: "7 of 13 panels", then "11 of 13". */
function advances(before: Fact, now: Fact): boolean {
  const subjects = [new Set(before.subject), new Set(now.subject)] as const;
  const names = (fact: Fact): string[] => fact.marks.filter((mark) => !/\d/.test(mark));
  const strange = names(before).some((mark) => !now.subject.includes(mark) && !now.marks.includes(mark));
  return !strange && [...subjects[0]].some((stem) => subjects[1].has(stem)) && overlap(...subjects) >= SAME_SUBJECT_MIN;
}

/** What a fact is about; who has a role is what may change about the role. */
function subjectOf(fact: Fact, other: Fact): Set<string> {
  if (!ROLE.test(fact.text) || !ROLE.test(other.text)) return new Set(fact.subject);
  const people = peopleOf(fact, other);
  const roles = fact.subject.filter((stem) => !people.has(stem));
  return new Set(roles.length > 0 ? roles : fact.subject);
}

function leastLikeness(before: Fact, now: Fact, near: boolean, named: boolean): number {
  if (!near) return SAME_ACROSS_MIN;
  if (named) return SAME_SUBJECT_NAMED_MIN;
  if (EXPLICIT.test(now.text)) return SAME_SUBJECT_MIN;
  const people = peopleOf(before, now);
  const own = (one: Fact, other: Fact): boolean =>
    one.subject.some((stem) => !other.subject.includes(stem) && !people.has(stem));
  return own(before, now) && own(now, before) ? SAME_APART_MIN : SAME_SUBJECT_MIN;
}

function peopleOf(...facts: readonly Fact[]): Set<string> {
  const names = facts.flatMap(({ values }) => values.filter(({ kind }) => kind === 'person'));
  return new Set(names.flatMap(({ key }) => key.split(/[ -]/)).map(stemOf));
}

/** Whether they give different values of one kind: dates, amounts, people with a role. */
function differs(before: Fact, now: Fact): boolean {
  return (['date', 'money', 'percent', 'time', 'number', 'person'] as const).some((kind) => {
    const old = before.values.filter((value) => value.kind === kind);
    const fresh = now.values.filter((value) => value.kind === kind);
    if (old.length === 0 || fresh.length === 0) return false;
    if (kind === 'person' && !(ROLE.test(before.text) || ROLE.test(now.text))) return false;
    return !fresh.every((value) => old.some((other) => sameValue(value, other)));
  });
}

/** A year that one leaves out does not make two dates different. */
function sameValue(a: FactValue, b: FactValue): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind !== 'date') return a.key === b.key;
  const open = a.key.startsWith('--') || b.key.startsWith('--');
  return open ? a.key.slice(-5) === b.key.slice(-5) : a.key === b.key;
}

/** "phase 1" and "phase 2", "north side" and "east side": each has a mark that the other has not. */
function contrast(a: Fact, b: Fact): boolean {
  const people = peopleOf(a, b);
  const own = (one: Fact, other: Fact): string[] =>
    one.marks.filter((mark) => !other.marks.includes(mark) && !other.subject.includes(mark) && !people.has(mark));
  const numbered = (marks: readonly string[]): boolean => marks.some((mark) => /\d/.test(mark));
  const [mine, theirs] = [own(a, b), own(b, a)];
  if (numbered(mine) && numbered(theirs)) {
    const roots = new Set(mine.filter((mark) => /\d/.test(mark)).map((mark) => mark.split(' ')[0]));
    if (theirs.some((mark) => /\d/.test(mark) && roots.has(mark.split(' ')[0]))) return true;
  }
  return mine.some((mark) => !/\d/.test(mark)) && theirs.some((mark) => !/\d/.test(mark));
}

/** Documents of one series or folder; a general one speaks about everything. */
function comparable(a: Fact, b: Fact): boolean {
  if (a.about.length === 0 || b.about.length === 0) return true;
  return overlap(new Set(a.about), new Set(b.about)) >= 0.5;
}

function distinct(list: readonly number[], facts: readonly Fact[]): number[] {
  const byText = new Map<string, number>();
  for (const index of list) byText.set(facts[index]?.values.map(({ key }) => key).join(' ') ?? '', index);
  return [...byText.values()].sort((a, b) => later(facts[b], facts[a]));
}

function later(a: Fact | undefined, b: Fact | undefined): number {
  if (a === undefined || b === undefined) return 0;
  return (
    (a.writtenAt ?? 0) - (b.writtenAt ?? 0) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.order - b.order
  );
}
