import type { Json } from '../base/json.ts';
import type { Label } from '../labels/label.ts';
import type { ActionRequest } from './permit.ts';

/** Where a value may end up that the policy watches over (SECURITY.md, rule 9). */
export const SINKS = [
  'egress',
  'mcp-call',
  'premium-model',
  'memory-write',
  'vault-read',
  'sandbox-run',
  'file-export',
  'render',
  'plan-edit',
  'policy-edit',
  'server-connect',
  'approve',
] as const;
export type Sink = (typeof SINKS)[number];

/**
 * An *address* says where to or how much: host, recipient, path, id, amount, permission. *Content* is what is sent
 * there.
 */
export type ArgumentRole = 'address' | 'content';

export interface LabelledArgument {
  readonly name: string;
  readonly role: ArgumentRole;
  readonly label: Label;
  /** What it says, where that is none of the action's arguments. */
  readonly value?: Json;
}

/** All that a decision may look at, beside the state: what would be done, and where each part of it came from. */
export interface SinkRequest {
  /** What the owner would approve, to the byte. */
  readonly action: ActionRequest;
  readonly sink: Sink;
  /** The approved way out it would take; null inside the device. */
  readonly channel: string | null;
  readonly arguments: readonly LabelledArgument[];
  /** It is a step of the plan that was committed before anything untrusted was read, and has not been done yet. */
  readonly planned: boolean;
  /** The join of all that the planner had in its context window when it planned the step. */
  readonly planner: Label;
  /** It takes away what cannot be had back: deleting, removing, cancelling. */
  readonly destructive: boolean;
}
