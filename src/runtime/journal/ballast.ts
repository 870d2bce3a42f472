import type { Ms } from '#core/base/ids.ts';
import { BLOB_CHUNK_BYTES, MIB } from '#core/base/limits.ts';
import type { Result } from '#core/base/result.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { Clock } from '#ports/clock.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';

/**
 * Room for two flushes of the largest kind in both copies of the journal, with their projections: enough to finish what
 * is under way and to save everything elsewhere, and a hundredth of what browsers give a site at the least.
 */
export const BALLAST_BYTES = 16 * MIB;
const NAME = 'ballast';
/** Held beside it for a moment when it is made again: the disk must have twice the room, or it would be full at once. */
const MARGIN_NAME = 'margin';
/** The first write is not made slower by it. */
const FIRST_DELAY_MS = 5_000 as Ms;
const AGAIN_DELAY_MS = 60_000 as Ms;

/**
 * A file that is there to be deleted: when the disk is full, what must be written takes its room. It is made after the
 * first write, and again once there is room for it.
 */
export class Ballast {
  readonly #files: BlobFiles;
  readonly #clock: Clock;
  readonly #bytes: number;
  #begun = false;
  #spent = false;
  #making: Promise<void> = Promise.resolve();
  #cancel: () => void = () => undefined;

  constructor(files: BlobFiles, clock: Clock, bytes = BALLAST_BYTES) {
    this.#files = files;
    this.#clock = clock;
    this.#bytes = bytes;
  }

  /** Whether the disk was found full, and there has been no room since to make it again. */
  get spent(): boolean {
    return this.#spent;
  }

  /** Something was written: from now on there is something to protect. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#later(FIRST_DELAY_MS);
  }

  /** Gives its room to a write that found none. @returns whether there was any to give */
  async spend(): Promise<boolean> {
    this.#begun = true;
    this.#cancel();
    await this.#making;
    const had = (await this.#files.size(NAME).catch(() => null)) !== null;
    await this.#files.remove(NAME).catch(() => undefined);
    this.#spent = true;
    this.#later(AGAIN_DELAY_MS);
    return had;
  }

  async erase(): Promise<void> {
    this.#cancel();
    await this.#making;
    await this.#files.erase();
  }

  #later(delay: Ms): void {
    this.#cancel = this.#clock.after(delay, () => {
      this.#making = this.#make()
        .catch(() => false)
        .then((made) => {
          if (made) this.#spent = false;
          else this.#later(AGAIN_DELAY_MS);
        });
    });
  }

  async #make(): Promise<boolean> {
    if ((await this.#files.size(NAME)) === this.#bytes) return true;
    if (!(await this.#fill(NAME))) return false;
    if (!this.#spent) return true;
    const roomy = await this.#fill(MARGIN_NAME);
    await this.#files.remove(MARGIN_NAME);
    if (!roomy) await this.#files.remove(NAME);
    return roomy;
  }

  async #fill(name: string): Promise<boolean> {
    await this.#files.remove(name);
    const created = await this.#files.create(name);
    if (!created.ok) return false;
    const piece = new Uint8Array(Math.min(BLOB_CHUNK_BYTES, this.#bytes)).fill(0xb5);
    for (let left = this.#bytes; left > 0; left -= piece.length) {
      const written = await created.value.append(piece.subarray(0, Math.min(left, piece.length)));
      if (written.ok) continue;
      await created.value.abort();
      return false;
    }
    return (await created.value.close()).ok;
  }
}

/** A copy of the journal that, when its disk is full, writes into the room of the ballast. */
export function ballastedLeg(leg: JournalLeg, ballast: Ballast): JournalLeg {
  return {
    ...leg,
    append: async (groups, readable) => {
      const written = await orRelieved(ballast, () => leg.append(groups, readable));
      if (written.ok) ballast.begin();
      return written;
    },
  };
}

/** The store, likewise: what belongs to an append that was made must still fit. */
export function ballastedStore(store: AgentStore, ballast: Ballast): AgentStore {
  return {
    ...store,
    apply: (epoch, batch) => orRelieved(ballast, () => store.apply(epoch, batch)),
    keepKeys: (epoch, pool) => orRelieved(ballast, () => store.keepKeys(epoch, pool)),
    moveHead: (epoch, head) => orRelieved(ballast, () => store.moveHead(epoch, head)),
    // Deleting a file is an order too: without room for it there would be no way to make any.
    enqueue: async (command) => {
      try {
        await store.enqueue(command);
      } catch (error) {
        if (!isOutOfRoom(error) || !(await ballast.spend())) throw error;
        await store.enqueue(command);
      }
    },
  };
}

/** Whether a write failed because the browser gives no more room, whatever it was wrapped in on its way. */
export function isOutOfRoom(error: unknown): boolean {
  for (let cause = error; typeof cause === 'object' && cause !== null; cause = (cause as { inner?: unknown }).inner)
    if ((cause as { readonly name?: unknown }).name === 'QuotaExceededError') return true;
  return false;
}

async function orRelieved<T, E extends string | { readonly code: string }>(
  ballast: Ballast,
  write: () => Promise<Result<T, E>>,
): Promise<Result<T, E>> {
  const written = await write();
  if (written.ok) return written;
  const code = typeof written.error === 'string' ? written.error : written.error.code;
  return code === 'quota' && (await ballast.spend()) ? write() : written;
}
