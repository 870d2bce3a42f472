import type { Result } from '#core/base/result.ts';
import type { Spent } from '#core/spend/money.ts';
import type { ChannelCosts } from './channels-api.ts';

/**
 * What the worker offers to the page about hosts of models. Each is a way out, and has its id: what it may take, and what
 * it took, is told with those. What is refused is in words for the owner.
 */
export interface ModelsApi {
  /** The owner opens a way out to a host of models by sending off the form. @returns its id */
  add(draft: ProviderDraft): Promise<Result<string, string>>;
  /** Its key stays as it is. */
  change(provider: string, draft: Omit<ProviderDraft, 'key'>): Promise<Result<void, string>>;
  /** Closes the way out, and destroys the key. */
  remove(provider: string): Promise<Result<void, string>>;
  /** The key itself is never shown again. */
  keyState(provider: string): Promise<KeyState>;
  /** Noted in the journal, without the key. @param key empty to destroy the one there is */
  setKey(provider: string, key: string): Promise<Result<void, string>>;
  /** Asks the host which models it has. */
  list(provider: string): Promise<Result<readonly ListedModel[], string>>;
  /** Sends `TEST_MESSAGE` and nothing else. @param listener is told what comes as it comes, for display only */
  test(provider: string, model: string, listener: (piece: string) => void): Promise<Result<TestAnswer, string>>;
  /** Ends the test that is under way, and with it the connection to the host. */
  stopTest(provider: string): Promise<void>;
}

/** Of a key. `gone`: one was set, and does not lie on this device. */
export type KeyState = 'here' | 'gone' | 'none';

/** Words of this app: there is nothing of the owner's in them. */
export const TEST_MESSAGE = 'Say hello in one short sentence.';

/** A host of models, as the owner fills it in. */
export interface ProviderDraft {
  readonly name: string;
  /** With its path, as `https://api.example.com/v1`. */
  readonly address: string;
  /** Empty for a host that asks for none. */
  readonly key: string;
  /** The most confidential that may leave unasked. */
  readonly clearance: 'public' | 'private';
  readonly bytesPerDay: number;
  readonly requestsPerMinute: number;
  /** Null: calls cost nothing. */
  readonly costs: ChannelCosts | null;
}

export interface ListedModel {
  readonly id: string;
  /** Null where the host does not tell. */
  readonly contextTokens: number | null;
}

export interface TestAnswer {
  /** What it wrote: text of the host's, for nobody to trust. */
  readonly text: string;
  readonly tokens: number;
  /** Counted by the host; else an estimate. */
  readonly counted: boolean;
  readonly milliseconds: number;
  readonly bytesSent: number;
  /** Null where it cost nothing. */
  readonly spent: Spent | null;
}
