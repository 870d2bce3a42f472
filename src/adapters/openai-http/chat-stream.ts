import { estimateTokens } from '#core/models/estimate-tokens.ts';
import type { UsedTokens } from '#core/spend/price.ts';
import type { Used } from '#ports/model-outlet.ts';
import { eventData, EventTooLong } from './server-sent-events.ts';

/** What came of an answer. */
export interface Written {
  readonly text: string;
  readonly stopped: 'end' | 'length';
  readonly used: Used | null;
}

export type BrokenStream =
  | { readonly kind: 'garbage' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'filtered' }
  /** The host said so in the middle of it. */
  | { readonly kind: 'error'; readonly words: string; readonly status: number | null };

/** One piece of an answer, as hosts write it: all of it may be missing. */
interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: unknown } | null;
    readonly message?: { readonly content?: unknown } | null;
    readonly finish_reason?: unknown;
  }[];
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null;
  readonly error?: unknown;
}

/**
 * Reads an answer as it streams in, to its end.
 * @param whole the host answered with one JSON object instead of a stream
 * @throws what the body fails with
 */
export async function readChat(
  body: ReadableStream<Uint8Array>,
  whole: boolean,
  onText: (piece: string) => void,
): Promise<Written | BrokenStream> {
  let text = '';
  let stopped: Written['stopped'] | null = null;
  let used: Used | null = null;
  try {
    for await (const data of whole ? wholeAsOne(body) : eventData(body)) {
      if (data === '[DONE]') {
        stopped ??= 'end';
        continue;
      }
      const chunk = chunkOf(data);
      if (chunk === null) return { kind: 'garbage' };
      if (chunk.error != null) return { kind: 'error', ...errorOf(chunk.error) };
      const [choice] = chunk.choices ?? [];
      const piece = pieceIn(choice);
      if (piece !== '') {
        text += piece;
        onText(piece);
      }
      const reason = choice?.finish_reason;
      if (reason === 'content_filter') return { kind: 'filtered' };
      if (typeof reason === 'string') stopped = reason === 'length' ? 'length' : 'end';
      used = usedIn(chunk) ?? used;
    }
  } catch (error) {
    if (error instanceof EventTooLong) return { kind: 'garbage' };
    throw error;
  }
  return stopped === null ? { kind: 'cut' } : { text, stopped, used };
}

/** @throws what the body fails with: a Response made of it would throw something of its own */
export async function wholeText(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (let text = ''; ;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
}

async function* wholeAsOne(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  yield await wholeText(body);
}

/** What an answer says that it used, out of its bytes; else about what was asked and written. Null where it is none. */
export function usedOf(asked: string, answer: Uint8Array): UsedTokens | null {
  const text = new TextDecoder().decode(answer);
  const whole = chunkOf(text);
  const chunks =
    whole === null ? text.split(/[\r\n]+/).flatMap((line) => chunkOf(line.replace(/^data: ?/, '')) ?? []) : [whole];
  if (chunks.length === 0) return null;
  const told = chunks.reduce<Used | null>((found, chunk) => usedIn(chunk) ?? found, null);
  if (told !== null) return { ...told, told: true };
  const written = chunks.map(({ choices }) => pieceIn(choices?.[0])).join('');
  return { in: estimateTokens(asked), out: estimateTokens(written), told: false };
}

/** What a host says went wrong. @param error as it stands under `error` */
export function errorOf(error: unknown): { readonly words: string; readonly status: number | null } {
  if (typeof error === 'string') return { words: error, status: null };
  const { message, code, type } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const words = [message, code, type].filter((part) => typeof part === 'string').join(' · ');
  return { words, status: typeof code === 'number' ? code : null };
}

function chunkOf(data: string): Chunk | null {
  try {
    const value = JSON.parse(data) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) && isChunk(value) ? value : null;
  } catch {
    return null;
  }
}

function isChunk(value: Chunk): boolean {
  const { choices, usage, error } = value;
  return (
    (Array.isArray(choices) && choices.every((choice) => typeof choice === 'object')) || usage != null || error != null
  );
}

function pieceIn(choice: NonNullable<Chunk['choices']>[number] | undefined): string {
  const piece = choice?.delta?.content ?? choice?.message?.content;
  return typeof piece === 'string' ? piece : '';
}

function usedIn({ usage }: Chunk): Used | null {
  const { prompt_tokens: asked, completion_tokens: wrote } = usage ?? {};
  return isCount(asked) && isCount(wrote) ? { in: asked, out: wrote } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
