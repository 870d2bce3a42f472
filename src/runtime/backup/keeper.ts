import type { Ms } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { BackupMemory } from '#ports/backup-memory.ts';
import type { Clock } from '#ports/clock.ts';
import type { Broadcast, LeaderLock } from '#ports/coordination.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';
import type { BackupFailure, BackupView } from '../contract/backup-api.ts';
import type { BackupArchive } from '../contract/backup-archive.ts';
import type { Overview } from '../contract/views.ts';
import { archiveMembers, type ArchiveMember, numberAfter } from './archive.ts';
import {
  type BackupState,
  type LostFile,
  keepBackupState,
  lockedWith,
  newBackupState,
  readBackupState,
  seriesOf,
  stillLost,
  withNewSeries,
} from './backup-state.ts';
import { drillSeries } from './drill.ts';
import { noFiles } from './live-segment.ts';
import type { BackupTools, LiveContent } from './parts.ts';
import { findSeries, type SegmentFile } from './series.ts';
import { SEGMENTS_MAX, sizeOf, wasHeadHere, type WriteOptions, writeSeries } from './write-series.ts';

/** What tabs tell each other of the backup: that what is kept of it changed, or that other data is in use. */
export type BackupMessage = { readonly type: 'changed' } | { readonly type: 'replaced' };

export interface BackupKeeperParts {
  /** Loaded when first needed. */
  readonly tools: () => Promise<BackupTools>;
  readonly live: LiveContent;
  readonly agent: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sealer: Sealer;
  readonly memory: BackupMemory;
  /** The folder of the owner's choice. @throws BackupError */
  readonly folder: () => Promise<BackupFolder>;
  readonly archive: (members: AsyncIterable<ArchiveMember>) => Promise<Blob>;
  readonly lock: LeaderLock;
  readonly messages: Broadcast<BackupMessage>;
}

/** A backup begins when nothing has changed for so long, */
export const SETTLE_MS = 5_000 as Ms;
/** or after so long while things go on changing. */
export const UNSAVED_MS_MAX = 120_000 as Ms;
const RETRY_MS = 60_000 as Ms;
const LOCK = 'backup';
/** Problems that time does not heal: the owner must click. */
const WAITS_FOR_OWNER: readonly string[] = ['no-folder', 'newer-version'];

/**
 * One tab's part in the backup. Any tab can back up or drill when told to; the leading one also does it by itself, to a
 * folder, whenever something is new. A lock over all tabs keeps it to one at a time.
 */
export class BackupKeeper {
  readonly #parts: BackupKeeperParts;
  readonly #listeners = new Set<(view: BackupView) => void>();
  #state: BackupState | null = null;
  #read: Promise<void> | null = null;
  #work: { readonly controller: AbortController; readonly what: 'backup' | 'drill'; fraction: number } | null = null;
  #problem: BackupFailure | null = null;
  #replaced = false;
  #seen = { leads: false, size: 0 };
  #unsavedSince: Ms | null = null;
  #cancelTimer: () => void = () => undefined;

  constructor(parts: BackupKeeperParts) {
    this.#parts = parts;
    parts.messages.listen((message) => {
      if (message.type === 'replaced') this.#replaced = true;
      this.#read = null;
      void this.#tell();
    });
  }

  onView(listener: (view: BackupView) => void): void {
    this.#listeners.add(listener);
    void this.#tell();
  }

  /** What the tab shows changed: there may be something new to back up. */
  saw({ role, health, journal }: Pick<Overview, 'role' | 'health' | 'journal'>): void {
    const changed = journal.size !== this.#seen.size;
    this.#seen = { leads: role === 'leading' && health.state === 'ok', size: journal.size };
    if (changed) void this.#tell();
    void this.#schedule(changed);
  }

