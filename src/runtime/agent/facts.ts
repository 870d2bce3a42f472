import type { RunEvent } from '#core/agent/events.ts';
import type { ActorId } from '#core/actors/envelope.ts';
import type { CommandId, Epoch, RunId, Sequence, SourceId, UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Purposes } from '#core/items/purposes.ts';
import type { Source } from '#core/items/source.ts';
import type { ActorFact } from '../actors/actor-facts.ts';
import type { ChannelFact } from '../channels/channel-facts.ts';
import type { IdentityFact } from '../identity/identity-facts.ts';
import type { Doomed, Sealed } from '../contract/commands.ts';
import type { GrantFact } from '../policy/grant-facts.ts';
import type { PolicyFact } from '../policy/policy-facts.ts';
import type { WitnessFact } from '../proofs/witness-facts.ts';
import type { SpendFact } from '../spend/spend-facts.ts';

/** Everything the journal can say. Each is one entry; `command` names the order it answers, so that none is done twice. */
export type Fact = (RunEvent | VaultFact) & { readonly command?: CommandId };

export type VaultFact = { readonly at: UnixMs } & (
  | { readonly type: 'agent.created'; readonly agent: string }
  /** After a restore on another device: from here on this key signs, over all that the one before it signed. */
  | { readonly type: 'agent.continued'; readonly agent: string; readonly before: Predecessor }
  | { readonly type: 'source.imported'; readonly source: Source }
  | { readonly type: 'source.removed'; readonly source: SourceId }
  | { readonly type: 'source.restored'; readonly source: SourceId }
  /** From now on these files may be used for this; 'new': those that come in later. */
  | {
      readonly type: 'purposes.changed';
      readonly sources: readonly SourceId[] | 'new';
      readonly purposes: Partial<Purposes>;
    }
  /** Sealed from now on, or no longer: these files, or what lies in a folder and what comes in there later. */
  | { readonly type: 'seal.changed'; readonly of: Sealed; readonly sealed: boolean }
  /**
   * The owner has these entries destroyed: their keys, the file's bytes and every view of it go now. Journaled before the
   * first of them goes, so that one who takes over after a crash goes on.
   */
  | { readonly type: 'contents.destroying'; readonly doomed: Doomed; readonly doom: Doom }
  /** All of it is gone. */
  | { readonly type: 'contents.destroyed'; readonly doomed: Doomed }
  | { readonly type: 'settings.changed'; readonly settings: OwnerSettings }
  | { readonly type: 'settings.suggested'; readonly settings: OwnerSettings }
  /** Taken from the list of runs, and put back. */
  | { readonly type: 'run.forgotten'; readonly run: RunId }
  | { readonly type: 'run.remembered'; readonly run: RunId }
  | IdentityFact
  | WitnessFact
  | ActorFact
  | ChannelFact
  | PolicyFact
  | GrantFact
  | SpendFact
);

/** Whose journal it was until a restore, and the last head that they signed. */
export interface Predecessor {
  readonly agent: string;
  readonly size: number;
  /** C2SP checkpoint note. */
  readonly checkpoint: string;
}

export function isRunEvent(fact: Fact): fact is RunEvent & { readonly command?: CommandId } {
  return 'run' in fact && fact.type !== 'run.forgotten' && fact.type !== 'run.remembered';
}

export function runOf(fact: Fact): RunId | null {
  return 'run' in fact ? fact.run : null;
}

/**
 * The entries that say anything of it, the last first, and the runs that go with it. What is left of a run when this is cut
 * off is then its beginning, which can still be folded.
 */
export interface Doom {
  readonly entries: readonly { readonly epoch: Epoch; readonly sequence: Sequence }[];
  readonly runs: readonly RunId[];
  /** Agents whose noted logs tell of these runs: what else is in such a note is noted anew. Earlier versions left it out. */
  readonly actors?: readonly ActorId[];
}
