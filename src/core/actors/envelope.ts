import type { Brand, UnixMs } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Stamp } from './receipts.ts';

export type ActorId = Brand<string, 'ActorId'>;

/** A message on its way. What it says is up to who is addressed. */
export interface Envelope {
  /** Also the idempotency key: whoever is addressed acts on it once, however often it comes. */
  readonly id: string;
  /** An actor, or one of the fixed names below. */
  readonly from: string;
  readonly to: string;
  /** Wall time, for display. */
  readonly at: UnixMs;
  /** The actors whose requests led to this one, oldest first: its length is the depth. */
  readonly path: readonly ActorId[];
  readonly body: Json;
  /** By it a replay is told from news, however late it comes. */
  readonly stamp: Stamp;
}

/** A message as an actor writes it: it is stamped when it is kept. */
export type Draft = Omit<Envelope, 'stamp'>;

export const OWNER = 'owner';

/** How long a chain of requests may grow: beyond it something goes round in ways that no path shows. */
export const ACTOR_DEPTH_MAX = 8;

/**
 * Whether one actor may ask another on behalf of a path of requests: not one that is already waiting for the answer
 * further up, and not without end.
 */
export function requestFault(path: readonly ActorId[], to: string): 'cycle' | 'depth' | null {
  if (path.some((actor) => actor === to)) return 'cycle';
  return path.length >= ACTOR_DEPTH_MAX ? 'depth' : null;
}
