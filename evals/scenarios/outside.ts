import { hex, utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import type { EngineFailure } from '#ports/engine.ts';
import type { Egress } from '#ports/egress.ts';
import type { WindowApi } from '#ports/window-api.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { fakeEgress } from '#tests/fakes/fake-egress.ts';
import type { Script } from '#tests/fakes/scripted-engine.ts';
import type { ModelCount } from './counted-engine.ts';
import type { Fault } from './scenario.ts';

/** Where the scripted provider of models would be. */
export const SCRIPTED_HOST = 'https://models.example.com';

/** All that lies outside the app: hosts that keep what came, and a folder. */
export interface Outside {
  readonly egress: Egress;
  readonly window: WindowApi;
  /** Bodies that came to hosts, without what models were asked. */
  readonly sent: string[];
  readonly saved: { readonly name: string; readonly text: string }[];
}

/**
 * @param real how a real host of models is reached, by its origin; null where there is none
 * @param count of what comes to hosts of models
 */
export function outside(
  fault: Fault | undefined,
  script: Script | null,
  real: { readonly origin: string; readonly egress: Egress } | null,
  count: ModelCount,
): Outside {
  const sent: string[] = [];
  const saved: { name: string; text: string }[] = [];
  const fake = fakeEgress(sha256);
  fake.answer = async ({ url, body }, signal) => {
    const text = new TextDecoder().decode(body ?? new Uint8Array());
    if (url.startsWith(SCRIPTED_HOST) && script !== null) {
      count.calls++;
      return chatOf(text, script, signal);
    }
    if (fault?.kind === 'host-fails' && fault.with === 'broken')
      return { code: 'broken', message: LOST, sent: 'unknown' };
    sent.push(text);
    return { status: fault?.kind === 'host-fails' ? Number(fault.with) : 200 };
  };
  return {
    ...{ sent, saved },
    egress: {
      send: (permit, action, request, channel, signal) => {
        if (real === null || !request.url.startsWith(real.origin))
          return fake.send(permit, action, request, channel, signal);
        if (request.method === 'POST') count.calls++;
        return real.egress.send(permit, action, request, channel, signal);
      },
    },
    window: {
      saveFile: (name: string, _type: string, bytes: Uint8Array) => {
        if (fault?.kind === 'save-refused') return Promise.reject(new Error('The folder may not be written to.'));
        saved.push({ name, text: new TextDecoder().decode(bytes) });
        return Promise.resolve({ name, where: 'folder' });
      },
      findFile: (name: string, digest: string) =>
        Promise.resolve(saved.some(({ text }) => hex(sha256(utf8(text))) === digest) ? name : null),
    } as unknown as WindowApi,
  };
}

/** A host that speaks the OpenAI dialect, with a script behind it. */
async function chatOf(
  body: string,
  script: Script,
  signal: AbortSignal,
): Promise<{
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}> {
  const headers = [['content-type', 'application/json']] as const;
  const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
  const shown = messages.map(({ content }) => content).join('\n');
  const said = await script(shown, { messages: [] } as never, signal);
  if (!said.ok)
    return {
      status: STATUS[said.error.code] ?? 500,
      headers,
      body: JSON.stringify({ error: { message: said.error.message } }),
    };
  const content = JSON.stringify(said.value satisfies Json);
  return {
    status: 200,
    headers,
    body: JSON.stringify({
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: Math.ceil(shown.length / 4), completion_tokens: Math.ceil(content.length / 4) },
    }),
  };
}

/** What the real way out says of it. */
const LOST =
  'The connection was lost before https://hooks.example.com answered. Look there whether it arrived before sending it again.';
const STATUS: Readonly<Partial<Record<EngineFailure['code'], number>>> = { busy: 429, 'no-room': 503 };
