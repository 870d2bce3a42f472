import type { Ms } from '#core/base/ids.ts';
import { err } from '#core/base/result.ts';
import type { Clock } from '#ports/clock.ts';
import type { RuleEngine } from '#ports/rules.ts';

/** Loading included. Rules that took longer have failed. */
export const RULES_MS = 20_000 as Ms;

/** An engine in a thread of its own; its calls reject when the thread is of no use any more. */
export interface EngineThread {
  readonly engine: RuleEngine;
  readonly stop: () => void;
}

/** An engine that answers in time or is stopped, and begun anew for the next question: then every rule asked has failed. */
export function guardedEngine(start: () => EngineThread, clock: Pick<Clock, 'after'>): RuleEngine {
  let running: EngineThread | null = null;

  async function within<T>(work: (engine: RuleEngine) => Promise<T>, failed: () => T): Promise<T> {
    let cancel = (): void => undefined;
    let mine: EngineThread | null = null;
    try {
      mine = running ??= start();
      const late = new Promise<never>((_, reject) => {
        cancel = clock.after(RULES_MS, () => reject(new Error('The rules took too long.')));
      });
      return await Promise.race([work(mine.engine), late]);
    } catch {
      mine?.stop();
      if (running === mine) running = null;
      return failed();
    } finally {
      cancel();
    }
  }

  return {
    read: (text) =>
      within(
        (engine) => engine.read(text),
        () => err([{ message: 'These rules could not be read in time.', help: 'Make them shorter.', place: null }]),
      ),
    judge: (rules, request) =>
      within(
        (engine) => engine.judge(rules, request),
        () => rules.map(({ id }) => ({ rule: id, effect: 'error' })),
      ),
  };
}
