import type { Page, Worker } from '@playwright/test';
import { watchFiles, type FilePoint } from './watch-files.ts';
import { watchJournal, type Head, type JournalPoint } from './watch-journal.ts';

export type Point = JournalPoint | FilePoint;

/** Something that was just about to happen, or just had, at the edge of the platform. */
export interface Moment {
  readonly point: Point;
  /** What was acknowledged; null at every other point. */
  readonly head: Head | null;
  readonly held: boolean;
}

/** Stops a thread at a moment. */
export interface Hold {
  /** Which moment, from 1, counted over `points`. */
  readonly at: number;
  /** All of the journal, or all of the file: they are counted in different threads. */
  readonly points: readonly Point[];
  /**
   * A number: stands still for so many milliseconds. Infinity: for ever. 'stall', at 'sign' alone: who waits for it is
   * never told, and the thread goes on with other things.
   */
  readonly how: 'stall' | number;
}

/** What a watch is told in the thread that it watches. */
export interface WatchOptions {
  readonly label: string;
  readonly hold: { readonly at: number; readonly points: readonly string[]; readonly ms: number } | null;
}

const LABEL = 'kill-watch ';
/** Stands for 'stall' and for ever: JSON has no Infinity. */
export const STALL_MS = -1;
const FOREVER_MS = 3_600_000;

/**
 * What one tab's threads do at the edge of the platform, and where one of them is held so that it can be killed there.
 * The product knows nothing of it: the platform's own functions are wrapped from outside, in the running threads.
 */
export class KillWatch {
  readonly moments: Moment[] = [];
  /** Resolves when a thread is held. */
  readonly held: Promise<Moment>;

  private constructor(page: Page, acknowledged: (head: Head) => void) {
    this.held = new Promise((resolve) => {
      page.on('console', (message) => {
        if (!message.text().startsWith(LABEL)) return;
        const moment = JSON.parse(message.text().slice(LABEL.length)) as Moment;
        this.moments.push(moment);
        if (moment.head !== null) acknowledged(moment.head);
        if (moment.held) resolve(moment);
      });
    });
  }

  /** Watches this tab from now on. Once a tab: the wraps stay until it is loaded anew. */
  static async begin(page: Page, acknowledged: (head: Head) => void, hold: Hold | null = null): Promise<KillWatch> {
    const watch = new KillWatch(page, acknowledged);
    const ms = hold?.how === 'stall' ? STALL_MS : Math.min(hold?.how ?? 0, FOREVER_MS);
    const options: WatchOptions = {
      label: LABEL,
      hold: hold === null ? null : { at: hold.at, points: hold.points, ms },
    };
    const worker = await agentWorker(page);
    await Promise.all([worker.evaluate(watchJournal, options), page.evaluate(watchFiles, options)]);
    return watch;
  }
}

/** The thread of this page's agent, which the page starts soon after it is loaded. */
export async function agentWorker(page: Page): Promise<Worker> {
  const isAgent = (worker: Worker): boolean => worker.url().includes('agent');
  return page.workers().find(isAgent) ?? page.waitForEvent('worker', isAgent);
}
