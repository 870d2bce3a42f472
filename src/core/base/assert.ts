/** A broken invariant: a mistake in the program, never bad input. Stops the actor that finds it. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** @param mustHold what must hold, in words, so that the message explains itself */
export function assert(condition: unknown, mustHold: string): asserts condition {
  if (!condition) throw new InvariantError(mustHold);
}
