import type { Result } from '#core/base/result.ts';
import type { EngineFailure, Inference, InferenceRequest, ModelInfo, TokenCount } from '#ports/engine.ts';
import type { OnDeviceApi } from '#runtime/contract/on-device-api.ts';

/** What the thread that models run in offers to the agent's thread: more than a page sees of it. */
export interface InferenceThread extends OnDeviceApi {
  readonly models: () => Promise<Result<readonly ModelInfo[], EngineFailure>>;
  /**
   * Reads the model first where it is not ready. Every piece was taken before the answer comes.
   * @param asking what `abort` calls it by
   */
  readonly infer: (
    asking: number,
    request: InferenceRequest,
    onText: (piece: string) => unknown,
  ) => Promise<Result<Inference, EngineFailure>>;
  readonly abort: (asking: number) => void;
  readonly countTokens: (model: string, text: string) => Promise<Result<TokenCount, EngineFailure>>;
}
