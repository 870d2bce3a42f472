import type { Json } from '../base/json.ts';
import { anyOf, bare, conditionInWords, conjunctsOf, contentsOf, listed, namesFor } from './condition-words.ts';
import { SINKS, type Sink } from './request.ts';
import { MAIN_AGENT } from './rule-request.ts';

/**
 * What a rule does, in one sentence: "This forbids sending private data to hosts other than api.example.com."
 * @param policy Cedar's JSON form of it, checked against the schema
 * @param agents what the owner calls the agents, by id
 * @returns null where it cannot be said in words that mean the same: then it is shown as it is written
 */
export function ruleInWords(effect: 'permit' | 'ask' | 'forbid', policy: Json, agents: AgentNames = {}): string | null {
  if (effect === 'permit') return null;
  const { principal, action, resource, conditions } = fields(policy);
  const who = principalInWords(fields(principal), agents);
  const what = actionInWords(fields(action));
  const where = resourceInWords(fields(resource));
  const terms = termsOf(conditions ?? []);
  if (who === null || what === null || where === null || terms === null) return null;
  const { data, hosts, rest } = what.sends ? split(terms) : { data: null, hosts: null, rest: terms };
  const said = [whenInWords(rest), unlessInWords(rest)];
  if (said.includes(null)) return null;
  const sentence: readonly (string | null)[] = [
    effect === 'ask' ? 'This asks before' : 'This forbids',
    what.sends ? what.words.replace(DATA, data ?? 'anything') : what.words,
    ...[hosts, where, who, ...said],
  ];
  return `${sentence.filter((part) => part !== null && part !== '').join(' ')}.`;
}

/** One condition: all `when` have to hold, and no `unless`. */
interface Term {
  readonly expression: Json;
  readonly unless: boolean;
}

function termsOf(conditions: Json): readonly Term[] | null {
  if (!Array.isArray(conditions)) return null;
  return (conditions as readonly Json[]).flatMap((clause): Term[] => {
    const { kind, body } = fields(clause);
    if (kind !== 'when') return [{ expression: body ?? null, unless: true }];
    return conjunctsOf(body ?? null).map((expression) => ({ expression, unless: false }));
  });
}

/** What is sent and where to, taken out of the conditions: the first that says so of each. */
function split(terms: readonly Term[]): {
  readonly data: string | null;
  readonly hosts: string | null;
  readonly rest: readonly Term[];
} {
  let [data, hosts]: [string | null, string | null] = [null, null];
  const rest = terms.filter(({ expression: given, unless }) => {
    const { expression, holds } = bare(given, !unless);
    const places = namesFor('host', expression) ?? [];
    if (hosts === null && places.length > 0) {
      hosts = holds ? `to ${listed(places)}` : `to hosts other than ${listed(places)}`;
      return false;
    }
    const found = holds && data === null ? dataOf(expression) : null;
    data ??= found;
    return found === null;
  });
  return { data, hosts, rest };
}

function dataOf(expression: Json): string | null {
  const levels = namesFor('confidentiality', expression) ?? [];
  if (levels.length > 0) return `${listed(levels)} data`;
  for (const attribute of ['carries', 'folders'] as const) {
    const held = anyOf(attribute, expression) ?? [];
    if (held.length > 0) return listed(contentsOf(attribute, held));
  }
  return null;
}

type AgentNames = { readonly [agent: string]: string };

/** Where what is sent goes into the words. */
const DATA = '%';

const ACTS: Readonly<Record<Sink, string>> = {
  egress: `sending ${DATA} in a request`,
  'mcp-call': `handing ${DATA} to tools on servers`,
  'premium-model': `handing ${DATA} to models outside the app`,
  'file-export': `saving ${DATA} as a file`,
  'vault-read': 'reading your files',
  'memory-write': 'remembering anything',
  'sandbox-run': 'running code',
  render: 'showing anything',
  'plan-edit': 'changing a plan',
  'policy-edit': 'changing rules',
  'server-connect': 'opening a way out',
  approve: 'approving anything',
};

interface Act {
  readonly words: string;
  /** It names what is sent. */
  readonly sends: boolean;
}

function actionInWords({ op, entity, entities }: Fields): Act | null {
  if (op === 'All') return { words: 'everything that the agent does', sends: false };
  const named =
    entities === undefined ? [entity ?? null] : Array.isArray(entities) ? (entities as readonly Json[]) : [];
  const acts = named.map((each) => {
    const { id } = uid(each);
    if (id === 'leaves') return `sending ${DATA}`;
    return SINKS.includes(id as Sink) ? ACTS[id as Sink] : null;
  });
  if (acts.length === 0 || acts.includes(null)) return null;
  const [only] = acts;
  if (acts.length === 1) return { words: only ?? '', sends: only?.includes(DATA) === true };
  return { words: listed(acts.map((act) => (act ?? '').replace(DATA, 'anything'))), sends: false };
}

function principalInWords({ op, entity }: Fields, agents: AgentNames): string | null {
  if (op === 'All') return '';
  const { type, id } = uid(entity ?? null);
  if (op !== '==' || type !== 'Agent') return null;
  if (id === MAIN_AGENT) return 'in runs that you start yourself';
  return `by the agent “${Object.hasOwn(agents, id) ? (agents[id] ?? id) : id}”`;
}

function resourceInWords({ op, entity }: Fields): string | null {
  if (op === 'All') return '';
  const { type, id } = uid(entity ?? null);
  if (op === 'in' && type === 'Host') return `to ${id}`;
  if (op !== '==') return null;
  return type === 'Tool' ? `with the tool “${id}”` : type === 'Channel' ? `by the way out “${id}”` : null;
}

function whenInWords(terms: readonly Term[]): string | null {
  const whens = terms.filter(({ unless }) => !unless);
  const words = whens.map(({ expression }) => conditionInWords(expression, whens.length === 1 ? 'alone' : 'and'));
  if (words.includes(null)) return null;
  return words.length === 0 ? '' : `when ${words.join(' and ')}`;
}

/** One that holds is enough. */
function unlessInWords(terms: readonly Term[]): string | null {
  const unlesses = terms.filter(({ unless }) => unless);
  const words = unlesses.map(({ expression }) => conditionInWords(expression, unlesses.length === 1 ? 'alone' : 'or'));
  if (words.includes(null)) return null;
  return words.length === 0 ? '' : `unless ${words.join(' or ')}`;
}

type Fields = { readonly [key: string]: Json };

function fields(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function uid(entity: Json): { readonly type: string; readonly id: string } {
  const outer = fields(entity);
  const { type, id } = outer['__entity'] === undefined ? outer : fields(outer['__entity']);
  return { type: typeof type === 'string' ? type : '', id: typeof id === 'string' ? id : '' };
}
