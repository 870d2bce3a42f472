import { err, ok } from '#core/base/result.ts';
import { resolveCorrections as resolve, type ResolvedObservation } from '#core/tools/documents/corrections.ts';
import { resolveCorrections as definition } from '#core/tools/documents/definitions.ts';
import type { FactsObservation } from '#core/tools/documents/facts.ts';
import { asJson, inputOf } from './arguments.ts';
import type { Tool } from './tool.ts';

/** Carries the facts along, so that the report needs only this. */
export interface ResolvedFacts extends ResolvedObservation {
  readonly facts: FactsObservation;
}

export const resolveCorrections: Tool = {
  definition,
  run: (_args, context) => {
    const facts = inputOf<FactsObservation>(context, 'facts');
    if (facts === null)
      return Promise.resolve(err({ code: 'bad-arguments', message: 'The facts to compare are missing.' }));
    const resolved: ResolvedFacts = { ...resolve(facts.facts), facts };
    return Promise.resolve(ok(asJson(resolved)));
  },
};
