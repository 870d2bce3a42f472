import type { Random } from '#core/base/random.ts';
import type { Broadcast, LeaderLock } from '#ports/coordination.ts';
import type { Weather } from './faults.ts';
import { MS, type Process, type Scheduler } from './scheduler.ts';

interface Request {
  readonly name: string;
  readonly process: Process;
  readonly lost: AbortController;
  readonly grant: () => void;
}

/** The Web Locks of one browser: a queue for each name, stealing, and release when a holder dies. */
export class Locks {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #holders = new Map<string, Request>();
  #queue: Request[] = [];

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** As the adapter over `navigator.locks` behaves. */
  of(process: Process): LeaderLock {
    return {
      hold: async (name, lead, options = {}) => {
        const request = await this.#request(name, process, options.steal === true, options.signal);
        if (request === null) return;
        try {
          await lead(request.lost.signal);
        } finally {
          this.#release(request);
        }
      },
    };
  }

  /** A process is gone: what it held is free. */
  drop(process: Process): void {
    this.#queue = this.#queue.filter((request) => request.process !== process);
    for (const held of [...this.#holders.values()]) if (held.process === process) this.#release(held);
  }

  #request(name: string, process: Process, steal: boolean, signal: AbortSignal | undefined): Promise<Request | null> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve(null);
        return;
      }
      const lost = new AbortController();
      const request: Request = {
        name,
        process,
        lost,
        grant: () => this.#soon(process, 'lock granted', () => resolve(request)),
      };
      if (steal) {
        const old = this.#holders.get(name);
        this.#take(request);
        if (old !== undefined) this.#soon(old.process, 'lock stolen', () => old.lost.abort());
      } else if (!this.#holders.has(name)) this.#take(request);
      else this.#queue.push(request);
      signal?.addEventListener('abort', () => {
        if (!this.#queue.includes(request)) return;
        this.#queue = this.#queue.filter((other) => other !== request);
        resolve(null);
      });
    });
  }

  #take(request: Request): void {
    this.#holders.set(request.name, request);
    request.grant();
  }

  #release(request: Request): void {
    if (this.#holders.get(request.name) !== request) return;
    this.#holders.delete(request.name);
    const next = this.#queue.find(({ name }) => name === request.name);
    if (next === undefined) return;
    this.#queue = this.#queue.filter((other) => other !== next);
    this.#take(next);
  }

  #soon(process: Process, label: string, work: () => void): void {
    this.#scheduler.after(this.#random.below(MS), process, label, work);
  }
}

/** A channel between the tabs of one browser. */
export class Channel<T> {
  readonly #name: string;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #members = new Map<Process, { readonly listeners: Set<(message: T) => void>; after: number }>();

  constructor(name: string, scheduler: Scheduler, random: Random, weather: Weather) {
    this.#name = name;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#weather = weather;
  }

  join(process: Process): Broadcast<T> {
    const listeners = new Set<(message: T) => void>();
    this.#members.set(process, { listeners, after: 0 });
    return {
      post: (message) => {
        for (const [other, member] of this.#members) {
          if (other === process) continue;
          const times = this.#weather.strikes('duplicate delivery') ? 2 : 1;
          for (let time = 0; time < times; time++) this.#deliver(other, member, message);
        }
      },
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }

  leave(process: Process): void {
    this.#members.delete(process);
  }

  /** One that was sent later comes later. */
  #deliver(to: Process, member: { readonly listeners: Set<(message: T) => void>; after: number }, message: T): void {
    member.after = Math.max(member.after + 1, this.#scheduler.now + this.#random.below(2 * MS));
    this.#scheduler.after(member.after - this.#scheduler.now, to, `message ${this.#name}`, () => {
      for (const listener of member.listeners) listener(message);
    });
  }
}
