import type { UnixMs } from '#core/base/ids.ts';
import type { SeenLog } from '#core/audit/witness.ts';
import type { NamedChannel } from '../channels/channel-facts.ts';

/** What the journal says of others who vouch for it, and of logs of others that this device vouches for. */
export type WitnessFact =
  /** The owner takes this witness's word. `key` is its verifier key, `name+id+key`. */
  | { readonly type: 'witness.approved'; readonly key: string }
  | { readonly type: 'witness.dismissed'; readonly key: string }
  /** It may be asked at this address, by a way out that was opened with this. */
  | { readonly type: 'witness.reached'; readonly key: string; readonly address: string; readonly channel: string }
  /** It was asked there. */
  | ({ readonly type: 'witness.asked'; readonly key: string } & LastAsked)
  | { readonly type: 'checkpoint.cosigned'; readonly cosigned: CosignedHead }
  | { readonly type: 'log.cosigned'; readonly log: CosignedLog };

/** A head of this journal with the word of a witness on it: an anchor. */
export interface CosignedHead {
  /** Name of the witness. */
  readonly by: string;
  readonly size: number;
  /** The checkpoint's note. */
  readonly note: string;
  /** The cosignature's line. */
  readonly line: string;
  /** By the witness's clock. */
  readonly time: UnixMs;
}

/** The newest head of another log that this device cosigned. */
export interface CosignedLog {
  readonly seen: SeenLog;
  readonly line: string;
  readonly time: UnixMs;
}

export interface LastAsked {
  readonly at: UnixMs;
  /** In words; null when its cosignature was kept. */
  readonly failure: string | null;
}

/** A witness that is asked over the network. */
export interface ReachedWitness {
  readonly key: string;
  readonly address: string;
  readonly channel: string;
  readonly asked: LastAsked | null;
}

export interface StoredWitnesses {
  /** Verifier keys of approved witnesses. */
  readonly approved: readonly string[];
  readonly cosigned: readonly CosignedHead[];
  readonly logs: readonly CosignedLog[];
  /** Left out where none ever was. */
  readonly reached?: readonly ReachedWitness[];
}

export const NO_WITNESSES: StoredWitnesses = { approved: [], cosigned: [], logs: [] };

/** Orders that become these facts. */
export type WitnessCommand =
  | { readonly type: 'approve-witness'; readonly key: string }
  | { readonly type: 'dismiss-witness'; readonly key: string }
  | ({ readonly type: 'note-witness-asked'; readonly key: string } & LastAsked)
  | { readonly type: 'keep-cosignature'; readonly cosigned: CosignedHead }
  /** @param after the size that was seen when this was judged: another tab may have been first */
  | { readonly type: 'cosign-log'; readonly after: number; readonly log: CosignedLog };

/** Approves a witness and opens the way to it, in one step. */
export interface ReachWitnessCommand {
  readonly type: 'reach-witness';
  readonly key: string;
  readonly address: string;
  readonly opens: NamedChannel;
}

export function projectWitnesses(stored: StoredWitnesses, fact: WitnessFact): StoredWitnesses {
  switch (fact.type) {
    case 'witness.approved':
      return { ...stored, approved: [...stored.approved.filter((key) => key !== fact.key), fact.key] };
    case 'witness.dismissed':
      return {
        ...stored,
        approved: stored.approved.filter((key) => key !== fact.key),
        ...(stored.reached && { reached: stored.reached.filter(({ key }) => key !== fact.key) }),
      };
    case 'witness.reached': {
      const { key, address, channel } = fact;
      const others = (stored.reached ?? []).filter((witness) => witness.key !== key);
      return { ...stored, reached: [...others, { key, address, channel, asked: null }] };
    }
    case 'witness.asked': {
      const asked = { at: fact.at, failure: fact.failure };
      const reached = stored.reached?.map((witness) => (witness.key === fact.key ? { ...witness, asked } : witness));
      return reached === undefined ? stored : { ...stored, reached };
    }
    case 'checkpoint.cosigned':
      return { ...stored, cosigned: [...stored.cosigned, fact.cosigned] };
    case 'log.cosigned': {
      const others = stored.logs.filter(({ seen }) => seen.origin !== fact.log.seen.origin);
      return { ...stored, logs: [...others, fact.log] };
    }
  }
}

/** What an order comes to, or why it is refused. */
export function obeyWitness(
  stored: StoredWitnesses,
  command: WitnessCommand,
): WitnessFact | { readonly refused: string } {
  switch (command.type) {
    case 'approve-witness':
      return stored.approved.includes(command.key)
        ? { refused: 'This witness is approved already.' }
        : { type: 'witness.approved', key: command.key };
    case 'dismiss-witness':
      return stored.approved.includes(command.key)
        ? { type: 'witness.dismissed', key: command.key }
        : { refused: 'There is no such witness.' };
    case 'note-witness-asked':
      return stored.reached?.some(({ key }) => key === command.key)
        ? { type: 'witness.asked', key: command.key, at: command.at, failure: command.failure }
        : { refused: 'This witness has no address.' };
    case 'keep-cosignature':
      return stored.cosigned.some(({ line }) => line === command.cosigned.line)
        ? { refused: 'This cosignature is kept already.' }
        : { type: 'checkpoint.cosigned', cosigned: command.cosigned };
    case 'cosign-log': {
      // Two answers for one log must not cross: the second would cosign over a head that it never saw.
      const seen = stored.logs.find((log) => log.seen.origin === command.log.seen.origin)?.seen.size ?? 0;
      return seen === command.after
        ? { type: 'log.cosigned', log: command.log }
        : { refused: 'Another tab cosigned this log meanwhile. Please try again.' };
    }
  }
}
