import {
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
  type AuthorizationAnswer,
  type Context,
} from '@cedar-policy/cedar-wasm/web';
import type { Json } from '#core/base/json.ts';
import { err, ok } from '#core/base/result.ts';
import type { RuleVerdict } from '#core/policy/decide.ts';
import type { RuleRequest } from '#core/policy/rule-request.ts';
import type { ReadRule, RuleEngine, RuleProblem } from '#ports/rules.ts';
import { placeOf, problemOf, withoutRepeats } from './rule-problems.ts';
import { RULE_SCHEMA } from './schema.ts';
import { splitRules, type RulePart } from './split-rules.ts';

/** Cedar's parser and evaluator call themselves for each level: at 200 brackets or 400 operators their stack is at its end. */
export const RULE_DEPTH_MAX = 24;
export const RULE_OPERATORS_MAX = 120;
/** Of one text. */
export const RULES_CHARS_MAX = 500_000;

/** Slices that are kept parsed: parsing takes longer than evaluating. */
const PARSED_MAX = 64;
const names = Array.from({ length: PARSED_MAX }, (_, index) => `slice-${String(index)}`);
/** Slice -> its name, the one used longest ago first. There is one Cedar in a thread, whoever asks it. */
const parsed = new Map<string, string>();
const SCHEMA = 'rules';

export interface CedarEngine extends RuleEngine {
  /** A fault inside Cedar leaves it unusable for good: from then on every rule fails. */
  readonly broken: () => boolean;
}

/**
 * Cedar, in WebAssembly. It works in the thread that calls it and takes what it takes; whoever needs a limit of time puts it
 * into a thread of its own.
 * @param load makes Cedar ready (4.3 MB); called once, when first needed
 */
export function cedarEngine(load: () => Promise<unknown>): CedarEngine {
  let ready: Promise<void> | null = null;
  let broken = false;

  const start = (): Promise<void> => (ready ??= load().then(() => void preparseSchema(SCHEMA, RULE_SCHEMA)));

  return {
    broken: () => broken,

    read: async (text) => {
      const parts = splitRules(text);
      const tooMuch = beyondBounds(text, parts);
      if (tooMuch.length > 0) return err(tooMuch);
      await start();
      try {
        return readParts(text, parts);
      } catch (error) {
        broken = true;
        return err([problem(`Cedar could not read this: ${String(error)}`, null)]);
      }
    },

    judge: async (rules, request) => {
      if (rules.length === 0) return [];
      const failed = (): RuleVerdict[] => rules.map(({ id }) => ({ rule: id, effect: 'error' }));
      if (broken) return failed();
      try {
        await start();
      } catch {
        ready = null;
        return failed();
      }
      try {
        const answer = statefulIsAuthorized({
          ...requestOf(request),
          preparsedSchemaName: SCHEMA,
          validateRequest: true,
          preparsedPolicySetId: nameOf(rules),
        });
        return answer.type === 'failure' ? failed() : verdictsOf(rules, answer.response.diagnostics);
      } catch (error) {
        broken = !(error instanceof UnreadableRules);
        return failed();
      }
    },
  };
}

/** The name under which a slice lies parsed; the slice that was used longest ago gives up its own. */
function nameOf(rules: Parameters<RuleEngine['judge']>[0]): string {
  const slice = rules.map(({ id, text }) => `${id}\0${text}`).join('\0\0');
  const name = parsed.get(slice) ?? parseAs(freeName(), rules);
  parsed.delete(slice);
  parsed.set(slice, name);
  return name;
}

function freeName(): string {
  if (parsed.size < PARSED_MAX) return names.find((name) => ![...parsed.values()].includes(name)) ?? '';
  const [slice, name] = parsed.entries().next().value ?? ['', ''];
  parsed.delete(slice);
  return name;
}

function parseAs(name: string, rules: Parameters<RuleEngine['judge']>[0]): string {
  const staticPolicies = Object.fromEntries(rules.map(({ id, text }) => [id, text]));
  if (preparsePolicySet(name, { staticPolicies }).type === 'failure') throw new UnreadableRules();
  return name;
}

