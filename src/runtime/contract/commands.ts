import type { ActorId } from '#core/actors/envelope.ts';
import type { Ticked } from '#core/agent/plan-consent.ts';
import type { ApprovalId, CommandId, Digest, RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Purposes } from '#core/items/purposes.ts';
import type { Source } from '#core/items/source.ts';
import type { ActorCommand } from '../actors/actor-facts.ts';
import type { ChannelCommand } from '../channels/channel-facts.ts';
import type { ChangeKeyCommand, IdentityCommand } from '../identity/identity-facts.ts';
import type { ReachWitnessCommand, WitnessCommand } from '../proofs/witness-facts.ts';
import type { GrantChoice } from '#core/policy/grant.ts';
import type { GrantCommand } from '../policy/grant-facts.ts';
import type { PolicyCommand } from '../policy/policy-facts.ts';
import type { SpendCommand } from '../spend/spend-facts.ts';

/** What can be destroyed for good. */
export type Doomed = { readonly kind: 'source'; readonly id: SourceId } | { readonly kind: 'run'; readonly id: RunId };

/** What a seal is put on: files, or a folder with all that comes in there later. */
export type Sealed = { readonly sources: readonly SourceId[] } | { readonly folder: string };

/** What the owner can order, from any tab. Durable in the inbox before it is acknowledged; `id` is the idempotency key. */
export type Command = { readonly id: CommandId } & (
  | {
      readonly type: 'start-run';
      readonly run: RunId;
      readonly goal: string;
      readonly overrides: { readonly [name: string]: Json };
      /** Reads only these, of the files that are there; left out for all. */
      readonly sources?: readonly SourceId[];
      /** The agent whose run it is, last, after those that asked it; left out for the owner's own. */
      readonly agents?: readonly ActorId[];
      /** A fixed clock, set by the tab; left out for the real one. */ readonly now?: UnixMs;
    }
  | { readonly type: 'stop-run'; readonly run: RunId }
  | { readonly type: 'pause-run'; readonly run: RunId }
  | { readonly type: 'resume-run'; readonly run: RunId }
  | {
      readonly type: 'approve';
      readonly run: RunId;
      readonly approval: ApprovalId;
      readonly digest: Digest;
      /** Of a card about several acts of the plan: those that the yes is to. */
      readonly acts?: readonly Ticked[];
      /** And a standing yes to more of the same, within these limits. */
      readonly grant?: GrantChoice;
    }
  | { readonly type: 'deny'; readonly run: RunId; readonly approval: ApprovalId; readonly reason: string }
  /** Changes what would be written or sent: the question stands no more, and is put anew about this content. */
  | { readonly type: 'edit-approval'; readonly run: RunId; readonly approval: ApprovalId; readonly content: string }
  /** Runs the same goal over the same files and clock again as `as`, and then asks to save the answer as a file. */
  | { readonly type: 'save-answer'; readonly run: RunId; readonly as: RunId; readonly fileName: string }
  | { readonly type: 'add-source'; readonly source: Source }
  | { readonly type: 'remove-source'; readonly source: SourceId }
  | { readonly type: 'restore-source'; readonly source: SourceId }
  /** Says what files may be used for: these, or with 'new' those that come in from now on. What is not named stays. */
  | {
      readonly type: 'change-purposes';
      readonly sources: readonly SourceId[] | 'new';
      readonly purposes: Partial<Purposes>;
    }
  /** Puts the seal on, or takes it off: what is sealed, and all that is made of it, never leaves this device. */
  | { readonly type: 'change-seal'; readonly of: Sealed; readonly sealed: boolean }
  /** Destroys a deleted file or an ended run for good: what its entries say, and with a file its bytes. */
  | { readonly type: 'destroy'; readonly doomed: Doomed }
  /** Takes an ended run from the list of runs; its page and its entries in the journal stay. */
  | { readonly type: 'forget-run'; readonly run: RunId }
  | { readonly type: 'remember-run'; readonly run: RunId }
  | { readonly type: 'change-settings'; readonly settings: OwnerSettings }
  /** Settings that come with sample data; they hold until the owner saves their own. */
  | { readonly type: 'suggest-settings'; readonly settings: OwnerSettings }
  | IdentityCommand
  | ChangeKeyCommand
  | WitnessCommand
  | ReachWitnessCommand
  | ActorCommand
  | ChannelCommand
  | PolicyCommand
  | GrantCommand
  | SpendCommand
  /** Drops all projections and builds them again from the journal, which stays as it is. */
  | { readonly type: 'rebuild' }
);

/** Acknowledged: the journal sequence of what the command became; refused: why, in words for the owner. */
export type CommandOutcome =
  | { readonly ok: true; readonly sequence: number }
  | {
      readonly ok: false;
      readonly code: 'not-found' | 'illegal' | 'stale' | 'quota' | 'no-leader' | 'io';
      readonly message: string;
    };
