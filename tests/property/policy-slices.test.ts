import { expect, test } from 'vitest';
import { seededRandom } from '#core/base/random.ts';
import type { RuleVerdict } from '#core/policy/decide.ts';
import { indexRules, sliceOf } from '#core/policy/rule-set.ts';
import { RuleJudge } from '#runtime/policy/rule-judge.ts';
import { createZones } from '#adapters/temporal/zones.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { cedarInNode } from '#tests/fakes/cedar-in-node.ts';
import { AGENTS, setOf, somePack, someRuleRequest } from '#tests/fakes/random-rules.ts';

const SETS = 40;
const RULES = 24;
const REQUESTS = 250;
const NAMES = { hosts: 3, channels: 4, tools: 4 };

test(`Cedar says of the slice what it says of all rules, of ${(SETS * REQUESTS).toLocaleString('en')} requests over ${String(SETS)} sets`, async () => {
  const engine = cedarInNode();
  const random = seededRandom(19);
  const differing: unknown[] = [];
  const seen: Record<RuleVerdict['effect'], number> = { permit: 0, ask: 0, forbid: 0, error: 0 };
  let [evaluated, all] = [0, 0];
  for (let set = 0; set < SETS; set++) {
    const rules = setOf(await somePack(engine, random, NAMES, RULES));
    const index = indexRules(rules);
    const whole = rules.packs.flatMap((pack) => pack.rules);
    for (let i = 0; i < REQUESTS; i++) {
      const request = someRuleRequest(random, NAMES);
      const slice = sliceOf(index, request);
      const [sliced, unsliced] = [await engine.judge(slice, request), await engine.judge(whole, request)];
      if (JSON.stringify(sliced) !== JSON.stringify(unsliced)) differing.push({ request, sliced, unsliced });
      for (const { effect } of unsliced) seen[effect] += 1;
      evaluated += slice.length;
      all += whole.length;
    }
  }
  expect(differing).toEqual([]);
  expect(Math.min(seen.ask, seen.forbid, seen.error), 'verdicts of every kind').toBeGreaterThan(500);
  expect(evaluated / all, 'the share of the rules that is evaluated').toBeLessThan(0.25);
});

test('of a request that agents make one for the other the slices say what all rules say of each of them', async () => {
  const engine = cedarInNode();
  const random = seededRandom(23);
  const now = (): UnixMs => 1_763_700_000_000 as UnixMs;
  const judge = new RuleJudge({ clock: { now }, sha256, rules: () => Promise.resolve(engine), zones: createZones });
  let [several, byAnother] = [0, 0];
  for (let set = 0; set < 10; set++) {
    const rules = setOf(await somePack(engine, random, NAMES, RULES));
    const whole = rules.packs.flatMap((pack) => pack.rules);
    for (let i = 0; i < 100; i++) {
      const chain = AGENTS.filter(() => random.chance(0.6));
      const request = { ...someRuleRequest(random, NAMES), agent: chain.at(-1) ?? 'main' };
      const ofEach = await Promise.all(
        [...chain, request.agent].map((agent) => engine.judge(whole, { ...request, agent })),
      );
      const said = await judge.judge(rules, request, chain);
      const named = (verdicts: readonly RuleVerdict[]): string[] =>
        [...new Set(verdicts.map(({ rule, effect }) => `${rule} ${effect}`))].sort();
      expect(named(said), JSON.stringify([chain, request])).toEqual(named(ofEach.flat()));
      expect(said).toHaveLength(named(said).length);
      if (chain.length > 1) several += 1;
      if (said.length > (ofEach.at(-1)?.length ?? 0)) byAnother += 1;
    }
  }
  expect(Math.min(several, byAnother), 'what only another agent may not do').toBeGreaterThan(50);
});