/** Rules that Cedar refuses to parse, though they were read once. */
class UnreadableRules extends Error {}

type Diagnostics = Extract<AuthorizationAnswer, { type: 'success' }>['response']['diagnostics'];

function verdictsOf(rules: Parameters<RuleEngine['judge']>[0], { reason, errors }: Diagnostics): RuleVerdict[] {
  const failed = new Set(errors.map(({ policyId }) => policyId));
  const matched = new Set(reason);
  return rules.flatMap(({ id, effect }): RuleVerdict[] => {
    if (failed.has(id)) return [{ rule: id, effect: 'error' }];
    return matched.has(id) ? [{ rule: id, effect }] : [];
  });
}

function requestOf({ agent, sink, resource, host, context }: RuleRequest): {
  principal: { type: string; id: string };
  action: { type: string; id: string };
  resource: { type: string; id: string };
  context: Context;
  entities: {
    uid: { type: string; id: string };
    attrs: Record<string, never>;
    parents: { type: string; id: string }[];
  }[];
} {
  return {
    principal: { type: 'Agent', id: agent },
    action: { type: 'Action', id: sink },
    resource,
    context: { ...context, carries: [...context.carries], folders: [...context.folders] },
    entities: [{ uid: resource, attrs: {}, parents: host === null ? [] : [{ type: 'Host', id: host }] }],
  };
}

function readParts(text: string, parts: readonly RulePart[]): Awaited<ReturnType<RuleEngine['read']>> {
  const problems: RuleProblem[] = [];
  const rules = parts.flatMap((part): ReadRule[] => {
    const answer = policyToJson(part.text);
    if (answer.type === 'failure') {
      problems.push(...answer.errors.map((error) => problemOf(error, part, text)));
      return [];
    }
    const { effect, annotations = {} } = answer.json;
    const asked = annotations['effect'];
    if (asked !== undefined && (asked !== 'ask' || effect !== 'forbid'))
      problems.push(
        problem('The only effect that can be annotated is `@effect("ask")`, on a forbid.', placeOf(text, part.start)),
      );
    return [
      {
        text: part.text,
        effect: asked === undefined ? effect : 'ask',
        policy: answer.json as unknown as Json,
        annotations,
        line: placeOf(text, part.start).line,
      },
    ];
  });
  problems.push(...validated(text, parts));
  return problems.length > 0 ? err(withoutRepeats(problems)) : ok(rules);
}

/** What Cedar's strict validator says of rules that can be parsed; a rule that can never apply is as good as wrong. */
function validated(text: string, parts: readonly RulePart[]): RuleProblem[] {
  const named = new Map(parts.map((part, index) => [`rule-${String(index)}`, part]));
  const staticPolicies = Object.fromEntries([...named].map(([id, part]) => [id, part.text]));
  const answer = validate({ schema: RULE_SCHEMA, policies: { staticPolicies } });
  // Those that cannot be parsed were told of already.
  if (answer.type === 'failure') return [];
  const errors = answer.validationErrors;
  const wrong = new Set(errors.map(({ policyId }) => policyId));
  const warnings = answer.validationWarnings.filter(({ policyId }) => !wrong.has(policyId));
  return [...errors, ...warnings].flatMap(({ policyId, error }) => {
    const part = named.get(policyId);
    return part === undefined ? [] : [problemOf(error, part, text)];
  });
}

function beyondBounds(text: string, parts: readonly RulePart[]): RuleProblem[] {
  if (text.length > RULES_CHARS_MAX)
    return [problem(`Rules may have ${String(RULES_CHARS_MAX)} characters together.`, null)];
  return parts
    .filter(({ depth, operators }) => depth > RULE_DEPTH_MAX || operators > RULE_OPERATORS_MAX)
    .map(({ start }) =>
      problem(
        `This rule is too long: at most ${String(RULE_OPERATORS_MAX)} operators, and brackets ${String(RULE_DEPTH_MAX)} deep.`,
        placeOf(text, start),
        'Write several rules: a request that one of them forbids is forbidden.',
      ),
    );
}

function problem(message: string, place: RuleProblem['place'], help = ''): RuleProblem {
  return { message, help, place };
}
