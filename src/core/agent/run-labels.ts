import type { Run } from './run.ts';
import type { SourceId, StepId } from '../base/ids.ts';
import { fileOfLabel, labelOfSource } from '../items/sealing.ts';
import type { Source } from '../items/source.ts';
import { joinAll, type Label, NEUTRAL, OWNER_TYPED } from '../labels/label.ts';
import type { Step } from '../planner/plan.ts';
import type { Answer } from '../tools/answer.ts';

type Sources = ReadonlyMap<SourceId, Pick<Source, 'id' | 'path' | 'sealed'>>;

/**
 * What a step found carries the label of every file that it read from, whether or not it is cited in the end, of what the
 * steps before it found, and of the plan that says what to look for (SECURITY.md section 1, rule 6).
 */
export function labelOfObservation(run: Run, step: Step, read: Iterable<SourceId>, sources: Sources): Label {
  const given = (run.plan?.steps ?? []).filter(
    ({ id, produces }) => run.steps[id]?.status !== 'skipped' && produces.some((name) => step.consumes.includes(name)),
  );
  const before = given.map(({ id }) => labelOfStep(run, id, sources));
  return joinAll([run.planLabel ?? allOf(run, sources), ...labelsOf(read, sources), ...before]);
}

/** The answer was found by one step, and quotes what it cites. */
export function labelOfAnswer(run: Run, { evidence }: Pick<Answer, 'evidence'>, sources: Sources): Label {
  const cited = labelsOf(
    evidence.map(({ source }) => source),
    sources,
  );
  return joinAll([...cited, run.plan === null ? NEUTRAL : labelOfStep(run, run.plan.answerStep, sources)]);
}

/** What may be done with a run's answer now: as it was when it was made, and as its files are sealed since. */
export function labelToUse(run: Run, sources: Sources): Label {
  const made = run.label ?? allOf(run, sources);
  const files = made.sources.flatMap((source) => fileOfLabel(source) ?? []);
  return joinAll([made, ...labelsOf(files, sources)]);
}

/** A step that was done before there were labels may have read any of the run's files. */
function labelOfStep(run: Run, id: StepId, sources: Sources): Label {
  return run.steps[id]?.label ?? allOf(run, sources);
}

function allOf(run: Run, sources: Sources): Label {
  return joinAll([OWNER_TYPED, ...labelsOf(run.sources, sources)]);
}

function labelsOf(ids: Iterable<SourceId>, sources: Sources): readonly Label[] {
  return Array.from(ids, (id) => labelOfSource(sources.get(id)));
}
