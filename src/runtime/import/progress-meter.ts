import type { Ms } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';
import type { ByteSource } from '#ports/parser.ts';
import type { ImportProgress, ImportResult } from '../contract/views.ts';

const REPORT_INTERVAL_MS = 100;
/** After this much work the thread looks up, so that a cancel can come in. */
const BREATH_INTERVAL_MS = 30;

export interface MeterOptions {
  readonly files: readonly ByteSource[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (progress: Omit<ImportProgress, 'id'>) => void;
}

/** Counts files and bytes, and says so a few times a second. Members of archives join the count as they are found. */
export class ProgressMeter {
  private files: number;
  private bytes: number;
  private filesDone = 0;
  private bytesDone = 0;
  private results: readonly ImportResult[] = [];
  /** Files begun and not ended: an archive, and a member in it. */
  private readonly open: { readonly file: ByteSource; fraction: number }[] = [];
  private reportedAt = -Infinity;
  private breathedAt: number;

  constructor(private readonly options: MeterOptions) {
    this.files = options.files.length;
    this.bytes = options.files.reduce((sum, file) => sum + file.size, 0);
    this.breathedAt = options.clock.monotonic();
  }

  begin(file: ByteSource): void {
    if (this.open.length > 0) {
      this.files++;
      this.bytes += file.size;
    }
    this.open.push({ file, fraction: 0 });
    this.report(false);
  }

  /** How much of the file begun last is done, from 0 to 1. */
  async at(fraction: number): Promise<void> {
    const last = this.open.at(-1);
    if (last) last.fraction = Math.min(1, fraction);
    this.report(false);
    await this.breathe();
  }

  /** Lets messages in now and then. @throws when the import was cancelled */
  async breathe(): Promise<void> {
    const { clock, signal } = this.options;
    if (clock.monotonic() - this.breathedAt < BREATH_INTERVAL_MS) return;
    await new Promise<void>((resolve) => clock.after(0 as Ms, resolve));
    this.breathedAt = clock.monotonic();
    signal.throwIfAborted();
  }

  /** @param result null for an archive, whose members have results of their own */
  end(result: ImportResult | null): void {
    const last = this.open.pop();
    this.bytesDone += last?.file.size ?? 0;
    this.filesDone++;
    if (result) this.results = [...this.results, result];
    this.report(false);
  }

  /** A result for what was never begun. */
  add(result: ImportResult): void {
    this.files++;
    this.filesDone++;
    this.results = [...this.results, result];
    this.report(false);
  }

  finish(): Omit<ImportProgress, 'id'> {
    this.report(true);
    return this.snapshot(this.options.signal.aborted ? 'cancelled' : 'done');
  }

  private report(last: boolean): void {
    const now = this.options.clock.monotonic();
    if (!last && now - this.reportedAt < REPORT_INTERVAL_MS) return;
    this.reportedAt = now;
    this.options.progress(this.snapshot(last ? (this.options.signal.aborted ? 'cancelled' : 'done') : 'running'));
  }

  private snapshot(state: ImportProgress['state']): Omit<ImportProgress, 'id'> {
    const partly = this.open.reduce((sum, { file, fraction }) => sum + file.size * fraction, 0);
    return {
      files: this.files,
      filesDone: this.filesDone,
      bytes: this.bytes,
      bytesDone: Math.floor(this.bytesDone + partly),
      current: state === 'running' ? (this.open.at(-1)?.file.path ?? '') : '',
      results: this.results,
      state,
    };
  }
}
