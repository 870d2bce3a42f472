import { hex } from '#core/base/bytes.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { KeyQuestion, KeySharing, VaultKeys } from '#ports/vault.ts';
import { isVaultKeys } from '#adapters/webcrypto/vault-crypto.ts';

/** A tab that has the vault open answers at once, unless it is in the middle of something. */
const ANSWER_MS = 400;

interface Question extends KeyQuestion {
  readonly answerOn: string;
}

/**
 * Keys pass between the agent workers of one browser profile, as keys and never as bytes. Each question names a channel
 * of its own for the answer, so that nobody else is handed what was asked for.
 */
export function broadcastKeySharing(
  entropy: Entropy,
  name = 'vault-keys',
): KeySharing & { readonly close: () => void } {
  const questions = new BroadcastChannel(name);
  return {
    ask: async (question) => {
      const answerOn = `${name}/${hex(entropy.bytes(16))}`;
      const answers = new BroadcastChannel(answerOn);
      try {
        return await new Promise<VaultKeys | null>((resolve) => {
          const late = setTimeout(() => resolve(null), ANSWER_MS);
          answers.onmessage = ({ data }: MessageEvent<unknown>) => {
            if (!isVaultKeys(data)) return;
            clearTimeout(late);
            resolve(data);
          };
          questions.postMessage({ ...question, answerOn } satisfies Question);
        });
      } finally {
        answers.close();
      }
    },
    answer: (give) => {
      questions.onmessage = ({ data }: MessageEvent<Question>) => {
        void give(data).then((keys) => {
          if (keys === null) return;
          const answers = new BroadcastChannel(data.answerOn);
          answers.postMessage(keys);
          answers.close();
        });
      };
    },
    close: () => questions.close(),
  };
}
