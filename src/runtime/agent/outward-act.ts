import type { PendingApproval, Run } from '#core/agent/run.ts';
import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { Step } from '#core/planner/plan.ts';
import type { ActionRequest, Decision, Permit } from '#core/policy/permit.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { Yes } from '../policy/yes.ts';
import type { AgentState } from './projection.ts';

/** What a step would do outside the app, to the byte: ready to be decided on, to be shown and to be done. */
export interface OutwardAct {
  readonly action: ActionRequest;
  /** That would be written or sent. */
  readonly bytes: number;
  /** What the policy says of it now. @param yes what there is for it: a yes that was not used yet, or a standing one */
  readonly decide: (yes: Yes | null) => Promise<Decision>;
  /** What its card says of it. */
  readonly card: Pick<PendingApproval, 'sentence' | 'fileName' | 'mediaType' | 'content' | 'sends'>;
  /** What its card says when a first try of it was cut off and nothing tells for certain how it ended. */
  readonly unknown: () => Promise<string>;
  /** Does it, once. @param permitted what the policy says of it now; what has a gate of its own is decided on there */
  readonly perform: (permitted: () => Promise<Result<Permit, ToolError>>) => Promise<Result<Json, ToolError>>;
  /** What it left behind, where that can be told; null where it cannot. */
  readonly readBack: () => Promise<Json | null>;
}

/**
 * Prepares what a step would do, as things stand.
 * @param content what would be written or sent
 */
export type PrepareAct = (
  run: Run,
  step: Step,
  state: AgentState,
  content: string,
  nonce: string,
) => Promise<Result<OutwardAct, ToolError>>;
