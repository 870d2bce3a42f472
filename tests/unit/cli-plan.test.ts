import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planCommand } from '#cli/plan.ts';
import { gripper } from '#evals/planning/gripper.ts';
import { logistics } from '#evals/planning/logistics.ts';

let folder = '';
const at = (name: string): string => path.join(folder, name);
const BALLS = gripper(4, 1);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'windhover-plan-'));
  await writeFile(at('domain.pddl'), BALLS.domain);
  await writeFile(at('problem.pddl'), BALLS.problem);
  await writeFile(at('hopeless.pddl'), BALLS.problem.replace('(free left)', '').replace('(free right)', ''));
});

afterAll(() => rm(folder, { recursive: true }));

async function plan(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const status = await planCommand(args, { print: (line) => out.push(line), warn: (line) => err.push(line) });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

test('a plan is printed one action a line, with its cost, and is found valid when it is given back', async () => {
  const found = await plan(at('domain.pddl'), at('problem.pddl'), '--optimal');
  expect(found).toMatchObject({ status: 0, err: '' });
  expect(found.out).toMatch(/^(\([a-z0-9 -]+\)\n)+; cost = \d+$/);
  await writeFile(at('plan.txt'), found.out);
  const steps = found.out.split('\n').length - 1;
  expect(await plan(at('domain.pddl'), at('problem.pddl'), '--validate', at('plan.txt'))).toEqual({
    status: 0,
    out: `The plan is valid: ${String(steps)} steps, cost ${String(steps)}.`,
    err: '',
  });
  await writeFile(at('cut.txt'), (await readFile(at('plan.txt'), 'utf8')).split('\n').slice(1).join('\n'));
  const cut = await plan(at('domain.pddl'), at('problem.pddl'), '--validate', at('cut.txt'));
  expect(cut).toMatchObject({ status: 1, err: '' });
  expect(cut.out).toMatch(
    /^The plan is not valid: step \d+ \(.*\) cannot be done: its precondition \(.*\) does not hold\.$/,
  );
  const json = await plan(at('domain.pddl'), at('problem.pddl'), '--validate', at('cut.txt'), '--json');
  expect(JSON.parse(json.out)).toMatchObject({ valid: false, failed: [expect.any(String)] });
});

test('as JSON it says the plan and the figures', async () => {
  const { status, out } = await plan(at('domain.pddl'), at('problem.pddl'), '--json');
  expect(status).toBe(0);
  const report = JSON.parse(out) as { result: string; plan: string[]; cost: number; facts: number; expanded: number };
  expect(report.result).toBe('solved');
  expect(Math.min(report.facts, report.expanded)).toBeGreaterThan(0);
  expect(report.plan).toHaveLength(report.cost);
});

test('that there is no plan is said with status 1', async () => {
  const { status, out, err } = await plan(at('domain.pddl'), at('hopeless.pddl'));
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toMatch(/^No plan: .* proved/);
});

test('out of time is said with status 2 and the figures, and is not the same as no plan', async () => {
  const large = logistics(30, 1);
  await writeFile(at('large-domain.pddl'), large.domain);
  await writeFile(at('large.pddl'), large.problem);
  const { status, out, err } = await plan(
    at('large-domain.pddl'),
    at('large.pddl'),
    '--time-limit',
    '0.1',
    '--optimal',
  );
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toMatch(/^Out of time: .* not known \(\d+ states expanded, \d+ generated/);
});

test('a domain with tasks and methods is planned by them, and its tree is in the JSON', async () => {
  await writeFile(
    at('htn.pddl'),
    `(define (domain tea) (:predicates (hot) (poured)) (:task serve :parameters ())
    (:method properly :task (serve) :ordered-subtasks (and (boil) (pour)))
    (:action boil :parameters () :effect (hot)) (:action pour :parameters () :precondition (hot) :effect (poured)))`,
  );
  await writeFile(at('tea.pddl'), '(define (problem p) (:domain tea) (:htn :subtasks (serve)) (:init))');
  expect(await plan(at('htn.pddl'), at('tea.pddl'))).toEqual({ status: 0, out: '(boil)\n(pour)\n; cost = 2', err: '' });
  const { out } = await plan(at('htn.pddl'), at('tea.pddl'), '--json');
  const served = { method: 'properly', objects: [], at: 0, children: [0, 1] };
  expect(JSON.parse(out)).toMatchObject({ tree: { method: 'root', objects: [], at: 0, children: [served] } });
  const { status, err } = await plan(at('htn.pddl'), at('tea.pddl'), '--optimal');
  expect(status).toBe(2);
  expect(err).toContain('has tasks and methods');
});

test.each([
  [['nowhere.pddl', 'problem.pddl'], 'ENOENT'],
  [['domain.pddl'], 'Usage'],
  [['problem.pddl', 'domain.pddl'], 'problem.pddl, line 1, column 9: this is no domain: give the domain first'],
  [['domain.pddl', 'problem.pddl', '--time-limit', 'soon'], '--time-limit is a number of seconds, not "soon"'],
  [['domain.pddl', 'problem.pddl', '--faster'], '--faster'],
  [['domain.pddl', 'problem.pddl', '--validate', 'domain.pddl'], 'domain.pddl, line 1, column 9: a name is expected'],
])('%j is not understood, and it is said why, with status 2', async (args, words) => {
  const { status, out, err } = await plan(...args.map((arg) => (arg.endsWith('.pddl') ? at(arg) : arg)));
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toContain(words);
});
