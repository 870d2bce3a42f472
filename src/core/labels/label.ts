/** How far a value may be trusted, highest first. */
export const INTEGRITIES = ['trusted', 'endorsed', 'untrusted'] as const;
export type Integrity = (typeof INTEGRITIES)[number];

/** How closely a value is kept, lowest first. *Sealed* never leaves the device, approval or not. */
export const CONFIDENTIALITIES = ['public', 'private', 'sealed'] as const;
export type Confidentiality = (typeof CONFIDENTIALITIES)[number];

/** The ids of the channels that may read a value, sorted and without repeats; `all` sets no bound. */
export type Readers = readonly string[] | 'all';

/** Where a value came from, how far to trust it, who may read it. It goes with the value, at rest and in flight. */
export interface Label {
  /** Sorted, without repeats: `owner`, `app`, `file:<source id>`, `tool:<name>`, `model:<id>`, `memory:<id>`. */
  readonly sources: readonly string[];
  readonly integrity: Integrity;
  readonly confidentiality: Confidentiality;
  readonly readers: Readers;
}

/** What a value without a label counts as: the worst there is. */
export const WORST: Label = { sources: [], integrity: 'untrusted', confidentiality: 'sealed', readers: [] };

/** The label that changes no other when joined with it: a constant of the app, with no source. */
export const NEUTRAL: Label = { sources: [], integrity: 'trusted', confidentiality: 'public', readers: 'all' };

/** What the owner typed. */
export const OWNER_TYPED: Label = {
  sources: ['owner'],
  integrity: 'trusted',
  confidentiality: 'private',
  readers: 'all',
};

/** An imported file or what was read out of it: nobody vouches for its text, and it is the owner's own affair. */
export function fileLabel(source: string, sealed: boolean): Label {
  return {
    sources: [`file:${source}`],
    integrity: 'untrusted',
    confidentiality: sealed ? 'sealed' : 'private',
    readers: sealed ? [] : 'all',
  };
}

/** What a tool outside the app answered: untrusted, and as confidential as what it was asked with. */
export function answeredBy(tool: string, asked: Label): Label {
  return join(asked, { ...NEUTRAL, sources: [`tool:${tool}`], integrity: 'untrusted' });
}

/**
 * What a model wrote: the join of everything in its window. One that is asked over a channel is not to be trusted either
 * (SECURITY.md, rules 3 and 6).
 */
export function modelLabel(model: string, where: 'device' | 'channel', window: readonly Label[]): Label {
  const integrity = where === 'device' ? 'trusted' : 'untrusted';
  return joinAll([...window, { ...NEUTRAL, sources: [`model:${model}`], integrity }]);
}

/** The label of a value that came without one, or with its own. */
export function labelOf(label: Label | null | undefined): Label {
  return label ?? WORST;
}

/**
 * The label of what was made from both: all sources, the lowest integrity, the highest confidentiality, the readers
 * that both allow. Commutative, associative, idempotent and monotone (Denning, A Lattice Model of Secure Information
 * Flow, 1976).
 */
export function join(a: Label, b: Label): Label {
  return {
    sources: union(a.sources, b.sources),
    integrity: higher(INTEGRITIES, a.integrity, b.integrity),
    confidentiality: higher(CONFIDENTIALITIES, a.confidentiality, b.confidentiality),
    readers: inBoth(a.readers, b.readers),
  };
}

/** Output of a model has the join of everything in its context window; of nothing, it has the neutral one. */
export function joinAll(labels: readonly Label[]): Label {
  return labels.reduce(join, NEUTRAL);
}

/** Whether `a` is nowhere worse than `b`: what may be done with `b` may be done with `a`. */
export function atMost(a: Label, b: Label): boolean {
  return (
    a.sources.every((source) => b.sources.includes(source)) &&
    INTEGRITIES.indexOf(a.integrity) <= INTEGRITIES.indexOf(b.integrity) &&
    CONFIDENTIALITIES.indexOf(a.confidentiality) <= CONFIDENTIALITIES.indexOf(b.confidentiality) &&
    (a.readers === 'all' || (b.readers !== 'all' && b.readers.every((reader) => a.readers.includes(reader))))
  );
}

/** Whether a text may reach the planner's context, or be a host, a recipient or an amount. */
export function isEndorsed(label: Label): boolean {
  return label.integrity !== 'untrusted';
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort();
}

function inBoth(a: Readers, b: Readers): Readers {
  if (a === 'all') return b === 'all' ? 'all' : [...new Set(b)].sort();
  return union(b === 'all' ? a : a.filter((reader) => b.includes(reader)), []);
}

function higher<T>(order: readonly T[], a: T, b: T): T {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}
