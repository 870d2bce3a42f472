import type { Ms } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';
import type { VerifyReport } from '../contract/agent-api.ts';
import type { JournalView } from '../contract/views.ts';
import type { JournalReading } from '../journal/parts.ts';
import { verifyJournal, type JournalVerification, type ProvedJournal } from '../journal/verify-journal.ts';

const VERIFY_DELAY_MS = 700 as Ms;
/** Failures to read, one after the other, before verification counts as failed; it is tried on ever more rarely. */
const READ_ATTEMPTS = 4;

/** How far this tab itself has verified the journal, kept true as the journal grows. */
export class TabVerification {
  readonly #journal: JournalReading;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #checked: (result: JournalVerification, whole: boolean) => void;
  #verified: Pick<JournalView, 'verifiedUpTo' | 'verification' | 'problem'> = {
    verifiedUpTo: null,
    verification: 'checking',
    problem: null,
  };
  /** What this tab has proved, to go on from: after a change only what is new is read. */
  #proved: ProvedJournal | null = null;
  #cancel: () => void = () => undefined;

  /** @param checked told of every result, the damage of a single copy with it, and whether all was read */
  constructor(
    journal: JournalReading,
    clock: Clock,
    changed: () => void,
    checked: (result: JournalVerification, whole: boolean) => void,
  ) {
    this.#journal = journal;
    this.#clock = clock;
    this.#changed = changed;
    this.#checked = checked;
  }

  get verified(): Pick<JournalView, 'verifiedUpTo' | 'verification' | 'problem'> {
    return this.#verified;
  }

  /** Proves the journal again from its bytes, every copy and every payload. */
  async verify(progress: (fraction: number) => void): Promise<VerifyReport> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#verify(null, progress);
      } catch (error) {
        // A copy may be in the middle of being packed or mended: it is read again before anything is said.
        if (attempt >= READ_ATTEMPTS) throw error;
        await new Promise<void>((resolve) => this.#clock.after((VERIFY_DELAY_MS * attempt) as Ms, resolve));
      }
  }

  async #verify(since: ProvedJournal | null, progress: (fraction: number) => void): Promise<VerifyReport> {
    const started = this.#clock.monotonic();
    const result = await verifyJournal(this.#journal, { payloads: true, since, progress });
    this.#proved = result.problem === null ? result.proved : null;
    const problem = result.problem === null ? null : `Entry ${result.problem.sequence}: ${result.problem.why}`;
    this.#verified = {
      verifiedUpTo: result.verifiedUpTo,
      verification: problem === null ? 'verified' : 'failed',
      problem,
    };
    this.#changed();
    this.#checked(result, since === null);
    return {
      verifiedUpTo: result.verifiedUpTo,
      size: result.size,
      ok: problem === null,
      problem,
      ms: this.#clock.monotonic() - started,
    };
  }

  /** Keeps "verified up to" true without being asked, after things have settled. */
  soon(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(VERIFY_DELAY_MS, () => this.#try(1));
  }

  /** A disk that cannot be read for a moment proves nothing: it is read again before anything is said. */
  #try(attempt: number): void {
    void this.#verify(this.#proved, () => undefined).catch((error: unknown) => {
      if (attempt >= READ_ATTEMPTS) {
        this.#verified = { verifiedUpTo: 0, verification: 'failed', problem: String(error) };
        this.#changed();
      }
      this.#cancel();
      this.#cancel = this.#clock.after((VERIFY_DELAY_MS * 2 ** Math.min(attempt, 6)) as Ms, () =>
        this.#try(attempt + 1),
      );
    });
  }

  stop(): void {
    this.#cancel();
  }
}
