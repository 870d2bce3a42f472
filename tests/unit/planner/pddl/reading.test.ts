import { expect, test } from 'vitest';
import { readDomain } from '#core/planner/pddl/read-domain.ts';
import { readProblem } from '#core/planner/pddl/read-problem.ts';
import { NESTING_MAX, TEXT_CHARS_MAX } from '#core/planner/pddl/syntax.ts';
import { domainOf } from './reader.ts';

const domain = (rest: string): string => `(define (domain d)\n${rest})`;
const PREDICATES = '(:predicates (p ?x) (q ?x ?y))';
const action = (precondition: string, effect = '(p ?x)'): string =>
  domain(`${PREDICATES}\n(:action a :parameters (?x ?y)\n:precondition ${precondition}\n:effect ${effect})`);

/** Text, line, column, and words of the message. */
type Refused = readonly [text: string, line: number, column: number, ...words: string[]];

const inWords = ([text, line, column, ...words]: Refused): {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly words: readonly string[];
} => ({ text, line, column, words });

const DOMAIN_ERRORS: readonly Refused[] = [
  ['', 1, 1, 'this is no domain', 'begin with'],
  ['(define (domain d)', 1, 1, '"(" is never closed', 'add the ")"'],
  ['(define (domain d)))', 1, 20, '")" closes nothing', 'remove it'],
  ['; a remark\n  domain', 2, 3, '"domain" stands outside', 'begin with'],
  ['(define (problem p))', 1, 9, 'this is no domain', 'give the domain first'],
  ['(define (domain d)) (define (domain e))', 1, 21, 'follows after the domain ended'],
  [domain('(:types a'), 1, 1, 'never closed'],
  [domain('nothing'), 2, 1, 'a section', 'not nothing'],
  [domain('(:axioms)'), 2, 1, '(:axioms ...)', 'not read'],
  [domain('(:derived (p) (q))'), 2, 1, '(:derived ...)', 'not read'],
  [domain('(:durative-action a)'), 2, 1, '(:durative-action ...)', 'not read'],
  [domain('(:requirements :strips :time-travel)'), 2, 24, ':time-travel'],
  [domain('(:requirements :durative-actions)'), 2, 16, ':durative-actions', 'remove it'],
  [domain('(:types a)\n(:types b)'), 3, 1, 'second section :types'],
  [domain('(:types a - b b - c c - a)'), 2, 15, 'above itself'],
  [domain('(:types a -)'), 2, 11, 'a type must follow'],
  [domain('(:types - a)'), 2, 9, 'no type stands before'],
  [domain('(:types a - (or b c))'), 2, 13, '(or ...) is no type', 'either'],
  [domain('(:constants k - box)'), 2, 17, 'no type "box"', 'declare it in :types'],
  [domain('(:types a b)\n(:constants k - a k - b)'), 3, 19, '"k" is declared twice', 'remove one'],
  [domain('(:types a b)\n(:constants k - (either a b))'), 3, 13, 'several types'],
  [domain('(:constants ?k)'), 2, 13, '"?k" is a variable'],
  [domain('(:predicates (p) (p ?x))'), 2, 19, '"p" is declared twice'],
  [domain('(:predicates p)'), 2, 14, 'a predicate is expected here in parentheses'],
  [domain('(:predicates (p x))'), 2, 17, '"x" is no variable', 'begin it with "?"'],
  [domain('(:predicates (= ?a ?b))'), 2, 15, '"=" is declared already'],
  [domain('(:functions (f) - colour)'), 2, 19, 'functions give numbers'],
  [domain('(:action a :parameters () :duration 3)'), 2, 27, ':duration'],
  [domain('(:action a :parameters () :parameters ())'), 2, 27, 'second :parameters'],
  [domain('(:action a :parameters (?x ?x))'), 2, 24, 'two parameters "?x"'],
  [domain('(:action a :effect)'), 2, 12, 'what :effect is'],
  [domain('(:action a)\n(:action a)'), 3, 1, 'two actions called "a"', 'rename'],
  [action('(or (p ?x) (p ?y))'), 4, 15, '"or" is not read', 'an action for each case'],
  [action('(and (p ?x)\n (forall (?z) (p ?z)))'), 5, 2, '"forall" is not read', 'write out the cases'],
  [action('(exists (?z) (p ?z))'), 4, 15, '"exists" is not read', 'parameter'],
  [action('(imply (p ?x) (p ?y))'), 4, 15, '"imply" is not read'],
  [action('(not (and (p ?x) (p ?y)))'), 4, 20, '(and ...) inside of "not"'],
  [action('(not (not (p ?x)))'), 4, 20, '(not ...) inside of "not"'],
  [action('(not (p ?x) (p ?y))'), 4, 27, '"not" takes exactly one'],
  [action('(not)'), 4, 15, '"not" takes exactly one'],
  [action('(not ())'), 4, 20, 'a predicate is expected'],
  [action('((p ?x))'), 4, 16, 'a predicate is expected'],
  [action('(p ?z)'), 4, 18, '"?z" is no parameter', 'add it to :parameters'],
  [action('(p k)'), 4, 18, 'no object "k"'],
  [action('(r ?x)'), 4, 16, 'no predicate "r"', 'declare it in :predicates'],
  [action('(constructor ?x)'), 4, 16, 'no predicate "constructor"'],
  [action('(__proto__ ?x)'), 4, 16, 'no predicate "__proto__"'],
  [action('(q ?x)'), 4, 15, '(q ...) has 1 argument, not 2'],
  [action('(= ?x)'), 4, 15, '(= ...) has 1 argument, not 2'],
  [action('(= (f) 3)'), 4, 15, 'numbers in conditions are not read'],
  [action('(>= (f) 3)'), 4, 15, '">=" is about numbers'],
  [action('()', '(when (p ?x) (p ?y))'), 5, 9, '"when" is not read'],
  [action('()', '(forall (?z) (p ?z))'), 5, 9, '"forall" is not read'],
  [action('()', '(= ?x ?y)'), 5, 10, 'no predicate "="'],
  [action('()', '(and (p ?x) (assign (f) 3))'), 5, 21, '"assign" is about numbers'],
  [action('()', '(increase (fuel) 3)'), 5, 19, 'only (total-cost) can be increased'],
  [action('()', '(increase (total-cost) 3)'), 5, 19, '"total-cost" is not declared', 'add (:functions'],
  [
    domain(`(:functions (total-cost) - number)\n(:action a :parameters ()\n:effect (increase (total-cost) (+ 1 2)))`),
    4,
    32,
    '"+" is about numbers',
  ],
  [domain(`(:functions (total-cost))\n(:action a :effect (increase (total-cost) -1))`), 3, 43, '"-1" is no cost'],
  [domain(`(:functions (total-cost))\n(:action a :effect (increase (total-cost) 1.5))`), 3, 43, 'whole number'],
  [domain(`(:functions (total-cost))\n(:action a :effect (increase (total-cost) (far)))`), 3, 44, 'function "far"'],
  ['('.repeat(NESTING_MAX + 1), 1, NESTING_MAX + 1, 'parentheses are open', 'less deep'],
  [domain(`(:predicates (p${' ?x'.repeat(61)}))`), 2, 14, 'more than 60 arguments'],
  [domain(`(:predicates (${'p'.repeat(501)}))`), 2, 15, 'more than 500 characters'],
];

