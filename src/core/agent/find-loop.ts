/** One call that was answered, as far as going round in circles shows. */
export interface Turn {
  /** Tool and arguments, canonically: the same for the same call. Asked for only where the results are the same. */
  readonly call: string;
  /** The same for the same answer. */
  readonly result: string;
  /** It waits for something to change, with the owner's yes: hearing the same again is no circle. */
  readonly waits: boolean;
}

/** How a run goes round in circles. */
export type Loop =
  /** The same call, answered the same, so often in a row. */
  | { readonly kind: 'same-call'; readonly times: number }
  /** So many calls after each other, and the same again. */
  | { readonly kind: 'cycle'; readonly calls: number; readonly times: number }
  /** So many calls in a row brought nothing that was not known. */
  | { readonly kind: 'nothing-new'; readonly calls: number }
  /** More calls were begun than the plan has room for. */
  | { readonly kind: 'too-many'; readonly calls: number; readonly most: number };

const SAME_CALLS = 3;
const ROUNDS = 3;
const PERIODS = [2, 3];
const NOTHING_NEW = 16;

/**
 * Whether the last turns lead nowhere. Pure: the same turns give the same answer. Calls that failed and are tried again are
 * no turns; how often they may is bounded where they are begun.
 * @param begun calls begun so far, also those that failed or were cut off
 * @param most so many may be begun
 */
export function findLoop(turns: readonly Turn[], begun: number, most: number): Loop | null {
  const asking = turns.filter(({ waits }) => !waits);
  if (repeats(asking, 1, SAME_CALLS)) return { kind: 'same-call', times: SAME_CALLS };
  const period = PERIODS.find((calls) => repeats(asking, calls, ROUNDS));
  if (period !== undefined) return { kind: 'cycle', calls: period, times: ROUNDS };
  if (bringNothing(asking)) return { kind: 'nothing-new', calls: NOTHING_NEW };
  return begun > most ? { kind: 'too-many', calls: begun, most } : null;
}

/** Whether the last turns are the same few, so often. */
function repeats(turns: readonly Turn[], period: number, times: number): boolean {
  const last = turns.slice(-period * times);
  if (last.length < period * times) return false;
  return last.every((turn, at) => {
    const before = last[at - period];
    return before === undefined || (before.result === turn.result && before.call === turn.call);
  });
}

/** Whether the last turns all heard what was heard before. */
function bringNothing(turns: readonly Turn[]): boolean {
  if (turns.length <= NOTHING_NEW) return false;
  const known = new Set(turns.slice(0, -NOTHING_NEW).map(({ result }) => result));
  return turns.slice(-NOTHING_NEW).every(({ result }) => known.has(result));
}

/** Why a run was paused by itself, and what its owner can do. */
export function loopText(loop: Loop): string {
  const then = 'Look at its steps, then resume it or stop it.';
  switch (loop.kind) {
    case 'same-call':
      return `It went round in circles: the same call gave the same answer ${String(loop.times)} times. ${then}`;
    case 'cycle':
      return `It went round in circles: the same ${String(loop.calls)} calls gave the same answers ${String(loop.times)} times. ${then}`;
    case 'nothing-new':
      return `It came to a standstill: ${String(loop.calls)} calls in a row found nothing new. ${then}`;
    case 'too-many':
      return `It was begun over and over: ${String(loop.calls)} calls, and its plan has room for ${String(loop.most)}. ${then}`;
  }
}
