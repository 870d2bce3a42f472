import { signCheckpoint } from '#core/audit/checkpoint.ts';
import { encodeEntry, entryFor, entryHash } from '#core/audit/entry.ts';
import { appendLeaf, type Frontier, frontierRoot } from '#core/audit/merkle.ts';
import { assert } from '#core/base/assert.ts';
import { hex } from '#core/base/bytes.ts';
import type { Epoch, RunId, Sequence } from '#core/base/ids.ts';
import { JOURNAL_GROUP_ENTRIES_MAX, MIB } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import type { JournalError, JournalFact, JournalParts, JournalReading, JournalState, OpenError } from './parts.ts';
import { frontierOf, nameOf } from './copies.ts';
import { furthestPin, PinKeeper } from './pin-keeper.ts';
import { recover, type Recovered } from './recover.ts';
import { HeadKeeper } from './head-keeper.ts';
import { destroyRecordKeys, RecordKeys } from './record-keys.ts';
import { preparePayload, type PreparedPayload, sealPayload } from './sealed-payload.ts';
import { SecondCopy } from './second-copy.ts';

/** A flush takes no more than this beyond its first append, so that one write stays small beside the memory. */
const FLUSH_PAYLOAD_BYTES_MAX = 4 * MIB;

const REPLACED = 'Another tab leads since.';

interface Prepared extends PreparedPayload {
  readonly fact: JournalFact;
}

interface Waiting {
  readonly entries: readonly Prepared[];
  readonly resolve: (result: Result<Sequence, JournalError>) => void;
}

interface Flush {
  readonly groups: readonly Group[];
  readonly frontier: Frontier;
  readonly head: JournalHead;
}

/**
 * The writing end of the journal: one leader's, for one epoch. Everything that waits at a flush goes in one write under
 * one signed tree head. An append is acknowledged when
 *   1. the first copy is durable, and
 *   2. the epoch was found to be still ours after whoever reads that copy finds the entries.
 * A later leader raises the epoch before it reads, so it finds every entry that was acknowledged; what was written at 1 and
 * failed at 2 it may find too, and then counts it. The record keys were durable before the write; the head, the other
 * copies and the pins follow.
 */
export class Journal {
  readonly #parts: JournalParts;
  readonly #legs: readonly JournalLeg[];
  readonly #epoch: Epoch;
  readonly #others: readonly SecondCopy[];
  readonly #pins: PinKeeper;
  readonly #heads: HeadKeeper;
  #mended: JournalState['mended'];
  readonly #keys: RecordKeys;
  #head: JournalHead;
  #frontier: Frontier;
  #name: AgentId | null = null;
  #waiting: Waiting[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #destroying: Promise<unknown> = Promise.resolve();
  /** The append that is last in line. */
  #last: Promise<unknown> = Promise.resolve();
  #scheduled = false;
  #dead: JournalError | null = null;

