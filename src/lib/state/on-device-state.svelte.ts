import type { Result } from '#core/base/result.ts';
import type { DeviceModel, OnDeviceApi, OnDeviceView, TriedOut } from '#runtime/contract/on-device-api.ts';
import { t } from '#lib/messages/t.ts';
import { wordsOf } from './watched-view.svelte.ts';

/** Models that run here, as the page shows them. One thing is done at a time. */
export class OnDeviceState {
  readonly #api: OnDeviceApi;
  view = $state.raw<OnDeviceView | null>(null);
  problem = $state.raw<string | null>(null);
  /** What is under way: of which model, and how far it is; null for none. A model that is being added has no id yet. */
  doing = $state.raw<{ readonly model: string | null; readonly fraction: number | null } | null>(null);

  constructor(api: OnDeviceApi) {
    this.#api = api;
  }

  async look(): Promise<void> {
    try {
      this.view = await this.#api.look();
      this.problem = null;
    } catch (error) {
      this.problem = wordsOf(error);
    }
  }

  /** @returns the model that was added */
  add(files: Parameters<OnDeviceApi['add']>[0]): Promise<Result<DeviceModel | undefined, string>> {
    return this.#do(null, async () => {
      const added = await this.#api.add(files, (fraction) => (this.doing = { model: null, fraction }));
      if (!added.ok) return added;
      await this.came();
      return { ok: true, value: this.view?.models.find(({ id }) => id === added.value) };
    });
  }

  /** A model is here: what runs it is fetched as well, for when there is no connection. */
  async came(): Promise<void> {
    const prepared = await this.#api.prepare();
    await this.look();
    if (!prepared.ok) this.problem = t('on-device.not-prepared', { reason: prepared.error });
  }

  load(model: string): Promise<Result<unknown, string>> {
    return this.#do(model, () => this.#api.load(model, (fraction) => (this.doing = { model, fraction })));
  }

  tryOut(model: string, text: string, onpiece: (piece: string) => void): Promise<Result<TriedOut, string>> {
    return this.#do(model, () => this.#api.tryOut(model, text, onpiece), null);
  }

  async stop(): Promise<void> {
    await this.#api.stop();
  }

  remove(model: string): Promise<Result<unknown, string>> {
    return this.#do(model, async () => {
      await this.#api.remove(model);
      return { ok: true, value: null };
    });
  }

  unload(model: string): Promise<Result<unknown, string>> {
    return this.#do(model, async () => {
      await this.#api.unload();
      return { ok: true, value: null };
    });
  }

  async #do<T>(
    model: string | null,
    work: () => Promise<Result<T, string>>,
    fraction: number | null = 0,
  ): Promise<Result<T, string>> {
    this.doing = { model, fraction };
    try {
      return await work();
    } catch (error) {
      return { ok: false, error: wordsOf(error) };
    } finally {
      this.doing = null;
      await this.look();
    }
  }
}
