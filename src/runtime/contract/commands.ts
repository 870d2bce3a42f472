import type { ApprovalId, CommandId, Digest, RunId, SourceId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Source } from '#core/items/source.ts';

/** What the owner can order, from any tab. Durable in the inbox before it is acknowledged; `id` is the idempotency key. */
export type Command = { readonly id: CommandId } & (
  | { readonly type: 'start-run'; readonly run: RunId; readonly goal: string; readonly overrides: { readonly [name: string]: Json } }
  | { readonly type: 'stop-run'; readonly run: RunId }
  | { readonly type: 'pause-run'; readonly run: RunId }
  | { readonly type: 'resume-run'; readonly run: RunId }
  | { readonly type: 'approve'; readonly run: RunId; readonly approval: ApprovalId; readonly digest: Digest }
  | { readonly type: 'deny'; readonly run: RunId; readonly approval: ApprovalId; readonly reason: string }
  /** Asks to save a finished answer as a file: a run of its own step, always asked about. */
  | { readonly type: 'save-answer'; readonly run: RunId; readonly format: 'markdown' }
  | { readonly type: 'add-source'; readonly source: Source }
  | { readonly type: 'remove-source'; readonly source: SourceId }
  | { readonly type: 'restore-source'; readonly source: SourceId }
  | { readonly type: 'forget-run'; readonly run: RunId }
  | { readonly type: 'change-settings'; readonly settings: OwnerSettings }
);

/** Acknowledged: the journal sequence of what the command became; refused: why, in words for the owner. */
export type CommandOutcome =
  | { readonly ok: true; readonly sequence: number }
  | { readonly ok: false; readonly code: 'not-found' | 'illegal' | 'stale' | 'quota' | 'no-leader' | 'io'; readonly message: string };
