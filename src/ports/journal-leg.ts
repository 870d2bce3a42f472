import type { Epoch, Sequence } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';

/** One flush of the journal: entries appended together under one signed tree head. */
export interface Group {
  readonly epoch: Epoch;
  readonly firstSequence: Sequence;
  readonly count: number;
  /** C2SP checkpoint note over the tree after this group. */
  readonly checkpoint: string;
  /** Canonical JSON of each entry. */
  readonly entries: readonly string[];
  /** The sealed payload of each entry, in the same order: nonce and ciphertext, never the key. */
  readonly payloads: readonly Uint8Array[];
}

export interface JournalLegError {
  readonly code: 'quota' | 'fenced' | 'io';
  readonly message: string;
  /** When opening was fenced: the epoch that has written. */
  readonly epoch?: Epoch;
}

/** What lies in a copy where a group should be and cannot be read. */
export interface DamagedStretch {
  /** The first entry that is missing there. */
  readonly first: number;
  /** From where the group of that entry begins, in the form of core/audit/group-frame.ts; a cut may stand before it. */
  readonly bytes: Uint8Array;
  /** The first entry that stands behind it; null when none does. */
  readonly until: number | null;
}

/** One durable copy of the journal. Two of these make the journal; each alone can rebuild the other. */
export interface JournalLeg {
  readonly name: 'opfs' | 'indexeddb' | 'memory';
  /** Takes over writing at this epoch, which is nobody else's; refuses when it or a higher one has written. */
  readonly open: (epoch: Epoch) => Promise<Result<void, JournalLegError>>;
  /**
   * Intact groups in order, over all epochs, that touch the entries [from, from + count); all when left out. Stops at
   * the first damaged one and says where; groups of later epochs that do not continue the sequence are not returned.
   * Needs no `open`: followers read too.
   */
  readonly read: (
    from?: Sequence,
    count?: number,
  ) => Promise<{ readonly groups: readonly Group[]; readonly damage: string | null }>;
  /**
   * What lies where the group with this entry should be; null when there is nothing, or the entry is not the first of a
   * group that can be found. Absent where bytes cannot be told.
   */
  readonly damaged?: (from: Sequence) => Promise<DamagedStretch | null>;
  /** The last intact group, found without reading the history; null when there is none. */
  readonly head: () => Promise<Group | null>;
  /**
   * Resolves after the bytes are durable; never reorders. Where the leg is `fencing` it answers 'fenced' once a later
   * epoch has opened, so that whoever opened it finds all that was answered well.
   * @param readable called once whoever reads from now on finds the groups, durable or not yet: what may be done while
   *   the disk works; a leg need not call it
   */
  readonly append: (groups: readonly Group[], readable?: () => void) => Promise<Result<void, JournalLegError>>;
  /** Whether appending itself finds that a later epoch has opened; otherwise the store must be asked. False until open. */
  readonly fencing?: () => boolean;
  /**
   * Drops every group that reaches this sequence or beyond: what was never acknowledged, or what the other leg repairs.
   * Durable with the next append.
   */
  readonly truncateFrom: (from: Sequence) => Promise<Result<void, JournalLegError>>;
  /**
   * Puts groups in the place of damaged ones that hold the same entries, and leaves every other as it is: all of it is
   * durable, or none. Only a copy that need not be cut to be mended has this.
   * @param groups from where the copy is damaged to where it can be read again
   */
  readonly mend?: (groups: readonly Group[]) => Promise<Result<void, JournalLegError>>;
  /**
   * Keeps what earlier epochs wrote in less room or fewer files; where there is nothing to gain it does nothing. May be
   * broken off at any point. What it replaces is kept until the next call, which is for who has read and proved the whole
   * copy before.
   */
  readonly pack?: () => Promise<Result<void, JournalLegError>>;
  readonly close: () => Promise<void>;
  /** Erases the copy: only by the owner's "erase all". */
  readonly erase: () => Promise<void>;
}

/** Where the journal's head was last seen, kept in three unrelated places so that silent loss is noticed. */
export interface HeadPin {
  readonly epoch: Epoch;
  /** Tree size: entries acknowledged. */
  readonly size: number;
  /** Root hash, hex. */
  readonly root: string;
}

export interface HeadPinStore {
  readonly name: string;
  readonly get: () => Promise<HeadPin | null>;
  readonly set: (pin: HeadPin) => Promise<void>;
  readonly erase: () => Promise<void>;
}
