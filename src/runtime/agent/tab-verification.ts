import type { Ms } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';
import type { VerifyReport } from '../contract/agent-api.ts';
import type { JournalView } from '../contract/views.ts';
import type { JournalReading } from '../journal/parts.ts';
import { verifyJournal } from '../journal/verify-journal.ts';

const VERIFY_DELAY_MS = 700 as Ms;
/** Above this many entries the whole journal is verified at the start and when asked, and no longer at each change. */
const VERIFY_ALWAYS_ENTRIES_MAX = 5_000;

/** How far this tab itself has verified the journal, kept true as the journal grows. */
export class TabVerification {
  readonly #journal: JournalReading;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #verified: Pick<JournalView, 'verifiedUpTo' | 'verification' | 'problem'> = {
    verifiedUpTo: null,
    verification: 'checking',
    problem: null,
  };
  #cancel: () => void = () => undefined;

  constructor(journal: JournalReading, clock: Clock, changed: () => void) {
    this.#journal = journal;
    this.#clock = clock;
    this.#changed = changed;
  }

  get verified(): Pick<JournalView, 'verifiedUpTo' | 'verification' | 'problem'> {
    return this.#verified;
  }

  /** Proves the journal again from its bytes, every copy and every payload. */
  async verify(progress: (fraction: number) => void): Promise<VerifyReport> {
    const started = this.#clock.monotonic();
    const result = await verifyJournal(this.#journal, { payloads: true, progress });
    const problem = result.problem === null ? null : `Entry ${result.problem.sequence}: ${result.problem.why}`;
    this.#verified = {
      verifiedUpTo: result.verifiedUpTo,
      verification: problem === null ? 'verified' : 'failed',
      problem,
    };
    this.#changed();
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
    const { verifiedUpTo } = this.#verified;
    if (verifiedUpTo !== null && verifiedUpTo > VERIFY_ALWAYS_ENTRIES_MAX) return;
    this.#cancel();
    this.#cancel = this.#clock.after(VERIFY_DELAY_MS, () => {
      void this.verify(() => undefined).catch((error: unknown) => {
        this.#verified = { verifiedUpTo: 0, verification: 'failed', problem: String(error) };
        this.#changed();
      });
    });
  }

  stop(): void {
    this.#cancel();
  }
}
