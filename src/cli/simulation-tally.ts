import { createHash } from 'node:crypto';
import type { Report } from './simulation-report.ts';

const DIGEST_BYTES = 32;

/** What many lives come to. Of a life that went well only its trace is kept, so that a million fit into memory. */
export class SimulationTally {
  lives = 0;
  events = 0;
  entries = 0;
  saves = 0;
  /** Lives in which the owner was told of a loss. */
  reported = 0;
  /** How often each fault struck, and in how many lives. */
  readonly struck = new Map<string, { times: number; lives: number }>();
  readonly failed: Report[] = [];
  readonly #from: number;
  readonly #traces: Buffer;
  readonly #told: Uint8Array;

  /** @param seeds how many from the first on */
  constructor(from: number, seeds: number) {
    this.#from = from;
    this.#traces = Buffer.alloc(seeds * DIGEST_BYTES);
    this.#told = new Uint8Array(seeds);
  }

  add(report: Report): void {
    this.lives++;
    this.events += report.events;
    this.entries += report.entries;
    this.saves += report.saves;
    this.reported += Number(report.reported);
    for (const [fault, times] of report.struck) {
      const so = this.struck.get(fault) ?? { times: 0, lives: 0 };
      this.struck.set(fault, { times: so.times + times, lives: so.lives + 1 });
    }
    if (report.violations.length > 0) this.failed.push(report);
    // A scenario that is given has a seed of its own.
    const index = report.seed - this.#from;
    if (index < 0 || index >= this.#told.length) return;
    this.#told[index] = 1;
    this.#traces.write(report.trace, index * DIGEST_BYTES, 'hex');
  }

  /** SHA-256 over the seeds with their traces, in the order of the seeds, hex. */
  traceOfAll(): string {
    const all = createHash('sha256');
    this.#told.forEach((told, index) => {
      const trace = this.#traces.toString('hex', index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
      if (told === 1) all.update(`${String(this.#from + index)} ${trace}\n`);
    });
    return all.digest('hex');
  }
}
