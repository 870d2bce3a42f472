import type { Json } from '#core/base/json.ts';
import { ok, type Result } from '#core/base/result.ts';
import { modelLabel } from '#core/labels/label.ts';
import type { Digest } from '#core/base/ids.ts';
import { estimateTokens } from '#core/models/estimate-tokens.ts';
import type { Engine, EngineFailure, InferenceRequest } from '#ports/engine.ts';

/** What a model is made to say, by what it was shown: JSON, or how it fails. */
export type Script = (
  shown: string,
  request: InferenceRequest,
  signal: AbortSignal,
) => Promise<Result<Json, EngineFailure>>;

/** An engine on this device that says what a test wants; it counts and labels as any other. */
export function scriptedEngine(
  script: Script,
  contextTokens: number | null = 4_096,
): Engine & {
  readonly requests: InferenceRequest[];
} {
  const requests: InferenceRequest[] = [];
  return {
    requests,
    describe: () => ({ name: 'Scripted', where: 'device', host: null }),
    models: () => Promise.resolve(ok([{ id: 'scripted', contextTokens, digest: DIGEST }])),
    countTokens: (_, text) => Promise.resolve(ok({ count: estimateTokens(text), exact: false })),
    infer: async (request, _onText, signal) => {
      requests.push(request);
      const shown = request.messages.map((message) => ('text' in message ? message.text : '')).join('\n');
      const said = await script(shown, request, signal);
      if (!said.ok) return said;
      const text = JSON.stringify(said.value);
      return ok({
        answer: { kind: 'json', value: said.value },
        text,
        tokens: {
          in: { count: estimateTokens(shown), exact: true },
          out: { count: estimateTokens(text), exact: true },
        },
        ...{ stopped: 'end', digest: DIGEST, repaired: false, bytesSent: 0, spent: null },
        label: modelLabel(
          request.model,
          'device',
          request.messages.map(({ label }) => label),
        ),
      });
    },
  };
}

const DIGEST = 'd'.repeat(64) as Digest;
