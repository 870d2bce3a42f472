import type { Caps } from '#core/spend/caps.ts';
import type { Result } from '#core/base/result.ts';
import type { AddressRead, ChannelDraft, ChannelsApi, ChannelsView } from '#runtime/contract/channels-api.ts';
import { WatchedView, wordsOf } from './watched-view.svelte.ts';

/** Ways out of the device, and everything that left by them, as the page shows them. */
export class ChannelsState extends WatchedView<ChannelsView> {
  readonly #api: ChannelsApi;

  constructor(api: ChannelsApi) {
    super((listener) => api.onView(listener));
    this.#api = api;
  }

  readAddress(text: string): Promise<Result<AddressRead, string>> {
    return this.#api.readAddress(text);
  }

  /** @returns what went wrong, or null */
  approve(draft: ChannelDraft): Promise<string | null> {
    return faultOf(() => this.#api.approve(draft));
  }

  change(channel: string, draft: ChannelDraft): Promise<string | null> {
    return faultOf(() => this.#api.change(channel, draft));
  }

  revoke(channel: string): Promise<string | null> {
    return faultOf(() => this.#api.revoke(channel));
  }

  changeCaps(caps: Caps): Promise<string | null> {
    return faultOf(() => this.#api.changeCaps(caps));
  }

  settleSpending(reservation: string, actual: number): Promise<string | null> {
    return faultOf(() => this.#api.settleSpending(reservation, actual));
  }

  restore(channel: string): Promise<string | null> {
    return faultOf(() => this.#api.restore(channel));
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
