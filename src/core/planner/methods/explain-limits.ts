import type { GoalContext, UnderstoodGoal } from '../goal.ts';
import type { Network } from '../htn.ts';
import { valueOf } from '../parameters.ts';
import { suggestionsFor } from '../suggestions.ts';
import { useTool } from '../tool-use.ts';

/**
 * The honest answer when no other method applies.
 * @param missing what the files lack for a goal that was understood, or null when it was not
 */
export function explainLimits(goal: UnderstoodGoal, context: GoalContext, missing: string | null): Network {
  const outcome =
    missing !== null ? 'not-found' : (valueOf<string | null>(goal.parameters, 'outcome') ?? 'not-understood');
  const reason = missing ?? (goal.reason === '' ? 'The files do not hold what this goal needs.' : goal.reason);
  const suggestions = missing === null ? goal.suggestions : suggestionsFor(context, []);
  return useTool({
    tool: 'explain-limits',
    title: missing === null ? 'Say what it can do instead' : 'Say what is missing in your files',
    args: { outcome, reason, suggestions },
    produces: ['answer'],
    consumes: [],
  });
}
