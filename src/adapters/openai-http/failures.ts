import type { EngineFailure } from '#ports/engine.ts';
import type { OutletAnswer } from '#ports/model-outlet.ts';
import { retryAfter } from './retry-after.ts';

const WORDS_CHARS_MAX = 200;
const TOO_LONG =
  /context[ _-]?(?:length|window|size)|maximum context|exceed\w* .{0,40}context|too many tokens|prompt is too long/i;
const NO_MODEL = /model.{0,80}(?:not found|does not exist|not exist|unknown)|model_not_found|no such model/i;
const NO_MONEY = /insufficient_quota|billing|credit/i;

/** What a host said, as far as it is told on: its words are nobody's to trust. */
interface Said {
  readonly host: string;
  readonly model: string;
  readonly status: number;
  readonly words: string;
  readonly retry: string | undefined;
  readonly now: number;
}

/** Why a host did not answer, by its status and its own words. */
export function refusalOf({ host, model, status, words, retry, now }: Said): EngineFailure {
  const saying = quoted(words);
  if (TOO_LONG.test(words) && status < 500)
    return {
      code: 'context-too-long',
      message: `${host} says that this is more than ${model} takes at once${saying} Ask about less, or choose a model with a larger window.`,
    };
  switch (status) {
    case 401:
      return {
        code: 'unauthorized',
        message: `${host} does not take the key (401)${saying} Enter a key that is valid, under Models.`,
      };
    case 403:
      return {
        code: 'unauthorized',
        message: `${host} knows the key and does not let it do this (403)${saying} Check at the provider what the key may do, and that this address of the app is allowed.`,
      };
    case 404:
      return NO_MODEL.test(words) || model !== ''
        ? {
            code: 'no-such-model',
            message: `${host} has no model ${model} (404)${saying} Choose one of those it lists, and check that the address ends as its documentation says, often with /v1.`,
          }
        : {
            code: 'not-supported',
            message: `${host} has nothing at this address (404)${saying} Check that it ends as the provider’s documentation says, often with /v1.`,
          };
    case 429: {
      const retryIn = retryAfter(retry, now);
      const when = retryIn === null ? 'in a while' : `in ${String(Math.ceil(retryIn / 1_000))} seconds`;
      const todo = NO_MONEY.test(words)
        ? 'It may be that the account has no credit left: look there.'
        : `Try again ${when}.`;
      return {
        code: 'busy',
        message: `${host} takes no more for now (429)${saying} ${todo}`,
        retryAfter: retryIn,
      };
    }
    case 408:
    case 504:
      return { code: 'timed-out', message: `${host} took too long (${String(status)})${saying} Try again.` };
    default:
      if (status >= 500)
        return {
          code: 'server',
          message: `${host} failed (${String(status)})${saying} That is not for you to mend: try again later.`,
        };
      if (NO_MODEL.test(words))
        return {
          code: 'no-such-model',
          message: `${host} has no model ${model}${saying} Choose one of those it lists.`,
        };
      return {
        code: 'refused-by-host',
        message: `${host} does not take this (${String(status)})${saying} Another model may.`,
      };
  }
}

/** Why nothing came of asking. */
export function unanswered(
  host: string,
  answer: Exclude<OutletAnswer, { readonly kind: 'opened' }>,
  signal: AbortSignal,
): EngineFailure {
  switch (answer.kind) {
    case 'ask': {
      const { action, digest, reason } = answer;
      return {
        code: 'asks',
        message: `You have to say yes before this goes to ${host}. Nothing was sent.`,
        ...{ action, digest, reason },
      };
    }
    case 'refused':
      return { code: 'refused-by-policy', message: answer.message };
    case 'failed':
      return failedOf(host, answer.code, answer.message, signal);
  }
}

/** Why an answer has no end. @param error what its body failed with */
export function brokenOff(host: string, error: unknown, signal: AbortSignal): EngineFailure {
  const code = (error as { readonly code?: unknown } | null)?.code;
  switch (code) {
    case 'aborted':
      return failedOf(host, 'aborted', '', signal);
    case 'too-long':
      return failedOf(host, 'too-long', '', signal);
    default:
      return failedOf(host, 'broken', '', signal);
  }
}

export function stopped(): EngineFailure {
  return { code: 'aborted', message: 'It was stopped.' };
}

export function cutOff(host: string): EngineFailure {
  return {
    code: 'cut-off',
    message: `The connection to ${host} was lost in the middle of the answer. What had come is not used: ask again.`,
  };
}

export function garbage(host: string): EngineFailure {
  return {
    code: 'malformed',
    message: `What ${host} answered is not what a host of models answers with. Check that the address is the one for the OpenAI-compatible interface.`,
  };
}

function failedOf(
  host: string,
  code: Extract<OutletAnswer, { readonly kind: 'failed' }>['code'],
  message: string,
  signal: AbortSignal,
): EngineFailure {
  if (signal.aborted) return stopped();
  switch (code) {
    // Nobody here stopped it: the gate waits no longer.
    case 'aborted':
      return {
        code: 'timed-out',
        message: `${host} did not begin, or stopped in the middle and said nothing more. A model that is loaded for the first time may take minutes: try again, it may be there by then.`,
      };
    case 'too-long':
      return { code: 'malformed', message: `${host} answered with more than is read here. Ask for less.` };
    case 'broken':
      return cutOff(host);
    case 'drift':
    case 'spent':
    case 'not-admitted':
      return { code: 'refused-by-policy', message };
    default:
      return {
        code: 'not-reachable',
        message: `${message} Models → Check the connection says what is missing.`,
      };
  }
}

/** Control characters and what turns text around are left out. */
function quoted(words: string): string {
  const clean = words.replace(/[\p{C}\s]+/gu, ' ').trim();
  const short = clean.length > WORDS_CHARS_MAX ? `${clean.slice(0, WORDS_CHARS_MAX)}…` : clean;
  return short === '' ? '.' : `: “${short}”.`;
}
