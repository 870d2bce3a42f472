import { err, ok, type Result } from '#core/base/result.ts';
import { ruleInWords } from '#core/policy/rule-words.ts';
import { scopeOf } from '#core/policy/rule-scope.ts';
import type { RulePack } from '#core/policy/rule-set.ts';
import type { RuleEngine, RuleProblem } from '#ports/rules.ts';
import type { CheckedRule, PackDates } from '../contract/policy-api.ts';
import { OWN_PACK } from './rule-name.ts';

/** What an owner writes is kept whole in each version: more than this is a mistake. */
export const OWN_CHARS_MAX = 60_000;
export const OWN_RULES_MAX = 200;

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,59}$/u;

interface ReadOwn {
  readonly pack: RulePack;
  readonly checked: readonly CheckedRule[];
}

/**
 * What the owner wrote, as a pack, and what each rule does; or what is wrong with it and where.
 * @param agents what the owner calls the agents, by id
 */
export async function readOwn(
  engine: RuleEngine,
  text: string,
  dates: PackDates,
  agents: { readonly [agent: string]: string } = {},
): Promise<Result<ReadOwn, readonly RuleProblem[]>> {
  if (text.length > OWN_CHARS_MAX)
    return err([problem(`These are more than ${String(OWN_CHARS_MAX)} characters.`, 'Leave some out.', null)]);
  const read = await engine.read(text);
  if (!read.ok) return read;
  if (read.value.length > OWN_RULES_MAX)
    return err([problem(`These are more than ${String(OWN_RULES_MAX)} rules.`, 'Leave some out.', null)]);
  const problems: RuleProblem[] = [];
  const names = new Set<string>();
  const rules: RulePack['rules'][number][] = [];
  const checked: CheckedRule[] = [];
  for (const [index, { text: own, effect, policy, annotations, line }] of read.value.entries()) {
    const name = annotations['id'] ?? `rule ${String(index + 1)}`;
    const place = { line, column: 1 };
    if (effect === 'permit')
      problems.push(
        problem(
          'A permit changes nothing: rules can only forbid, or ask.',
          'Leave it out, or write what you forbid.',
          place,
        ),
      );
    else if (!NAME.test(name))
      problems.push(problem(`“${name}” is not a name.`, 'Write up to 60 letters, digits, blanks or hyphens.', place));
    else if (names.has(name))
      problems.push(
        problem(`Another rule is called “${name}”.`, 'Give one of them another name with @id("…").', place),
      );
    else {
      rules.push({ id: `${OWN_PACK}/${name}`, text: own, effect, scope: scopeOf(policy) });
      checked.push({ name, effect, line, text: own, words: ruleInWords(effect, policy, agents) });
    }
    names.add(name);
  }
  return problems.length > 0 ? err(problems) : ok({ pack: { id: OWN_PACK, text, ...datesOf(dates), rules }, checked });
}

export function datesOf({ from, until }: PackDates): Pick<RulePack, 'from' | 'until'> {
  return { from, until } as Pick<RulePack, 'from' | 'until'>;
}

function problem(message: string, help: string, place: RuleProblem['place']): RuleProblem {
  return { message, help, place };
}
