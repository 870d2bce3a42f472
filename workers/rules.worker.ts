import { requireShut } from './lockdown.ts';
import * as Comlink from 'comlink';
import { cedarEngine } from '#adapters/cedar/cedar-engine.ts';
import { loadCedar } from '#adapters/cedar/load-cedar.ts';
import type { RuleEngine } from '#ports/rules.ts';

/** The thread that evaluates the owner's rules: one that takes too long, or breaks the evaluator, ends with it. */
const engine = cedarEngine(async () => {
  await requireShut();
  await loadCedar();
});

async function whole<T>(answer: Promise<T>): Promise<T> {
  const answered = await answer;
  if (engine.broken()) throw new Error('The evaluator of rules broke.');
  return answered;
}

const api: RuleEngine = {
  read: (text) => whole(engine.read(text)),
  judge: (rules, request) => whole(engine.judge(rules, request)),
};
Comlink.expose(api);
