import type { Json } from '#core/base/json.ts';
import { err, ok } from '#core/base/result.ts';
import type { RuleVerdict } from '#core/policy/decide.ts';
import { SINKS } from '#core/policy/request.ts';
import type { RuleRequest } from '#core/policy/rule-request.ts';
import { leaves } from '#core/policy/rules.ts';
import type { ReadRule, RuleEngine } from '#ports/rules.ts';

/**
 * A rule engine for tests, apart from Cedar in everything: reads the part of the language that the shipped rules are
 * written in, and evaluates it by walking.
 */
export function plainRuleEngine(): RuleEngine {
  return {
    read: (text) => {
      try {
        return Promise.resolve(ok(new Reader(text).rules()));
      } catch (error) {
        if (!(error instanceof Misread)) throw error;
        const before = text.slice(0, error.at).split('\n');
        const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
        return Promise.resolve(err([{ message: error.message, help: '', place }]));
      }
    },
    judge: (rules, request) =>
      Promise.resolve(
        rules.flatMap(({ id, text, effect }): RuleVerdict[] => {
          try {
            const [rule] = new Reader(text).rules();
            return rule !== undefined && applies(rule.policy as unknown as Policy, request)
              ? [{ rule: id, effect }]
              : [];
          } catch {
            return [{ rule: id, effect: 'error' }];
          }
        }),
      ),
  };
}

class Misread extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

interface Entity {
  readonly type: string;
  readonly id: string;
}
type Scope =
  | { readonly op: 'All' }
  | { readonly op: '==' | 'in'; readonly entity: Entity }
  | { readonly op: 'in'; readonly entities: readonly Entity[] }
  | { readonly op: 'is'; readonly entity_type: string };
type Expression = { readonly [operator: string]: Json };
interface Policy {
  readonly effect: 'permit' | 'forbid';
  readonly principal: Scope;
  readonly action: Scope;
  readonly resource: Scope;
  readonly conditions: readonly { readonly kind: 'when' | 'unless'; readonly body: Expression }[];
  readonly annotations: Readonly<Record<string, string>>;
}

const INSIDE =
  'tool purpose integrity confidentiality carries folders planned destructive bytes amount time weekday hour'.split(
    ' ',
  );
const LEAVING = [...INSIDE, 'host', 'onDevice'];
const TOKEN = /\s+|\/\/[^\n]*|"(?:[^"\\]|\\.)*"|\d+|[A-Za-z_]\w*|::|&&|\|\||[<>=!]=|[^]/g;

