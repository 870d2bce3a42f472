import type { Ms } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';
import type { HeadPin, HeadPinStore } from '#ports/journal-leg.ts';

/** A burst of appends moves the pins this often and not with each: a pin is there to notice loss, not to count. */
const PIN_INTERVAL_MS = 250 as Ms;

/** Moves the head pins after acknowledgements: the first at once, then the newest of each interval. */
export class PinKeeper {
  readonly #pins: readonly HeadPinStore[];
  readonly #clock: Clock;
  #next: HeadPin | null = null;
  #resting: (() => void) | null = null;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(pins: readonly HeadPinStore[], clock: Clock) {
    this.#pins = pins;
    this.#clock = clock;
  }

  move(pin: HeadPin): void {
    this.#next = pin;
    if (this.#resting === null) this.#write();
  }

  /** Resolves when every pin that can be written stands at the newest head. */
  async settle(): Promise<void> {
    this.#resting?.();
    this.#resting = null;
    this.#write();
    await this.#writing;
  }

  close(): void {
    this.#resting?.();
  }

  #write(): void {
    const pin = this.#next;
    if (pin === null) return;
    this.#next = null;
    // One that fails is no loss of an entry: the others still tell of the head.
    this.#writing = this.#writing.then(() => Promise.allSettled(this.#pins.map((store) => store.set(pin))));
    this.#resting = this.#clock.after(PIN_INTERVAL_MS, () => {
      this.#resting = null;
      this.#write();
    });
  }
}

/** The furthest head that any pin remembers. */
export async function furthestPin(pins: readonly HeadPinStore[]): Promise<HeadPin | null> {
  const read = await Promise.allSettled(pins.map((store) => store.get()));
  const found = read.flatMap((result) =>
    result.status === 'fulfilled' && result.value !== null ? [result.value] : [],
  );
  return found.sort((a, b) => b.size - a.size || b.epoch - a.epoch)[0] ?? null;
}
