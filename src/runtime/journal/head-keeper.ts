import type { Epoch, Ms } from '#core/base/ids.ts';
import type { AgentStore, JournalHead, StoreError } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';

const RETRY_MS = 1_000 as Ms;

/**
 * Moves the store's head after acknowledgements, for other tabs and the next start: one write at a time, each with the
 * newest head. Nothing waits for it; what is lost of it is found again in the copies.
 */
export class HeadKeeper {
  readonly #store: Pick<AgentStore, 'moveHead'>;
  readonly #epoch: Epoch;
  readonly #clock: Clock;
  readonly #failed: (error: StoreError) => void;
  #cancelRetry: () => void = () => undefined;
  #next: JournalHead | null = null;
  #moving: Promise<void> | null = null;

  constructor(store: Pick<AgentStore, 'moveHead'>, epoch: Epoch, clock: Clock, failed: (error: StoreError) => void) {
    this.#store = store;
    this.#epoch = epoch;
    this.#clock = clock;
    this.#failed = failed;
  }

  move(head: JournalHead): void {
    this.#cancelRetry();
    this.#next = head;
    this.#moving ??= this.#moveAll();
  }

  /** Resolves when the newest head was written, or could not be. */
  async settle(): Promise<void> {
    await this.#moving;
  }

  close(): void {
    this.#cancelRetry();
    this.#next = null;
  }

  async #moveAll(): Promise<void> {
    try {
      for (let head = this.#next; head !== null; head = this.#next) {
        this.#next = null;
        const moved = await this.#store.moveHead(this.#epoch, head).catch(() => null);
        if (moved?.ok === true) continue;
        if (moved !== null) this.#failed(moved.error);
        if (moved?.error !== 'fenced') this.#retry(head);
      }
    } finally {
      // In the turn that found no newer head: one that comes in the next would otherwise wait for another to follow it.
      this.#moving = null;
    }
  }

  /** Until a newer head goes, other tabs would see too short a journal. */
  #retry(head: JournalHead): void {
    if (this.#next === null) this.#cancelRetry = this.#clock.after(RETRY_MS, () => this.move(head));
  }
}
