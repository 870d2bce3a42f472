import type { Ms, Sequence } from '#core/base/ids.ts';
import { SECOND_LEG_LAG_ENTRIES_MAX, SECOND_LEG_LAG_MS_MAX } from '#core/base/limits.ts';
import type { Clock } from '#ports/clock.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import { copyGroups, entriesIn } from './copies.ts';

/** Half the bound, so that the write itself still ends within it. */
const DELAY_MS = (SECOND_LEG_LAG_MS_MAX / 2) as Ms;
/** A copy that cannot follow is fed from the first one again later, instead of filling the memory. */
const HELD_ENTRIES_MAX = 16 * SECOND_LEG_LAG_ENTRIES_MAX;

/**
 * Lets another leg follow the first: what was acknowledged is written within SECOND_LEG_LAG_MS_MAX or
 * SECOND_LEG_LAG_ENTRIES_MAX entries, whichever comes first. A failure is kept, shown and tried again.
 */
export class SecondCopy {
  readonly #first: JournalLeg;
  readonly #leg: JournalLeg;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #held: Group[] = [];
  #copied: number;
  #end: number;
  #failure: string | null = null;
  #cancelTimer: (() => void) | null = null;
  #writing: Promise<void> | null = null;
  #closed = false;

  constructor(options: { first: JournalLeg; leg: JournalLeg; clock: Clock; size: number; changed: () => void }) {
    this.#first = options.first;
    this.#leg = options.leg;
    this.#clock = options.clock;
    this.#changed = options.changed;
    this.#copied = options.size;
    this.#end = options.size;
  }

  /** Entries it is behind. */
  get lag(): number {
    return this.#end - this.#copied;
  }

  get failure(): string | null {
    return this.#failure;
  }

  follow(groups: readonly Group[]): void {
    this.#end += entriesIn(groups);
    this.#held = this.lag > HELD_ENTRIES_MAX ? [] : [...this.#held, ...groups];
    if (this.lag >= SECOND_LEG_LAG_ENTRIES_MAX && this.#failure === null) void this.#write();
    else this.#cancelTimer ??= this.#clock.after(DELAY_MS, () => void this.#write());
  }

  /** Writes what is left. @returns why it could not, or null */
  async settle(): Promise<string | null> {
    while (this.lag > 0) {
      await this.#write();
      if (this.#failure !== null) return this.#failure;
    }
    await this.#writing;
    return null;
  }

  /** The copy was mended from outside and now ends here. */
  mended(size: number): void {
    this.#held = [];
    this.#copied = size;
    this.#end = size;
    this.#failure = null;
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #write(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    return (this.#writing ??= this.#writeHeld().finally(() => {
      this.#writing = null;
      if (this.lag > 0 && !this.#closed) this.#cancelTimer ??= this.#clock.after(DELAY_MS, () => void this.#write());
      this.#changed();
    }));
  }

  async #writeHeld(): Promise<void> {
    const groups = this.#held;
    const end = this.#end;
    this.#held = [];
    if (groups[0]?.firstSequence === this.#copied) {
      const written = await this.#leg.append(groups);
      this.#failure = written.ok ? null : written.error.message;
      if (written.ok) this.#copied += entriesIn(groups);
      return;
    }
    // It fell behind: what it has is cut to a known end, and the rest comes from the first copy.
    const cut = await this.#leg.truncateFrom(this.#copied as Sequence);
    this.#failure = cut.ok ? await copyGroups(this.#first, this.#leg, this.#copied, end) : cut.error.message;
    if (this.#failure === null) this.#copied = end;
  }
}
