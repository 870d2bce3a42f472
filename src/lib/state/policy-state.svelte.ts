import type { Digest } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type {
  CheckedRule,
  DryRun,
  PolicyApi,
  PolicyDraft,
  PolicyView,
  RuleProblem,
} from '#runtime/contract/policy-api.ts';
import { WatchedView, wordsOf } from './watched-view.svelte.ts';

/** The rules, as the page shows them. */
export class PolicyState extends WatchedView<PolicyView> {
  readonly #api: PolicyApi;

  constructor(api: PolicyApi) {
    super((listener) => api.onView(listener));
    this.#api = api;
  }

  /** @throws what the thread of the rules broke with */
  check(text: string): Promise<Result<readonly CheckedRule[], readonly RuleProblem[]>> {
    return this.#api.check(text);
  }

  async tryOut(draft: PolicyDraft): Promise<Result<DryRun, string>> {
    try {
      return await this.#api.tryOut(draft);
    } catch (error) {
      return { ok: false, error: wordsOf(error) };
    }
  }

  /** @returns what went wrong, or null */
  adopt(draft: PolicyDraft, after: Digest | null): Promise<string | null> {
    return faultOf(() => this.#api.adopt(draft, after));
  }

  restore(version: Digest): Promise<string | null> {
    return faultOf(() => this.#api.restore(version, this.view?.after ?? null));
  }
}

async function faultOf(call: () => Promise<Result<unknown, string>>): Promise<string | null> {
  try {
    const done = await call();
    return done.ok ? null : done.error;
  } catch (error) {
    return wordsOf(error);
  }
}
