import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { err, ok } from '#core/base/result.ts';
import type { BackupCipher } from '#ports/backup-cipher.ts';
import { BackupError } from '#ports/backup-error.ts';

/** scrypt's N as a power of two: what age itself takes, 256 MiB and about a second of a fast machine. */
const SCRYPT_LOG_N = 18;
const KEY = /AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}/;

/** The age format (age-encryption.org/v1) by its author's own library. */
export function ageCipher(scryptLogN = SCRYPT_LOG_N): BackupCipher {
  return {
    newKey: generateX25519Identity,
    readKey: (text) => KEY.exec(text.replace(/\s+/g, '').toUpperCase())?.[0] ?? null,

    seal: async function* (key, plain) {
      const encrypter = new Encrypter();
      encrypter.addRecipient(await identityToRecipient(key));
      yield* chunksOf(await encrypter.encrypt(streamOf(plain)));
    },

    open: async function* (key, sealed) {
      const decrypter = new Decrypter();
      decrypter.addIdentity(key);
      // What the source itself throws must not be taken for a broken seal.
      const source: { failure: Error | null } = { failure: null };
      const watched = streamOf(sealed, (failure) => (source.failure = failure));
      try {
        yield* chunksOf(await decrypter.decrypt(watched));
      } catch (error) {
        if (source.failure !== null) throw source.failure;
        throw isWrongKey(error)
          ? new BackupError('wrong-key', 'This key does not open the backup.')
          : new BackupError('damaged', 'The file is cut short or was changed: its seal is broken.');
      }
    },

    lockKey: (key, passphrase) => {
      const encrypter = new Encrypter();
      encrypter.setPassphrase(passphrase.normalize('NFC'));
      encrypter.setScryptWorkFactor(scryptLogN);
      return encrypter.encrypt(`${key}\n`);
    },

    unlockKey: async (locked, passphrase) => {
      const decrypter = new Decrypter();
      decrypter.addPassphrase(passphrase.normalize('NFC'));
      try {
        const key = KEY.exec(await decrypter.decrypt(locked, 'text'))?.[0];
        return key === undefined ? err('damaged') : ok(key);
      } catch (error) {
        return err(isWrongKey(error) ? 'wrong-passphrase' : 'damaged');
      }
    },
  };
}

/** The library has no error codes: this is its sentence for a file key that no identity opens. */
function isWrongKey(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no identity matched');
}

function streamOf(
  bytes: AsyncIterable<Uint8Array>,
  failed: (error: Error) => void = () => undefined,
): ReadableStream<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const next = await iterator.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        failed(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops reading early lets the source go too.
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}