test.each(DOMAIN_ERRORS.map(inWords))(
  'the domain $text is refused at line $line, column $column',
  ({ text, line, column, words }) => {
    const read = readDomain(text);
    if (read.ok) throw new Error('it was read');
    expect(read.error).toMatchObject({ line, column });
    for (const word of words) expect(read.error.message).toContain(word);
  },
);

const DOMAIN = domain(`(:types thing - object box - thing)
  (:constants k - box) (:predicates (p ?x - thing) (q ?x ?y)) (:functions (total-cost) (far ?x ?y))`);
const problem = (rest: string): string => `(define (problem x) (:domain d)\n${rest})`;
const GOAL = '(:goal (p k))';

const PROBLEM_ERRORS: readonly Refused[] = [
  [DOMAIN, 1, 9, 'this is no problem', 'give the domain first, then the problem'],
  [problem(''), 1, 1, 'there is no goal', 'add (:goal'],
  [problem('(:goal)'), 2, 1, 'one condition', '(and ...)'],
  [problem('(:goal (p k) (p k))'), 2, 1, 'one condition'],
  [problem('(:goal k)'), 2, 8, 'a condition is expected'],
  [problem('(:goal (or (p k) (p k)))'), 2, 8, '"or" is not read'],
  [problem('(:goal (p ?x))'), 2, 11, '"?x" is no parameter'],
  [problem('(:goal (p lost))'), 2, 11, 'no object "lost"', 'declare it'],
  [problem(`(:objects a - crate)${GOAL}`), 2, 15, 'no type "crate"'],
  [problem(`(:objects k - thing)${GOAL}`), 2, 11, '"k" is declared twice'],
  [problem(`(:init (p a))${GOAL}`), 2, 11, 'no object "a"'],
  [problem(`(:init (r k))${GOAL}`), 2, 9, 'no predicate "r"'],
  [problem(`(:init (and (p k)))${GOAL}`), 2, 9, 'no predicate "and"'],
  [problem(`(:init (p k) (not (p k)))${GOAL}`), 2, 14, 'to hold and not to hold'],
  [problem(`(:init (= (far k k) 1) (= (far k k) 2))${GOAL}`), 2, 24, 'two values'],
  [problem(`(:init (= (far k k) many))${GOAL}`), 2, 21, '"many" is no cost'],
  [problem(`(:init (= (near k) 1))${GOAL}`), 2, 12, 'function "near"'],
  [problem(`${GOAL}(:metric maximize (total-cost))`), 2, 14, 'the metric'],
  [problem(`${GOAL}(:metric minimize (total-time))`), 2, 14, '(total-time ...) is not read'],
  [problem(`${GOAL}(:constraints (always (p k)))`), 2, 14, '(:constraints ...)', 'not read'],
];

