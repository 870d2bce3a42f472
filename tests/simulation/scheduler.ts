import { createHash, type Hash } from 'node:crypto';
import type { Random } from '#core/base/random.ts';

/** Something that can be killed or frozen: a window, its worker, or the browser around them. */
export interface Process {
  readonly name: string;
  alive: boolean;
  frozen: boolean;
  /** Events that came due while it was frozen, in order. */
  held: Event[];
}

export interface Event {
  /** Microseconds since the world began. */
  at: number;
  /** Decides among events of the same time; from the seed. */
  readonly tie: number;
  readonly order: number;
  readonly owner: Process;
  readonly label: string;
  readonly work: () => void;
  cancelled: boolean;
}

export const MS = 1_000;
/** Characters. */
const LINES_MAX = 16_384;

export function newProcess(name: string): Process {
  return { name, alive: true, frozen: false, held: [] };
}

/**
 * The one queue of the simulated world: events in the order of their time, then of a seeded tie. Whatever waits, waits
 * here, so a seed decides all order. Each event is written to the trace.
 */
export class Scheduler {
  now = 0;
  /** Whose event is being worked on: what the world asks of "the current tab" is asked of this one. */
  current: Process;
  /** Events worked on so far. */
  steps = 0;
  readonly #random: Random;
  readonly #heap: Event[] = [];
  readonly #trace: Hash = createHash('sha256');
  /** Lines that are not in the trace yet: hashing many at once costs less. */
  #lines = '';
  readonly #log: ((line: string) => void) | null;
  #order = 0;

  constructor(random: Random, root: Process, log: ((line: string) => void) | null) {
    this.#random = random;
    this.current = root;
    this.#log = log;
  }

  /** @param delay microseconds @returns a function that cancels */
  after(delay: number, owner: Process, label: string, work: () => void): () => void {
    const at = this.now + Math.max(0, Math.round(delay));
    const tie = this.#random.below(0x4000_0000);
    const event: Event = { at, tie, order: this.#order++, owner, label, work, cancelled: false };
    push(this.#heap, event);
    return () => {
      event.cancelled = true;
    };
  }

  /** A wait of whoever asks; never over for one that is killed meanwhile. */
  wait(delay: number, owner: Process, label: string): Promise<void> {
    return new Promise((resolve) => this.after(delay, owner, label, resolve));
  }

  /** Works on the next event up to `until`, and on all that follows from it at once. @returns false when there is none */
  async step(until: number): Promise<boolean> {
    for (;;) {
      const event = this.#heap[0];
      if (event === undefined || event.at > until) {
        this.now = until;
        return false;
      }
      pop(this.#heap);
      if (event.cancelled || !event.owner.alive) continue;
      if (event.owner.frozen) {
        event.owner.held.push(event);
        continue;
      }
      this.now = Math.max(this.now, event.at);
      this.steps++;
      this.note(`${event.owner.name} ${event.label}`);
      this.current = event.owner;
      event.work();
      await turn();
      return true;
    }
  }

  thaw(process: Process): void {
    process.frozen = false;
    // What came meanwhile is delivered in its order, before anything new.
    process.held.splice(0).forEach((event, index) => {
      event.at = this.now + index;
      push(this.#heap, event);
    });
  }

  note(line: string): void {
    const text = `${String(this.now)} ${line}\n`;
    this.#lines += text;
    if (this.#lines.length > LINES_MAX) this.#hashLines();
    this.#log?.(text);
  }

  /** SHA-256 of the trace, hex; the trace ends with it. */
  digest(): string {
    this.#hashLines();
    return this.#trace.digest('hex');
  }

  #hashLines(): void {
    this.#trace.update(this.#lines);
    this.#lines = '';
  }
}

/** Every promise that is ready has run once a macrotask comes: nothing in a simulated world waits for the machine. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function before(a: Event, b: Event): boolean {
  return a.at !== b.at ? a.at < b.at : a.tie !== b.tie ? a.tie < b.tie : a.order < b.order;
}

function push(heap: Event[], event: Event): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const other = heap[parent]!;
    if (!before(event, other)) break;
    heap[at] = other;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