  /** Made by `openJournal`, which has found the copies to agree. */
  constructor(
    parts: JournalParts,
    legs: readonly JournalLeg[],
    epoch: Epoch,
    head: JournalHead,
    mended: JournalState['mended'],
  ) {
    this.#mended = mended;
    this.#parts = parts;
    this.#legs = legs;
    this.#epoch = epoch;
    this.#head = head;
    this.#frontier = frontierOf(head);
    this.#pins = new PinKeeper(parts.pins, parts.clock);
    this.#heads = new HeadKeeper(parts.store, epoch, parts.clock, (failure) => {
      if (failure === 'fenced') this.#die({ code: 'fenced', message: REPLACED });
    });
    this.#keys = new RecordKeys(parts, epoch, head.size);
    void this.#keys.reserve().catch(() => undefined);
    const [first, clock, size] = [this.#first, parts.clock, head.size];
    this.#others = legs.slice(1).map((leg) => new SecondCopy({ first, leg, clock, size, changed: () => this.#tell() }));
    if (head.size > 0) this.#pins.move({ epoch, size: head.size, root: head.root });
  }

  get epoch(): Epoch {
    return this.#epoch;
  }

  get head(): JournalHead {
    return this.#head;
  }

  /**
   * What was acknowledged, up to the last of it. The store's head follows, and stays behind for as long as it cannot be
   * written: whoever leads would read too short a journal by it.
   */
  get reading(): JournalReading {
    const { store } = this.#parts;
    const head = (): Promise<JournalHead | null> => Promise.resolve(this.#head.size === 0 ? null : this.#head);
    return { ...this.#parts, store: { head, keyPool: (epoch, sequence) => store.keyPool(epoch, sequence) } };
  }

  get state(): JournalState {
    return {
      size: this.#head.size,
      root: this.#head.root,
      copies: this.#legs.map(({ name }) => name),
      lag: Math.max(0, ...this.#others.map(({ lag }) => lag)),
      lagReason: this.#others.find(({ failure }) => failure !== null)?.failure ?? null,
      full: this.#parts.full?.() ?? false,
      mended: this.#mended,
    };
  }

  /**
   * Appends facts together, in order, after those appended before. Resolves to the sequence of the last once it is
   * acknowledged. After 'fenced' or 'io' this journal takes no more: another leads, or the copies must be read again.
   * @throws NotJsonError when a value is not JSON
   */
  async append(facts: readonly JournalFact[]): Promise<Result<Sequence, JournalError>> {
    assert(facts.length > 0, 'an append has a fact');
    if (this.#dead !== null) return err(this.#dead);
    const entries = facts.map((fact) => ({ fact, ...preparePayload(this.#parts, fact.value) }));
    const acknowledged = new Promise<Result<Sequence, JournalError>>((resolve) => {
      this.#waiting.push({ entries, resolve });
    });
    this.#last = acknowledged;
    this.#schedule();
    return acknowledged;
  }

  /** Waits for every append so far, and until the other copies and the pins have them. @returns why one could not follow, or null */
  async settle(): Promise<string | null> {
    await this.#last;
    await this.#turn;
    const failures = await Promise.all(this.#others.map((other) => other.settle()));
    await Promise.all([this.#pins.settle(), this.#heads.settle()]);
    return failures.find((failure) => failure !== null) ?? null;
  }

  /** Reads every copy whole and mends what is damaged, between two flushes. */
  async repair(): Promise<Result<Recovered, OpenError>> {
    const mending = this.#turn.then(async () => {
      await Promise.all(this.#others.map((other) => other.settle()));
      const pin = await furthestPin(this.#parts.pins);
      const mended = await recover(this.#parts, this.#legs, this.#epoch, { head: this.#head, pin }, false);
      if (mended.ok) {
        for (const other of this.#others) other.mended(this.#head.size);
        this.#mended = [...this.#mended, ...mended.value.repaired];
        this.#tell();
      }
      return mended;
    });
    this.#turn = mending.catch(() => undefined);
    return mending;
  }

  /** Has each copy put together what earlier leaders left; for who has just read and proved them whole. */
  async pack(): Promise<void> {
    for (const leg of this.#legs) await leg.pack?.();
  }

  /**
   * Destroys what these entries say: their record keys go, so that nobody reads them again, and the journal still
   * verifies.
   */
  async destroy(
    entries: readonly { readonly epoch: Epoch; readonly sequence: Sequence }[],
  ): Promise<JournalError | null> {
    // One after the other: each reads a pool and puts it back.
    const destroying = this.#destroying.then(() => destroyRecordKeys(this.#parts, this.#epoch, entries));
    this.#destroying = destroying.catch(() => undefined);
    const destroyed = await destroying;
    return destroyed.ok
      ? null
      : { code: destroyed.error, message: `The keys could not be destroyed: ${destroyed.error}.` };
  }

  /** Waits for what is in line, lets the other copies catch up as far as they can, then gives the files back. */
  async close(): Promise<void> {
    if (this.#dead === null) await this.settle();
    this.#die({ code: 'io', message: 'The journal is closed.' });
    this.#keys.forget();
    for (const leg of this.#legs) await leg.close();
  }

  /** Flushes once what is being flushed is done. */
  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    this.#turn = this.#turn.then(async () => {
      this.#scheduled = false;
      await this.#flush(this.#take()).catch((error: unknown) => this.#die({ code: 'io', message: String(error) }));
      this.#schedule();
    });
  }

  /** What goes in the next write: whole appends in order, as many as fit in a group, but always the first. */
  #take(): readonly Waiting[] {
    const taken: Waiting[] = [];
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      count += waiting.entries.length;
      bytes += waiting.entries.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
      if (taken.length > 0 && (count > JOURNAL_GROUP_ENTRIES_MAX || bytes > FLUSH_PAYLOAD_BYTES_MAX)) break;
      taken.push(waiting);
    }
    this.#waiting = this.#waiting.slice(taken.length);
    return taken;
  }

  async #flush(taken: readonly Waiting[]): Promise<void> {
    try {
      const flush = await this.#build(taken.flatMap(({ entries }) => entries));
      if (!('groups' in flush)) {
        answer(taken, () => err(flush));
        return;
      }
      const failure = await this.#write(flush);
      if (failure !== null) {
        answer(taken, () => err(failure));
        return;
      }
      this.#head = flush.head;
      let sequence = this.#frontier.size - 1;
      this.#frontier = flush.frontier;
      this.#heads.move(flush.head);
      answer(taken, ({ entries }) => ok((sequence += entries.length) as Sequence));
      for (const other of this.#others) other.follow(flush.groups);
      this.#pins.move({ epoch: this.#epoch, size: flush.head.size, root: flush.head.root });
      this.#tell();
    } catch (error) {
      answer(taken, () => err({ code: 'io', message: String(error) }));
      throw error;
    }
  }

  /** Entries, leaf hashes and signed heads; the frontier of the journal itself moves only once all is durable. */
  async #build(prepared: readonly Prepared[]): Promise<Flush | JournalError> {
    const { tools, signer } = this.#parts;
    const groups: Group[] = [];
    let { checkpoint } = this.#head;
    let frontier = this.#frontier;
    let root: Uint8Array = new Uint8Array();
    // It stays when the key changes.
    const name = (this.#name ??= nameOf(this.#parts, checkpoint));
    // All of them at once: what is refused leaves the keys of what is written in its place.
    const keys = await this.#keys.take(frontier.size, prepared.length);
    if (!keys.ok) return this.#refused({ code: keys.error, message: `The store keeps no record keys: ${keys.error}.` });
    for (let at = 0; at < prepared.length; at += JOURNAL_GROUP_ENTRIES_MAX) {
      const members = prepared.slice(at, at + JOURNAL_GROUP_ENTRIES_MAX);
      const firstSequence = frontier.size as Sequence;
      const entries = members.map(({ fact, payload }) => {
        const place = { sequence: frontier.size as Sequence, epoch: this.#epoch, time: fact.time };
        const text = encodeEntry(
          entryFor(tools.sha256, { ...place, type: fact.type, run: fact.run as RunId | null }, payload),
        );
        frontier = appendLeaf(tools.sha256, frontier, entryHash(tools.sha256, text));
        return text;
      });
      root = frontierRoot(tools.sha256, frontier);
      // The platform signs on a thread of its own: meanwhile the payloads are sealed here.
      const [signed, ...payloads] = await Promise.all([
        signCheckpoint(tools.sha256, { size: frontier.size, root }, signer, name),
        ...members.map(async ({ content }, index) => {
          const key = keys.value[at + index];
          assert(key !== undefined, 'each entry has its record key');
          return sealPayload(key, this.#parts.entropy, await content);
        }),
      ]);
      checkpoint = signed;
      groups.push({ epoch: this.#epoch, firstSequence, count: members.length, checkpoint, entries, payloads });
    }
    const head: JournalHead = {
      epoch: this.#epoch,
      size: frontier.size,
      root: hex(root),
      frontier: frontier.nodes.map(hex),
      checkpoint,
    };
    return { groups, frontier, head };
  }

  /** Whether nobody else leads by now: a page that was frozen for a while has not heard of it yet when it wakes. */
  async isOurs(): Promise<boolean> {
    return this.#dead === null && (await this.#parts.store.epoch()) === this.#epoch;
  }

  /** Where the copy cannot tell whether this leader is still the one, the store is asked, while the disk works. */
  async #write({ groups }: Flush): Promise<JournalError | null> {
    if (this.#dead !== null) return this.#dead;
    const first = this.#first;
    const asked: Promise<Epoch>[] = [];
    const ask = (): void => {
      const answered = this.#parts.store.epoch();
      answered.catch(() => undefined);
      asked.push(answered);
    };
    const fencing = first.fencing?.() === true;
    const written = await first.append(groups, fencing ? undefined : ask);
    if (!written.ok) return this.#undo(written.error);
    if (fencing) return null;
    if (asked.length === 0) ask();
    return (await asked[0]) === this.#epoch ? null : this.#die({ code: 'fenced', message: REPLACED });
  }

  /** Nothing was written yet: a full disk leaves the journal as it was. */
  #refused(failure: JournalError): JournalError {
    return failure.code === 'quota' ? failure : this.#die(failure);
  }

  /** Only a full disk leaves the journal usable: what did not fit is cut away, and a smaller append may still go. */
  async #undo(failure: JournalError): Promise<JournalError> {
    if (failure.code !== 'quota') return this.#die(failure);
    const cut = await this.#first.truncateFrom(this.#head.size as Sequence);
    return cut.ok ? failure : this.#die(cut.error);
  }

  get #first(): JournalLeg {
    const [first] = this.#legs;
    assert(first !== undefined, 'a journal has a copy');
    return first;
  }

  #die(failure: JournalError): JournalError {
    this.#dead ??= failure;
    for (const other of this.#others) other.close();
    this.#pins.close();
    this.#heads.close();
    answer(this.#waiting.splice(0), () => err(failure));
    return failure;
  }

  #tell(): void {
    this.#parts.changed?.(this.state);
  }
}

function answer(taken: readonly Waiting[], result: (waiting: Waiting) => Result<Sequence, JournalError>): void {
  for (const waiting of taken) waiting.resolve(result(waiting));
}
