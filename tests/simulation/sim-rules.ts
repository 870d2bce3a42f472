import { readFileSync } from 'node:fs';
import { initSync } from '@cedar-policy/cedar-wasm/web';
import { cedarEngine } from '#adapters/cedar/cedar-engine.ts';
import type { ToolName } from '#core/tools/definition.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import type { PolicyView } from '#runtime/contract/policy-api.ts';
import { guardedEngine } from '#runtime/policy/guarded-engine.ts';
import { PolicyDesk, type PolicyDeskParts } from '#runtime/policy/policy-desk.ts';
import { RuleJudge } from '#runtime/policy/rule-judge.ts';
import { SHIPPED_RULES } from '#runtime/policy/shipped-rules.ts';
import type { Clock } from '#ports/clock.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { sha256 } from './crypto.ts';
import { asError, MS, newProcess, type Process } from './scheduler.ts';
import type { World } from './world.ts';

/** What an owner wants, and what that means, told apart from whatever evaluates it. */
export interface OwnersRules {
  readonly packs: readonly string[];
  readonly text: string;
  /** A file of so many bytes may not be saved. */
  readonly forbidsSaving?: (bytes: number) => boolean;
  readonly forbidsTool?: ToolName;
}

const SHIPPED = SHIPPED_RULES.packs.map(({ id }) => id);

export const OWNERS_RULES: readonly OwnersRules[] = [
  { packs: SHIPPED, text: '' },
  { packs: [], text: '' },
  { packs: [...SHIPPED, 'mail-stays', 'quiet-nights'], text: '' },
  { packs: SHIPPED, text: 'forbid (principal == Agent::"other", action, resource);' },
  { packs: SHIPPED, text: '@effect("ask") forbid (principal, action == Action::"file-export", resource);' },
  {
    packs: SHIPPED,
    text: 'forbid (principal, action == Action::"file-export", resource);',
    forbidsSaving: () => true,
  },
  {
    packs: SHIPPED,
    text: 'forbid (principal, action == Action::"file-export", resource) when { context.bytes > 400 };',
    forbidsSaving: (bytes) => bytes > 400,
  },
  {
    packs: SHIPPED,
    text: 'forbid (principal, action == Action::"vault-read", resource == Tool::"search-passages");',
    forbidsTool: 'search-passages',
  },
];

const CEDAR = 'node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm';

/** Cedar itself: nothing is loaded any more once a life begins. */
export async function loadRules(): Promise<RuleEngine> {
  const cedar = cedarEngine(() => Promise.resolve(initSync({ module: readFileSync(CEDAR) })));
  await cedar.read('forbid (principal, action, resource);');
  return cedar;
}

/** Cedar in a thread of its own that may hang, behind the product's guard. @param begun a thread was */
export function simRuleEngine(
  world: World,
  worker: Process,
  clock: Clock,
  begun: (process: Process) => void,
): RuleEngine {
  const { scheduler, random, weather } = world;
  const latency = (): number => 50 + random.below(MS);
  let threads = 0;
  return world.mutated.rules(
    guardedEngine(() => {
      const process = newProcess(`${worker.name}.rules${String(threads++)}`);
      begun(process);
      const asked = <T>(label: string, work: () => Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          scheduler.after(latency(), process, label, () => {
            if (weather.strikes('hang')) return;
            const answer = (say: () => void): void => void scheduler.after(latency(), worker, `${label} answer`, say);
            work().then(
              (result) => answer(() => resolve(result)),
              (error: unknown) => answer(() => reject(asError(error))),
            );
          });
        });
      return {
        engine: {
          read: (text) => asked('read rules', () => world.rules.read(text)),
          judge: (rules, request) => asked('judge', () => world.rules.judge(rules, request)),
        },
        stop: () => void (process.alive = false),
      };
    }, clock),
  );
}

/** As workers/policy.ts puts it together. */
export function simPolicyDesk(
  world: World,
  parts: Pick<PolicyDeskParts, 'store' | 'clock' | 'entropy' | 'command'> & {
    readonly zone: string;
    readonly rules: AgentPorts['rules'];
  },
): PolicyDesk {
  const { zone, rules, clock } = parts;
  const zones = (): Promise<World['language']['zones']> => Promise.resolve(world.language.zones);
  return new PolicyDesk({
    ...parts,
    sha256,
    judge: new RuleJudge({ clock, sha256, rules, zones }),
    zone: () => Promise.resolve(zone),
  });
}

/** The owner looks at the rules, and brings others into force. @returns why it was refused, if it was */
export async function adoptRules(desk: PolicyDesk, { packs, text }: OwnersRules): Promise<string | null> {
  const undated = { from: null, until: null };
  let seen: PolicyView | null = null;
  await desk.onView((view) => (seen ??= view));
  const draft = { packs: packs.map((id) => ({ id, ...undated })), own: { text, ...undated } };
  const { after } = seen as unknown as PolicyView;
  const adopted = await desk.adopt(draft, after);
  return adopted.ok ? null : adopted.error;
}
