import type { Result } from '#core/base/result.ts';
import type { DownloadsApi, DownloadView, ModelToFetch } from '#runtime/contract/downloads-api.ts';
import { wordsOf } from './watched-view.svelte.ts';

/** Models on their way to this device. One is fetched at a time. */
export class DownloadsState {
  readonly #api: DownloadsApi;
  view = $state.raw<readonly DownloadView[]>([]);
  /** What is being fetched, and how much of it is here, from 0 to 1. */
  doing = $state.raw<{ readonly id: string; readonly fraction: number } | null>(null);
  /** Why the last one ended before it was all here: which it was, and whether the owner stopped it. */
  ended = $state.raw<{ readonly id: string; readonly text: string; readonly stopped: boolean } | null>(null);
  #stopped = false;

  constructor(api: DownloadsApi) {
    this.#api = api;
  }

  async look(): Promise<void> {
    this.view = await this.#api.look().catch(() => []);
  }

  async order(what: ModelToFetch): Promise<Result<string, string>> {
    const ordered = await this.#api
      .order(what)
      .catch((error: unknown) => ({ ok: false, error: wordsOf(error) }) as const);
    await this.look();
    return ordered;
  }

  /** @returns whether it is all here */
  async download({ id, here, bytes }: DownloadView): Promise<boolean> {
    this.ended = null;
    this.#stopped = false;
    this.doing = { id, fraction: bytes === 0 ? 0 : here / bytes };
    const fetched = await this.#api
      .download(id, (fraction) => (this.doing = { id, fraction }))
      .catch((error: unknown) => ({ ok: false, error: wordsOf(error) }) as const);
    this.doing = null;
    if (!fetched.ok) this.ended = { id, text: fetched.error, stopped: this.#stopped };
    await this.look();
    return fetched.ok;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#api.stop();
  }

  async discard(id: string): Promise<void> {
    await this.#api.discard(id);
    await this.look();
  }
}
