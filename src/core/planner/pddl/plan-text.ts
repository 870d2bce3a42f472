import type { Result } from '../../base/result.ts';
import { keyOf, type PlanStep } from './model.ts';
import { wordAt } from './names.ts';
import { readLists, reading, type TextProblem } from './syntax.ts';

/** Plans as the planning competitions write them: one action a line in parentheses, `;` before remarks. */
export function writePlan(steps: readonly PlanStep[], cost: number): string {
  return [...steps.map(({ action, objects }) => keyOf(action, objects)), `; cost = ${cost}`].join('\n');
}

/** Times before actions (`0.001: (go a b) [1]`), which some planners print, are left out. */
export function readPlan(text: string): Result<PlanStep[], TextProblem> {
  return reading(() =>
    readLists(withoutTimes(text), '(ACTION OBJECT ...)').map((list) => {
      const [action, ...objects] = list.parts.map((part) => wordAt(part, 'name', list).text);
      return { action: action ?? wordAt(undefined, 'name of an action', list).text, objects };
    }),
  );
}

/** With spaces in their stead, so that places stay. */
function withoutTimes(text: string): string {
  return text.replaceAll(/^[ \t]*\d+(\.\d+)?[ \t]*:|\[[ \t]*\d+(\.\d+)?[ \t]*\][ \t]*(?=;|$)/gm, (time) =>
    ' '.repeat(time.length),
  );
}
