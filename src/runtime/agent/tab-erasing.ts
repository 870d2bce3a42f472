import type { Ms } from '#core/base/ids.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { Clock } from '#ports/clock.ts';
import type { TabMessage } from './tab-message.ts';

/** Before erasing: by now every tab that is awake has said that it is there. */
const OTHERS_KNOWN_MS = 1_000;
/** A tab that is frozen cannot let go; the browser closes its databases, and what it writes later is fenced. */
const OTHERS_STOPPED_MS = 8_000;
const LOOK_MS = 100 as Ms;
/** A tab that let go and hears no more begins anew by itself: the one that erased was closed. */
const ERASED_HEARD_MS = 20_000 as Ms;

/** Lets one tab erase everything while others are open: they let go first, and begin anew afterwards. */
export class TabErasing {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #messages: Broadcast<TabMessage>;
  readonly #stop: () => Promise<void>;
  readonly #beginAnew: () => void;
  /** Whether each of the other tabs has let go. */
  readonly #others = new Map<string, boolean>();

  /**
   * @param name unlike any other tab's
   * @param stop lets go of everything that is stored, for good
   * @param beginAnew what is left of this tab shows nothing that is true any more
   */
  constructor(
    name: string,
    clock: Clock,
    messages: Broadcast<TabMessage>,
    stop: () => Promise<void>,
    beginAnew: () => void,
  ) {
    this.#name = name;
    this.#clock = clock;
    this.#messages = messages;
    this.#stop = stop;
    this.#beginAnew = beginAnew;
  }

  /** Resolves when the other tabs have let go. */
  async clearOthers(): Promise<void> {
    this.#messages.post({ type: 'erasing', part: 'stop' });
    for (let waited = 0; waited < OTHERS_STOPPED_MS; waited += LOOK_MS) {
      if (waited >= OTHERS_KNOWN_MS && [...this.#others.values()].every(Boolean)) return;
      await new Promise<void>((resolve) => this.#clock.after(LOOK_MS, resolve));
    }
  }

  /** Everything is gone: the others may begin anew. */
  done(): void {
    this.#messages.post({ type: 'erasing', part: 'done' });
  }

  hear(message: Extract<TabMessage, { type: 'erasing' }>): void {
    switch (message.part) {
      case 'stop':
        this.#messages.post({ type: 'erasing', part: 'stopping', tab: this.#name });
        this.#clock.after(ERASED_HEARD_MS, this.#beginAnew);
        void this.#stop().finally(() => this.#messages.post({ type: 'erasing', part: 'stopped', tab: this.#name }));
        return;
      case 'stopping':
      case 'stopped':
        this.#others.set(message.tab, message.part === 'stopped');
        return;
      case 'done':
        this.#beginAnew();
    }
  }
}
