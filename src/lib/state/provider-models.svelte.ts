import type { ListedModel, ModelsApi } from '#runtime/contract/models-api.ts';
import { wordsOf } from './watched-view.svelte.ts';

/** Which models the providers listed, for as long as the page is open: nobody asks them unless the owner does. */
export class ProviderModels {
  readonly #api: Pick<ModelsApi, 'list'>;
  /** By provider. */
  #listed = $state.raw<Readonly<Record<string, readonly ListedModel[]>>>({});

  constructor(api: Pick<ModelsApi, 'list'>) {
    this.#api = api;
  }

  /** Null where it was not asked. */
  of(provider: string): readonly ListedModel[] | null {
    return this.#listed[provider] ?? null;
  }

  /** @returns what went wrong, or null */
  async ask(provider: string): Promise<string | null> {
    try {
      const listed = await this.#api.list(provider);
      if (!listed.ok) return listed.error;
      this.#listed = { ...this.#listed, [provider]: listed.value };
      return null;
    } catch (error) {
      return wordsOf(error);
    }
  }
}