class Reader {
  readonly #text: string;
  readonly #tokens: { readonly word: string; readonly at: number }[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = [...text.matchAll(TOKEN)]
      .map(({ 0: word, index }) => ({ word, at: index }))
      .filter(({ word }) => !/^(?:\s|\/\/)/.test(word));
  }

  rules(): ReadRule[] {
    const rules: ReadRule[] = [];
    while (this.#next < this.#tokens.length) {
      const start = this.#at();
      const policy = this.#policy();
      const { annotations } = policy;
      if (annotations['effect'] !== undefined && (annotations['effect'] !== 'ask' || policy.effect !== 'forbid'))
        throw new Misread('The only effect is "ask", on a forbid.', start);
      rules.push({
        text: this.#text.slice(start, this.#at(-1) + 1),
        effect: annotations['effect'] === undefined ? policy.effect : 'ask',
        policy: policy as unknown as Json,
        annotations,
        line: this.#text.slice(0, start).split('\n').length,
      });
    }
    return rules;
  }

  #policy(): Policy {
    const start = this.#at();
    const annotations: Record<string, string> = {};
    while (this.#take('@')) {
      const name = this.#word();
      this.#expect('(');
      annotations[name] = this.#string();
      this.#expect(')');
    }
    const effect = this.#word();
    if (effect !== 'permit' && effect !== 'forbid') throw new Misread(`unexpected token \`${effect}\``, start);
    this.#expect('(');
    const principal = this.#scope('principal');
    this.#expect(',');
    const action = this.#scope('action');
    this.#expect(',');
    const resource = this.#scope('resource');
    this.#expect(')');
    const sinks = SINKS.filter((sink) => matches(action, { type: 'Action', id: sink }, groupsOf(sink)));
    if (sinks.length === 0) throw new Misread('no such action', start);
    const known = sinks.every(leaves) ? LEAVING : INSIDE;
    const conditions: { kind: 'when' | 'unless'; body: Expression }[] = [];
    for (let word = this.#peek(); word === 'when' || word === 'unless'; word = this.#peek()) {
      this.#next += 1;
      this.#expect('{');
      conditions.push({ kind: word, body: this.#binary(0, known) });
      this.#expect('}');
    }
    this.#expect(';');
    return { effect, principal, action, resource, conditions, annotations };
  }

  #scope(name: string): Scope {
    this.#expect(name);
    if (this.#take('is')) return { op: 'is', entity_type: this.#word() };
    const op = this.#take('=') ? this.#expect('=') : this.#take('==') ? '==' : this.#take('in') ? 'in' : null;
    if (op === null) return { op: 'All' };
    if (op !== 'in' || !this.#take('[')) return { op, entity: this.#entity() } as Scope;
    const entities: Entity[] = [];
    do entities.push(this.#entity());
    while (this.#take(','));
    this.#expect(']');
    return { op: 'in', entities };
  }

  #entity(): Entity {
    const type = this.#word();
    this.#expect('::');
    return { type, id: this.#string() };
  }

  #binary(level: number, known: readonly string[]): Expression {
    const operators = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=']][level];
    if (operators === undefined) return this.#unary(known);
    let left = this.#binary(level + 1, known);
    for (let word = this.#peek(); operators.includes(word); word = this.#peek()) {
      this.#next += 1;
      left = { [word]: { left, right: this.#binary(level + 1, known) } };
    }
    if (level === 2 && this.#take('has')) return { has: { left, attr: this.#word() } };
    return left;
  }

  #unary(known: readonly string[]): Expression {
    if (this.#take('!')) return { '!': { arg: this.#unary(known) } };
    let expression = this.#primary(known);
    while (this.#take('.')) {
      const at = this.#at();
      const name = this.#word();
      if (this.#take('(')) {
        const right = this.#binary(0, known);
        this.#expect(')');
        expression = { [name]: { left: expression, right } };
      } else {
        if (!known.includes(name)) throw new Misread(`attribute \`${name}\` in context not found`, at);
        expression = { '.': { left: expression, attr: name } };
      }
    }
    return expression;
  }

  #primary(known: readonly string[]): Expression {
    const word = this.#peek();
    if (word.startsWith('"')) return { Value: this.#string() };
    if (/^\d/.test(word)) return { Value: Number(this.#any()) };
    if (word === 'true' || word === 'false') return { Value: this.#any() === 'true' };
    if (this.#take('context')) return { Var: 'context' };
    if (this.#take('(')) {
      const inner = this.#binary(0, known);
      this.#expect(')');
      return inner;
    }
    this.#expect('[');
    const members: Expression[] = [];
    while (!this.#take(']')) {
      members.push(this.#binary(0, known));
      this.#take(',');
    }
    return { Set: members };
  }

  #peek(): string {
    return this.#tokens[this.#next]?.word ?? '';
  }

  #at(from = 0): number {
    return this.#tokens[this.#next + from]?.at ?? this.#text.length;
  }

  #any(): string {
    this.#next += 1;
    return this.#tokens[this.#next - 1]?.word ?? '';
  }

  #take(word: string): boolean {
    if (this.#peek() !== word) return false;
    this.#next += 1;
    return true;
  }

  #expect(word: string): string {
    if (!this.#take(word)) throw new Misread(`unexpected token \`${this.#peek()}\``, this.#at());
    return word;
  }

  #word(): string {
    if (!/^[A-Za-z_]/.test(this.#peek())) throw new Misread(`unexpected token \`${this.#peek()}\``, this.#at());
    return this.#any();
  }

  #string(): string {
    if (!this.#peek().startsWith('"')) throw new Misread(`unexpected token \`${this.#peek()}\``, this.#at());
    return JSON.parse(this.#any()) as string;
  }
}

function applies({ principal, action, resource, conditions }: Policy, request: RuleRequest): boolean {
  const { agent, sink, resource: place, host, context } = request;
  const hosts = host === null ? [] : [{ type: 'Host', id: host }];
  const act = { type: 'Action', id: sink };
  return (
    matches(principal, { type: 'Agent', id: agent }, []) &&
    matches(action, act, groupsOf(sink)) &&
    matches(resource, place, hosts) &&
    conditions.every(({ kind, body }) => value(body, { ...context }) === (kind === 'when'))
  );
}

function groupsOf(sink: RuleRequest['sink']): Entity[] {
  return leaves(sink) ? [{ type: 'Action', id: 'leaves' }] : [];
}

function matches(scope: Scope, entity: Entity, parents: readonly Entity[]): boolean {
  const same = (a: Entity, b: Entity): boolean => a.type === b.type && a.id === b.id;
  switch (scope.op) {
    case 'All':
      return true;
    case 'is':
      return scope.entity_type === entity.type;
    case '==':
      return same(scope.entity, entity);
    case 'in': {
      const named = 'entities' in scope ? scope.entities : [scope.entity];
      return named.some((one) => [entity, ...parents].some((other) => same(one, other)));
    }
  }
}

function value(expression: Expression, context: Readonly<Record<string, unknown>>): unknown {
  const [operator, operands] = Object.entries(expression)[0] ?? ['', null];
  const of = (side: string): unknown =>
    value((operands as { readonly [side: string]: Expression })[side] as Expression, context);
  const attribute = (): string => (operands as { readonly attr: string }).attr;
  switch (operator) {
    case 'Value':
      return operands;
    case 'Set':
      return (operands as Expression[]).map((member) => value(member, context));
    case '.': {
      if (!(attribute() in context)) throw new Error(`there is no ${attribute()}`);
      return context[attribute()];
    }
    case 'has':
      return attribute() in context;
    case '!':
      return !of('arg');
    case '&&':
      return of('left') === true && of('right');
    case '||':
      return of('left') === true || of('right');
    case '==':
      return of('left') === of('right');
    case '!=':
      return of('left') !== of('right');
    case '<':
      return (of('left') as number) < (of('right') as number);
    case '<=':
      return (of('left') as number) <= (of('right') as number);
    case '>':
      return (of('left') as number) > (of('right') as number);
    case '>=':
      return (of('left') as number) >= (of('right') as number);
    case 'contains':
      return (of('left') as unknown[]).includes(of('right'));
    case 'containsAll':
      return (of('right') as unknown[]).every((one) => (of('left') as unknown[]).includes(one));
    case 'containsAny':
      return (of('right') as unknown[]).some((one) => (of('left') as unknown[]).includes(one));
    default:
      throw new Error(`${operator} is not known here`);
  }
}
