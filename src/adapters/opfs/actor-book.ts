import { admit, receiptsEndAt, type Admission, type Stamp } from '#core/actors/receipts.ts';

/** Sealed bytes in base64: ciphertext and wrapped key. */
export type SealedText = readonly [ciphertext: string, wrappedKey: string];

/** A message under the vault's name for it; whose mailbox or outbox it is in, is its `actor`. */
export interface Letter {
  readonly actor: string;
  readonly id: string;
  readonly sealed: SealedText;
}

export type EntryRecord = readonly [sequence: number, sealed: SealedText];

interface Head {
  readonly id: SealedText | null;
  readonly epoch: number;
  readonly sequence: number;
  readonly snapshot: EntryRecord | null;
  /** Entries that are not in the files of the log yet, in order. */
  readonly entries: EntryRecord[];
  /** The first and the last sequence of each row of entries that were found missing. */
  readonly missing?: readonly (readonly [from: number, to: number])[];
  /** Names of messages that were taken, each with the entry that took it, in order. */
  readonly receipts: (readonly [sequence: number, id: string])[];
  /** The highest number heard of each sender. */
  readonly heard: { [sender: string]: number };
}

/** What a file of actors says, one after the other. */
export type BookRecord =
  | { readonly type: 'image'; readonly image: BookImage }
  | { readonly type: 'activate'; readonly actor: string; readonly id: SealedText; readonly epoch: number }
  | { readonly type: 'post'; readonly letter: Letter; readonly from: string; readonly stamp: Stamp }
  | {
      readonly type: 'commit';
      readonly actor: string;
      readonly entry: EntryRecord;
      /** Null when the message stays to be tried again. */
      readonly taken: string | null;
      readonly outbox: readonly Letter[];
      readonly snapshot: SealedText | null;
      readonly damage?: string;
    }
  | { readonly type: 'sent'; readonly actor: string; readonly ids: readonly string[] }
  | { readonly type: 'noticed' };

export interface BookImage {
  readonly heads: readonly (readonly [actor: string, head: Head])[];
  readonly mail: readonly Letter[];
  readonly outbox: readonly Letter[];
  /** What could not be read when this was written, until the owner has noticed. */
  readonly damage: string | null;
}

const HEAD_NEW: Head = {
  id: null,
  epoch: 0,
  sequence: 0,
  snapshot: null,
  entries: [],
  receipts: [],
  heard: {},
};

/** All that the records of one file come to: small, as old entries move to files of their own. */
export class ActorBook {
  readonly heads = new Map<string, Head>();
  readonly mail = new Map<string, Letter>();
  outbox: Letter[] = [];
  damage: string | null = null;

  head(actor: string): Head {
    return this.heads.get(actor) ?? HEAD_NEW;
  }

  /** What the mailbox says to a message, before it is put there. */
  admission({ actor, id }: Pick<Letter, 'actor' | 'id'>, from: string, stamp: Stamp): Admission {
    const { sequence, receipts, heard } = this.head(actor);
    return admit({
      stamp,
      entries: sequence,
      waits: this.mail.has(id),
      receipt: receipts.some(([, taken]) => taken === id),
      highest: heard[from] ?? null,
    });
  }

  apply(record: BookRecord): void {
    switch (record.type) {
      case 'image':
        return this.#restore(record.image);
      case 'activate': {
        const { actor, id, epoch } = record;
        this.heads.set(actor, { ...this.head(actor), id, epoch });
        return;
      }
      case 'post': {
        const { letter, from, stamp } = record;
        this.mail.set(letter.id, letter);
        if (stamp.by !== 'sender') return;
        const head = this.head(letter.actor);
        this.heads.set(letter.actor, { ...head, heard: { ...head.heard, [from]: stamp.number } });
        return;
      }
      case 'commit':
        return this.#commit(record);
      case 'sent': {
        const gone = new Set(record.ids);
        this.outbox = this.outbox.filter(({ actor, id }) => actor !== record.actor || !gone.has(id));
        return;
      }
      case 'noticed':
        this.damage = null;
    }
  }

  /** All of it, without the entries that a snapshot stands for. */
  image(): BookImage {
    const heads = [...this.heads].map(([actor, head]) => {
      const from = head.snapshot?.[0] ?? 0;
      return [actor, { ...head, entries: head.entries.filter(([sequence]) => sequence > from) }] as const;
    });
    return { heads, mail: [...this.mail.values()], outbox: this.outbox, damage: this.damage };
  }

  /** Entries that a snapshot stands for, and that only people still read. */
  old(): Map<string, readonly EntryRecord[]> {
    const found = new Map<string, readonly EntryRecord[]>();
    for (const [actor, { entries, snapshot }] of this.heads) {
      const old = entries.filter(([sequence]) => sequence <= (snapshot?.[0] ?? 0));
      if (old.length > 0) found.set(actor, old);
    }
    return found;
  }

  #restore({ heads, mail, outbox, damage }: BookImage): void {
    this.heads.clear();
    this.mail.clear();
    for (const [actor, head] of heads) this.heads.set(actor, { ...head, entries: [...head.entries] });
    for (const letter of mail) this.mail.set(letter.id, letter);
    this.outbox = [...outbox];
    this.damage = damage;
  }

  #commit({ actor, entry, taken, outbox, snapshot, damage }: Extract<BookRecord, { type: 'commit' }>): void {
    const head = this.head(actor);
    const [sequence] = entry;
    const expected = head.sequence + 1;
    const kept = head.receipts.filter(([at]) => at > receiptsEndAt(sequence));
    this.heads.set(actor, {
      ...head,
      sequence,
      snapshot: snapshot === null ? head.snapshot : [sequence, snapshot],
      entries: [...head.entries, entry],
      ...(sequence > expected && { missing: [...(head.missing ?? []), [expected, sequence - 1] as const] }),
      receipts: taken === null ? kept : [...kept, [sequence, taken]],
    });
    if (taken !== null) this.mail.delete(taken);
    this.outbox.push(...outbox);
    if (damage !== undefined && this.damage?.includes(damage) !== true)
      this.damage = [this.damage, damage].filter((report) => report !== null).join(' ');
  }
}
