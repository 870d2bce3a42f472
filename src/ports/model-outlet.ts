import type { Digest } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Label } from '#core/labels/label.ts';
import type { ActionRequest } from '#core/policy/permit.ts';
import type { LabelledArgument } from '#core/policy/request.ts';
import type { Reason } from '#core/policy/reason.ts';
import type { Spent } from '#core/spend/money.ts';
import type { UsedTokens } from '#core/spend/price.ts';
import type { EgressAnswer, EgressFailure } from './egress.ts';

/** The gate to one host of models: what is asked by it is decided first. It adds the host's key, which no engine sees. */
export interface ModelOutlet {
  readonly open: (asking: Asking, signal: AbortSignal) => Promise<OutletAnswer>;
}

/** What is to be asked, and where each part of it came from. */
export interface Asking {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Lower-case names. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | null;
  readonly by: { readonly tool: string; readonly run: string; readonly step: string };
  /** What the owner would be shown on a card. */
  readonly arguments: Json;
  readonly carries: readonly LabelledArgument[];
  readonly planned: boolean;
  readonly planner: Label;
  readonly nonce?: string;
  readonly answerBytesMax: number;
  /** The most that it may use; null where it uses none. */
  readonly tokens: Used | null;
  /** What was used, out of the whole answer; null where nothing can be told of it. */
  readonly used: (answer: Uint8Array) => UsedTokens | null;
}

export interface Used {
  readonly in: number;
  readonly out: number;
}

export type OutletAnswer =
  | {
      readonly kind: 'opened';
      readonly status: number;
      readonly headers: EgressAnswer['headers'];
      /** Fails with an error whose `code` says how it was broken off. */
      readonly body: ReadableStream<Uint8Array>;
      /** What it came to, once the body has come to its end; null where it costs nothing, or nobody knows. */
      readonly spent: () => Spent | null;
    }
  | { readonly kind: 'ask'; readonly action: ActionRequest; readonly digest: Digest; readonly reason: Reason }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: EgressFailure['code'] | 'too-long'; readonly message: string };
