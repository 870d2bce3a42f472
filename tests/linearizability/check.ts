import { canonicalJson, type Json } from '#core/base/json.ts';

/** One call as its caller saw it. Times are any numbers that order what one observer saw. */
export interface Operation {
  /** What it was about: calls on different keys are judged apart, as linearizability allows (P-compositionality). */
  readonly key: string;
  readonly input: Json;
  readonly called: number;
  /** Null while no answer was seen: it may have taken effect at any time since, or never. */
  readonly answer: { readonly output: Json; readonly at: number } | null;
}

/** The one thing that all callers believe they talk to. */
export interface Model {
  readonly initial: Json;
  readonly step: (state: Json, input: Json) => { readonly state: Json; readonly output: Json };
}

/**
 * Whether a history is linearizable: every call can be given one moment between its beginning and its answer so that,
 * one after the other, they behave as the model does (Herlihy and Wing, 1990). The search is that of Wing and Gong (1993)
 * with Lowe's memory of configurations seen (2017), one key at a time, as Porcupine does it.
 * @returns the keys that are not
 */
export function brokenKeys(history: readonly Operation[], model: Model): string[] {
  const keys = new Map<string, Operation[]>();
  for (const operation of history) keys.set(operation.key, [...(keys.get(operation.key) ?? []), operation]);
  return [...keys].filter(([, operations]) => !isLinearizable(operations, model)).map(([key]) => key);
}

function isLinearizable(given: readonly Operation[], model: Model): boolean {
  const operations = [...given].sort((a, b) => a.called - b.called);
  const answered = operations.reduce((mask, { answer }, at) => (answer === null ? mask : mask | bit(at)), 0n);
  const seen = new Set<string>();
  const search = (placed: bigint, state: Json): boolean => {
    if ((placed & answered) === answered) return true;
    const configuration = `${placed.toString(36)} ${canonicalJson(state)}`;
    if (seen.has(configuration)) return false;
    seen.add(configuration);
    // Only what began before the earliest answer still to come can be next.
    let earliest = Infinity;
    operations.forEach(({ answer }, at) => {
      if ((placed & bit(at)) === 0n && answer !== null) earliest = Math.min(earliest, answer.at);
    });
    return operations.some(({ input, called, answer }, at) => {
      if ((placed & bit(at)) !== 0n || called > earliest) return false;
      const next = model.step(state, input);
      if (answer !== null && canonicalJson(next.output) !== canonicalJson(answer.output)) return false;
      return search(placed | bit(at), next.state);
    });
  };
  return search(0n, model.initial);
}

function bit(at: number): bigint {
  return 1n << BigInt(at);
}
