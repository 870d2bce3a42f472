import type { DelegatedGoal } from './agent-messages.ts';
import { ACTOR_DEPTH_MAX, type ActorId } from './envelope.ts';

export interface NamedAgent {
  readonly id: ActorId;
  readonly name: string;
}

/** One request of several begins after a semicolon or on a line of its own. */
const BETWEEN = /(?:;|\n)\s*(?:and\s+)?(?=ask\s)/i;

/**
 * The agents that a goal names: "Ask Mail: what did Alice decide? ; ask Calendar: when am I free?" Empty when it asks no
 * one, or anyone who is not there: it is then a goal like any other. What one is asked may itself name others.
 */
export function readDelegation(goal: string, agents: readonly NamedAgent[], depth = 0): DelegatedGoal[] {
  if (depth >= 2 * ACTOR_DEPTH_MAX) return [];
  const parts = goal
    .trim()
    .split(BETWEEN)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const asks = parts.map((part) => readAsk(part, agents, depth));
  return asks.every((ask) => ask !== null) ? asks : [];
}

function readAsk(part: string, agents: readonly NamedAgent[], depth: number): DelegatedGoal | null {
  const rest = /^ask\s+(.*)$/is.exec(part)?.[1];
  if (rest === undefined) return null;
  // The longest name first: one may begin with another.
  const byLength = [...agents].sort((a, b) => b.name.length - a.name.length);
  for (const { id, name } of byLength) {
    if (name === '' || !rest.toLowerCase().startsWith(name.toLowerCase())) continue;
    const asked = /^\s*(?::|,|\bto\b)\s*(.+)$/is.exec(rest.slice(name.length))?.[1]?.trim();
    if (asked === undefined) continue;
    return { to: id, name, goal: asked, asks: readDelegation(asked, agents, depth + 1) };
  }
  return null;
}
