import type { SourceId } from '../base/ids.ts';

/**
 * What the owner allows a file to be used for: to find answers in, to train a model on, to be given to others as part of
 * an export or a proof. Looking at a file and taking it along in a copy of everything are the owner's own, and no purpose.
 */
export const PURPOSES = ['inference', 'training', 'sharing'] as const;
export type Purpose = (typeof PURPOSES)[number];
export type Purposes = { readonly [P in Purpose]: boolean };

/** Until the owner says otherwise: a file is for answers, and for nothing else. */
export const DEFAULT_PURPOSES: Purposes = { inference: true, training: false, sharing: false };
/** Sample data is invented and belongs to nobody. */
export const SAMPLE_PURPOSES: Purposes = { inference: true, training: false, sharing: true };

/** What is known of a file, as far as its purposes go. */
interface Purposed {
  readonly purposes?: Purposes;
  readonly sample: boolean;
}

/** What a file may be used for; one that came in before there were purposes has those of its kind. */
export function purposesOf(source: Purposed): Purposes {
  return source.purposes ?? (source.sample ? SAMPLE_PURPOSES : DEFAULT_PURPOSES);
}

/** Whether it may; a sealed file is for nobody else, whatever was said before. */
export function mayBeUsedFor(purpose: Purpose, source: Purposed & { readonly sealed?: unknown }): boolean {
  return purposesOf(source)[purpose] && !(purpose === 'sharing' && source.sealed !== undefined);
}

/** The sentence under an answer for which files were left out by their owner's choice; null when none was. */
export function leftOutNote(files: readonly SourceId[]): string | null {
  if (files.length === 0) return null;
  return files.length === 1
    ? '1 file was left out, because you do not allow it to be used for answers.'
    : `${String(files.length)} files were left out, because you do not allow them to be used for answers.`;
}
