import * as Comlink from 'comlink';
import type { Clock } from '#ports/clock.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { guardedEngine } from '#runtime/policy/guarded-engine.ts';
import RulesWorker from './rules.worker.ts?worker';

/** The evaluator of the owner's rules, in a thread of its own that is begun with the first question. */
export function rulesInWorker(clock: Pick<Clock, 'after'>): RuleEngine {
  return guardedEngine(() => {
    const worker = new RulesWorker({ name: 'rules' });
    const api = Comlink.wrap<RuleEngine>(worker);
    const failed = new Promise<never>((_, reject) => {
      worker.addEventListener('error', () => reject(new Error('The thread of the rules could not start.')));
    });
    failed.catch(() => undefined);
    return {
      engine: {
        read: (text) => Promise.race([api.read(text), failed]),
        judge: (rules, request) => Promise.race([api.judge(rules, request), failed]),
      },
      stop: () => worker.terminate(),
    };
  }, clock);
}
