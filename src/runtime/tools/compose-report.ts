import { err, ok } from '#core/base/result.ts';
import { composeReport as compose } from '#core/tools/documents/compose-report.ts';
import { composeReport as definition } from '#core/tools/documents/definitions.ts';
import type { FactsObservation } from '#core/tools/documents/facts.ts';
import { asJson, inputOf, textsOf } from './arguments.ts';
import type { ResolvedFacts } from './resolve-corrections.ts';
import type { Tool } from './tool.ts';

export const composeReport: Tool = {
  definition,
  run: (args, context) => {
    const resolved = inputOf<ResolvedFacts>(context, 'resolved');
    const facts = resolved?.facts ?? inputOf<FactsObservation>(context, 'facts');
    if (facts === null)
      return Promise.resolve(err({ code: 'bad-arguments', message: 'The facts to report are missing.' }));
    return Promise.resolve(ok(asJson(compose(facts, resolved, textsOf(args, 'sections')))));
  },
};
