import { err, ok, type Result } from '#core/base/result.ts';
import type { Json } from '#core/base/json.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Engine, EngineFailure, Inference, InferenceRequest } from '#ports/engine.ts';
import type { Asking, ModelOutlet } from '#ports/model-outlet.ts';
import type { Considered } from '../channels/channel-desk.ts';

/** What asks one host of models, in two steps: what would be sent, to the byte, and, after a yes to that, sending it. */
export interface ModelQuestions {
  readonly describe: Engine['describe'];
  /** What would be asked, without the key. Nothing is sent. */
  readonly compose: (request: InferenceRequest) => Promise<Result<ComposedQuestion, string>>;
}

export interface ComposedQuestion {
  readonly url: string;
  readonly headers: Asking['headers'];
  readonly body: string;
  /** @param body what is sent in place of what was composed @param shown the arguments that a card shows */
  readonly consider: (body: string, shown: Json, nonce: string) => Promise<Result<Considered, string>>;
  readonly ask: (
    body: string,
    shown: Json,
    nonce: string,
    signal: AbortSignal,
  ) => Promise<Result<Inference, EngineFailure>>;
}

export interface ModelQuestionParts {
  /** What speaks the host's dialect, over an outlet of its own. */
  readonly engineOver: (outlet: ModelOutlet) => Engine;
  readonly outlet: ModelOutlet;
  readonly consider: (asking: Asking) => Promise<Result<Considered, string>>;
}

/** Asks as the engine does, but for what is put in place of its outlet: one request, as it was shown, and no other. */
export function modelQuestions({ engineOver, outlet, consider }: ModelQuestionParts): ModelQuestions {
  const none = new AbortController().signal;
  return {
    describe: () => engineOver(outlet).describe(),
    compose: async (request) => {
      const caught: Asking[] = [];
      const catching: ModelOutlet = {
        open: (asking) => {
          caught.push(asking);
          return Promise.resolve({ kind: 'refused', message: 'Nothing is sent yet.' });
        },
      };
      const tried = await engineOver(catching).infer(request, () => undefined, none);
      const [asking] = caught;
      if (asking === undefined) return err(tried.ok ? 'There is nothing to ask.' : tried.error.message);
      const as = (body: string, shown: Json, nonce: string): Asking => ({
        ...asking,
        ...{ body: utf8(body), arguments: shown, nonce },
      });
      return ok({
        url: asking.url,
        headers: asking.headers,
        body: new TextDecoder().decode(asking.body ?? new Uint8Array()),
        consider: (body, shown, nonce) => consider(as(body, shown, nonce)),
        ask: (body, shown, nonce, signal) => {
          let asked = false;
          const once: ModelOutlet = {
            open: (again, stop) => {
              if (asked) return Promise.resolve({ kind: 'refused', message: ONCE });
              asked = true;
              return outlet.open({ ...again, ...as(body, shown, nonce) }, stop);
            },
          };
          return engineOver(once).infer(request, () => undefined, signal);
        },
      });
    },
  };
}

const ONCE =
  'Its host does not take the question as it was put, or did not answer in the form that was asked for. To ask otherwise than you saw would take another yes, so it was not asked again.';
