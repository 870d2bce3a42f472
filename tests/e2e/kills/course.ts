import type { Exported } from '../../../src/cli/drive-app.ts';

/** The run's entries in order, as they are in the journal. */
export function factsOf(exported: Exported, run: string): Exported['facts'] {
  return exported.facts.filter(({ fact }) => 'run' in fact && fact.run === run);
}

/** Every run of the journal, in the order they began. */
export function runsOf(exported: Exported): string[] {
  return exported.facts.flatMap(({ fact }) => (fact.type === 'run.started' ? [fact.run] : []));
}

/** What happened to the run: type of each entry, and its step where there is one. */
export function courseOf(exported: Exported, run: string): string[] {
  return factsOf(exported, run).map(({ fact }) => ('step' in fact ? `${fact.type} ${fact.step}` : fact.type));
}

/** A step that was under way is begun again, and says so; nothing else may come twice. */
export function withoutTriesAgain(course: readonly string[]): string[] {
  return course.filter((entry, index) => !(entry.startsWith('step.started') && course.indexOf(entry) < index));
}

/** Epochs that wrote to the run: more than one when it was interrupted in the middle. */
export function epochsOf(exported: Exported, run: string): number[] {
  return [...new Set(factsOf(exported, run).map(({ epoch }) => epoch))];
}
