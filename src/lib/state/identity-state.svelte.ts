import type { Result } from '#core/base/result.ts';
import type { IdentityApi, IdentityView } from '#runtime/contract/identity-api.ts';

/** Who the agent is, for the one page that shows it. */
export class IdentityState {
  view = $state.raw<IdentityView | null>(null);
  /** Why it cannot be shown; null while all is well. */
  problem = $state.raw<string | null>(null);
  loading = $state(true);
  readonly #api: IdentityApi;

  constructor(api: IdentityApi) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const read = await asResult(() => this.#api.view());
    this.view = read.ok ? read.value : this.view;
    this.problem = read.ok ? null : read.error;
    this.loading = false;
  }

  prove(challenge: string, show: readonly string[]): Promise<Result<string, string>> {
    return asResult(() => this.#api.prove(challenge, show));
  }

  challenge(verifier: string, asks: readonly string[]): Promise<Result<string, string>> {
    return asResult(() => this.#api.challenge(verifier, asks));
  }

  check: IdentityApi['check'] = (proof, challenge, expected) => this.#api.check(proof, challenge, expected);

  /** @returns what went wrong, or null */
  async act(action: 'certifyDevice' | 'changeKey' | 'strengthenRoot' | 'removeRoot'): Promise<string | null> {
    const done = await asResult(() => this.#api[action]());
    await this.load();
    return done.ok ? null : done.error;
  }

  /** Anything that is asked of the identity, and what it is after that. */
  async ask<T>(call: (api: IdentityApi) => Promise<Result<T, string>>): Promise<Result<T, string>> {
    const done = await asResult(() => call(this.#api));
    await this.load();
    return done;
  }

  exportRoot(): Promise<Result<string, string>> {
    return asResult(() => this.#api.exportRoot());
  }

  async importRoot(backup: string): Promise<string | null> {
    const done = await asResult(() => this.#api.importRoot(backup));
    await this.load();
    return done.ok ? null : done.error;
  }
}

/** A worker that breaks down is one more thing that can go wrong. */
async function asResult<T>(call: () => Promise<Result<T, string>>): Promise<Result<T, string>> {
  try {
    return await call();
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
