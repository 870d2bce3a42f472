import type { Digest, Ms } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { Label } from '#core/labels/label.ts';
import type { ActionRequest } from '#core/policy/permit.ts';
import type { Reason } from '#core/policy/reason.ts';
import type { Spent } from '#core/spend/money.ts';

/**
 * Runs models, on this device or behind an approved channel. It does no tool: a tool call is an answer like any other, and
 * whoever asked takes it to the policy. Many requests may be under way at once; an engine that does one at a time queues.
 */
export interface Engine {
  readonly describe: () => EngineDescription;
  /** What it has now, each once. */
  readonly models: (signal: AbortSignal) => Promise<Result<readonly ModelInfo[], EngineFailure>>;
  /**
   * Answers once. Whether anything may leave the device for it is decided before the first byte does.
   * @param onText pieces of what the model writes, as they come and for display only: joined they are `Inference.text`
   *   where that was not repaired. None comes after the answer or after the signal.
   */
  readonly infer: (
    request: InferenceRequest,
    onText: (piece: string) => void,
    signal: AbortSignal,
  ) => Promise<Result<Inference, EngineFailure>>;
  /** How much of the window a text takes. Nothing leaves the device for it. */
  readonly countTokens: (model: string, text: string) => Promise<Result<TokenCount, EngineFailure>>;
}

export interface EngineDescription {
  /** As the interface calls it. */
  readonly name: string;
  readonly where: 'device' | 'channel';
  /** The origin that it asks; null on this device. */
  readonly host: string | null;
}

export interface ModelInfo {
  /** What a request calls it by. */
  readonly id: string;
  /** The window for what goes in and what comes out; null where it is not known. */
  readonly contextTokens: number | null;
  /** SHA-256 of its weights; null where nobody can tell. */
  readonly digest: Digest | null;
}

/** Everything that a model is to see, each part with its label, and what it is to answer with. */
export interface InferenceRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly OfferedTool[];
  readonly answer: AnswerForm;
  /** The most that it may write. */
  readonly tokensMax: number;
  /** From 0, which always takes the likeliest. */
  readonly temperature: number;
  /** The same one gives the same answer where the engine can; null leaves it to chance. */
  readonly seed: number | null;
  /** For whom. */
  readonly by: { readonly tool: string; readonly run: string; readonly step: string };
  /** It is a step of the plan that was committed before anything untrusted was read. */
  readonly planned: boolean;
  /** The join of all that the planner had in its window when it planned that. */
  readonly planner: Label;
  /** Of the question that the owner answered with yes; left out where nobody was asked. */
  readonly nonce?: string;
}

export type Message =
  | { readonly role: 'system' | 'user' | 'assistant'; readonly text: string; readonly label: Label }
  /** What it called before. */
  | { readonly role: 'assistant'; readonly call: ToolCall; readonly label: Label }
  /** What came of the call before it. */
  | { readonly role: 'tool'; readonly tool: string; readonly text: string; readonly label: Label };

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly arguments: JsonSchema;
  /** A description by a server is as untrusted as what that server answers. */
  readonly label: Label;
}

/** JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, Json>>;

export type AnswerForm =
  | { readonly kind: 'text' }
  | { readonly kind: 'json'; readonly schema: JsonSchema }
  /** One call of one of the tools. */
  | { readonly kind: 'tool-call' };

export interface ToolCall {
  readonly tool: string;
  readonly arguments: Json;
}

export interface Inference {
  readonly answer:
    | { readonly kind: 'text' }
    /** It fits the schema that was asked for. */
    | { readonly kind: 'json'; readonly value: Json }
    /** One of the tools, and its arguments fit. */
    | { readonly kind: 'tool-call'; readonly call: ToolCall };
  /** What the model wrote, to the letter. */
  readonly text: string;
  readonly tokens: { readonly in: TokenCount; readonly out: TokenCount };
  /** `length`: it wrote as much as it may, and had more to say. */
  readonly stopped: 'end' | 'length';
  /** SHA-256 of the weights that wrote it; null where nobody can tell. */
  readonly digest: Digest | null;
  /** Its first answer was not in the form that was asked for, and it was asked once more. */
  readonly repaired: boolean;
  /** Bytes of what was sent for it, with what a repair took; 0 on this device. */
  readonly bytesSent: number;
  /** What it came to, with what a repair took; null where it costs nothing. */
  readonly spent: Spent | null;
  /** `modelLabel` of everything in its window. */
  readonly label: Label;
}

export interface TokenCount {
  readonly count: number;
  /** Counted by the model's own tokenizer; else it is an estimate, and is called one. */
  readonly exact: boolean;
}

/** `message`: what happened, and what to do about it. */
export type EngineFailure =
  | { readonly code: EngineFailureCode; readonly message: string }
  /** @param retryAfter when the host said to come back; null where it did not */
  | { readonly code: 'busy'; readonly message: string; readonly retryAfter: Ms | null }
  /** Nothing was sent: the owner has to say yes to this digest, and then it is asked again with this action's nonce. */
  | {
      readonly code: 'asks';
      readonly message: string;
      readonly action: ActionRequest;
      readonly digest: Digest;
      readonly reason: Reason;
    };

type EngineFailureCode =
  | 'not-reachable' // no connection, or the answer may not be read (CORS, Local Network Access)
  | 'unauthorized' // the key is missing, wrong or may not do this
  | 'no-such-model'
  | 'server' // the host failed
  | 'malformed' // what came is not in the form that was asked for, after one repair too
  | 'cut-off' // it ended in the middle
  | 'timed-out'
  | 'context-too-long'
  | 'refused-by-policy' // labels, limits or the owner's rules: nothing was sent
  | 'refused-by-host' // the host does not take the request as it is
  | 'aborted'
  | 'no-room' // not enough memory
  | 'not-supported';