test.each(PROBLEM_ERRORS.map(inWords))(
  'the problem $text is refused at line $line, column $column',
  ({ text, line, column, words }) => {
    const read = readProblem(text, domainOf(DOMAIN));
    if (read.ok) throw new Error('it was read');
    expect(read.error).toMatchObject({ line, column });
    for (const word of words) expect(read.error.message).toContain(word);
  },
);

test('a text of millions of parentheses, and one that is too long, are refused', () => {
  expect(readDomain('('.repeat(5_000_000))).toMatchObject({ ok: false, error: { code: 'limit', line: 1 } });
  expect(readDomain(' '.repeat(TEXT_CHARS_MAX + 1))).toMatchObject({ ok: false, error: { code: 'limit' } });
});

test('types, constants, costs and capital letters are read as they are meant', () => {
  const read = domainOf(
    domain(`(:requirements :strips :typing :action-costs)
      (:TYPES van lorry - vehicle place)
      (:constants Home - place)
      (:predicates (at ?v - (either van lorry) ?p - place) (ready))
      (:functions (total-cost) - number (far ?a ?b - place) - number)
      (:action GO :parameters (?v - vehicle ?from ?to - place)
        :precondition (and (at ?v ?from) (and (not (= ?from ?to))) (not (at ?v HOME)))
        :effect (and (not (at ?v ?from)) (at ?v ?to) (increase (total-cost) (far ?from ?to)) (ready)))`),
  );
  expect([...(read.types.get('van') ?? [])].sort()).toEqual(['object', 'van', 'vehicle']);
  expect(read.constants).toEqual(new Map([['home', 'place']]));
  expect(read.predicates).toEqual(new Map(Object.entries({ at: 2, ready: 0 })));
  expect(read.actions.get('go')).toEqual({
    name: 'go',
    parameters: [
      { name: '?v', types: ['vehicle'] },
      { name: '?from', types: ['place'] },
      { name: '?to', types: ['place'] },
    ],
    precondition: [
      { predicate: 'at', terms: [0, 1], negated: false },
      { predicate: '=', terms: [1, 2], negated: true },
      { predicate: 'at', terms: [0, 'home'], negated: true },
    ],
    adds: [
      { predicate: 'at', terms: [0, 2] },
      { predicate: 'ready', terms: [] },
    ],
    deletes: [{ predicate: 'at', terms: [0, 1] }],
    costs: [{ function: 'far', terms: [1, 2] }],
  });
});