  setUp(place: 'folder' | 'downloads', passphrase: string): Promise<Result<void, BackupFailure>> {
    return this.#do('backup', async (signal) => {
      const tools = await this.#parts.tools();
      if (place === 'folder') await this.#parts.folder();
      await this.#keep(await newBackupState(tools, this.#parts.entropy, place, passphrase));
      if (place === 'folder') await this.#backUp(signal);
    });
  }

  changePassphrase(passphrase: string): Promise<Result<void, BackupFailure>> {
    return this.#do('backup', async (signal) => {
      const state = this.#must();
      const locked = await lockedWith(await this.#parts.tools(), state.key, state.series, passphrase);
      await this.#keep({ ...state, ...locked });
      if (state.place === 'folder') await this.#backUp(signal);
    });
  }

  async showKey(): Promise<string | null> {
    await this.#known();
    return this.#state?.key ?? null;
  }

  backUp(): Promise<Result<void, BackupFailure>> {
    return this.#do('backup', (signal) => this.#backUp(signal));
  }

  /**
   * What is new since the last archive, or all of it. Counts as backed up once it is made: where the owner puts it is not
   * seen from here.
   */
  archive(whole: boolean): Promise<Result<BackupArchive, BackupFailure>> {
    return this.#do('backup', async (signal) => {
      const { live, clock, archive } = this.#parts;
      const state = this.#must();
      const head = await live.journal.store.head();
      if (head === null || head.size === 0) throw new BackupError('nothing', 'There is nothing to back up yet.');
      const now = clock.now();
      const end = { size: head.size, epoch: head.epoch, checkpoint: head.checkpoint };
      const standing = whole ? [] : await this.#standing(state);
      if (standing.at(-1)?.to === end.size) throw new BackupError('nothing', 'Nothing is new since the last backup.');
      const number = numberAfter(state.series, state.saved?.segments ?? []);
      let segments = standing;
      const files = noFiles();
      const part = {
        standing,
        number,
        end,
        files,
        made: (segment: SegmentFile) => (segments = [...standing, segment]),
      };
      const target = seriesOf(state);
      const body = await archive(archiveMembers(await this.#parts.tools(), live, target, part, this.#options(signal)));
      const saved = { segments, checkpoint: end.checkpoint };
      const lost = await stillLost(live, whole ? {} : state, files);
      await this.#keep({ ...state, saved, lost, last: { at: now, entries: head.size, bytes: sizeOf(segments) } });
      return { name: `windhover-backup-${state.series}-${String(head.size)}.tar`, body };
    });
  }

  /** What was saved by hand and a further archive can go on from; nothing where it is of another history by now. */
  async #standing({ saved }: BackupState): Promise<readonly SegmentFile[]> {
    const last = saved?.segments.at(-1);
    if (saved === undefined || last === undefined || saved.segments.length >= SEGMENTS_MAX) return [];
    const known = await wasHeadHere(this.#parts.live, { size: last.to, checkpoint: saved.checkpoint });
    return known ? saved.segments : [];
  }

  /** @param from where to read; null for the folder of the backup */
  drill(from: (() => Promise<BackupFolder>) | null): Promise<Result<void, BackupFailure>> {
    return this.#do('drill', async (signal) => {
      const state = this.#must();
      const { clock } = this.#parts;
      const folder = await (from ?? this.#parts.folder)();
      let report: BackupState['drill'];
      let failure: unknown = null;
      try {
        const done = await this.#drill(state, folder, signal);
        report = { at: clock.now(), ok: true, message: '', ...done };
      } catch (error) {
        if (!(error instanceof BackupError) || ['cancelled', 'no-permission', 'no-folder'].includes(error.code))
          throw error;
        report = { at: clock.now(), ok: false, message: error.message, entries: 0, files: 0 };
        failure = error;
      }
      await this.#keep({ ...state, drill: report });
      if (failure instanceof BackupError) throw failure;
    });
  }

  cancel(): void {
    this.#work?.controller.abort();
  }

  async turnOff(): Promise<void> {
    this.cancel();
    this.#problem = null;
    await this.#parts.memory.erase();
    this.#changed();
  }

  /** Other data is in use from now on: nothing here is backed up any more. */
  replaced(): void {
    this.#replaced = true;
    this.#parts.messages.post({ type: 'replaced' });
    void this.#tell();
  }

  async #backUp(signal: AbortSignal): Promise<void> {
    const { live, clock, entropy } = this.#parts;
    const tools = await this.#parts.tools();
    const folder = await this.#parts.folder();
    const options = this.#options(signal);
    let state = this.#must();
    const write = () => writeSeries(tools, live, folder, seriesOf(state), options);
    const written = await write().catch((error: unknown) => {
      if (!(error instanceof BackupError) || error.code !== 'differs') throw error;
      state = withNewSeries(entropy, state);
      return write();
    });
    const lost = await stillLost(live, state, written.files);
    await this.#keep({ ...state, lost, last: { at: clock.now(), entries: written.to, bytes: written.bytes } });
  }

  async #drill(
    state: BackupState,
    folder: BackupFolder,
    signal: AbortSignal,
  ): Promise<{ readonly entries: number; readonly files: number }> {
    const found = (await findSeries(folder)).find(({ series }) => series === state.series);
    if (found === undefined) throw new BackupError('nothing', 'This backup is not there.');
    const tools = await this.#parts.tools();
    return drillSeries(tools, this.#parts.live, folder, found, state, { signal, progress: this.#progress });
  }

  #options(signal: AbortSignal): WriteOptions {
    return { agent: this.#parts.agent, now: this.#parts.clock.now(), signal, progress: this.#progress };
  }

  readonly #progress = (fraction: number): void => {
    if (this.#work === null || fraction - this.#work.fraction < 0.01) return;
    this.#work.fraction = fraction;
    void this.#tell();
  };

  /** One piece of work over all tabs; what goes wrong is shown until the next one succeeds. */
  async #do<T>(what: 'backup' | 'drill', work: (signal: AbortSignal) => Promise<T>): Promise<Result<T, BackupFailure>> {
    if (this.#work !== null)
      return err({ code: 'busy', message: 'The backup is being written or tested just now.', file: null });
    const controller = new AbortController();
    this.#work = { controller, what, fraction: 0 };
    void this.#tell();
    const ended: { outcome: Result<T, BackupFailure> } = {
      outcome: err({ code: 'cancelled', message: 'The backup was stopped.', file: null }),
    };
    try {
      await this.#parts.lock.hold(
        LOCK,
        async () => {
          this.#read = null;
          await this.#known();
          ended.outcome = await attempt(() => work(controller.signal));
        },
        { signal: controller.signal },
      );
    } catch (error) {
      if (!controller.signal.aborted) ended.outcome = err({ code: 'io', message: String(error), file: null });
    }
    const { outcome } = ended;
    this.#work = null;
    const problem = outcome.ok ? null : outcome.error;
    if (what === 'backup' && problem?.code !== 'cancelled') this.#problem = problem;
    this.#changed();
    void this.#schedule(false);
    return outcome;
  }

  async #schedule(changed: boolean): Promise<void> {
    await this.#known();
    const { clock } = this.#parts;
    const due =
      this.#seen.leads &&
      !this.#replaced &&
      this.#state?.place === 'folder' &&
      this.#seen.size > (this.#state.last?.entries ?? 0) &&
      !WAITS_FOR_OWNER.includes(this.#problem?.code ?? '');
    if (!due || this.#work !== null) {
      if (!due) this.#unsavedSince = null;
      this.#cancelTimer();
      return;
    }
    const now = clock.monotonic();
    const scheduled = this.#unsavedSince !== null;
    this.#unsavedSince ??= now;
    if (scheduled && (this.#problem !== null || !changed)) return;
    const left = Math.max(0, UNSAVED_MS_MAX - (now - this.#unsavedSince)) as Ms;
    const delay = this.#problem === null ? (Math.min(SETTLE_MS, left) as Ms) : RETRY_MS;
    this.#cancelTimer();
    this.#cancelTimer = clock.after(delay, () => {
      this.#unsavedSince = null;
      void this.#goOn();
    });
  }

  /** A permission may have come back without a word: what still lacks it is not tried, and nothing is said again. */
  async #goOn(): Promise<void> {
    const lacking = this.#problem?.code === 'no-permission';
    if (lacking && !(await attempt(() => this.#parts.folder())).ok) return this.#schedule(false);
    await this.backUp();
  }

  #must(): BackupState {
    if (this.#state === null) throw new BackupError('nothing', 'No backup is set up.');
    return this.#state;
  }

  /** Reads what is kept of the backup, once until it changes. */
  #known(): Promise<void> {
    return (this.#read ??= readBackupState(this.#parts.memory, this.#parts.sealer).then(
      (state) => {
        this.#state = state;
      },
      () => {
        this.#state = null;
      },
    ));
  }

  async #keep(state: BackupState): Promise<void> {
    await keepBackupState(this.#parts.memory, this.#parts.sealer, state);
    this.#state = state;
  }

  #changed(): void {
    this.#parts.messages.post({ type: 'changed' });
    this.#read = null;
    void this.#tell();
  }

  async #tell(): Promise<void> {
    await this.#known();
    const state = this.#state;
    const view: BackupView = {
      place: state?.place ?? null,
      working: this.#work === null ? null : { what: this.#work.what, fraction: this.#work.fraction },
      problem: this.#problem ?? lackOf(state?.lost ?? []),
      last: state?.last ?? null,
      behind: Math.max(0, this.#seen.size - (state?.last?.entries ?? 0)),
      archives: state?.saved?.segments.length ?? 0,
      drill: state?.drill ?? null,
      replaced: this.#replaced,
    };
    for (const listener of this.#listeners) listener(view);
  }
}

/** A backup that lacks a file says so until it has it, or its owner takes the file away. */
function lackOf(lost: readonly LostFile[]): BackupFailure | null {
  const [first] = lost;
  if (first === undefined) return null;
  const others = lost.length > 1 ? ` and ${String(lost.length - 1)} more` : '';
  const message = `The backup is not complete: ${first.path}${others} is damaged in this browser. All else is in it. Bring it in again, or delete it here.`;
  return { code: 'incomplete', message, file: first.path };
}

/** What streams throw, as a value. */
export async function attempt<T>(work: () => Promise<T>): Promise<Result<T, BackupFailure>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof BackupError) return err({ code: error.code, message: error.message, file: error.file });
    return err({ code: 'io', message: error instanceof Error ? error.message : String(error), file: null });
  }
}
