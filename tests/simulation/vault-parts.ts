import { concat, hex, utf8 } from '#core/base/bytes.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { HeldKey, KeyQuestion, KeySharing, VaultCrypto, VaultKeys, VaultRecord } from '#ports/vault.ts';
import type { VaultParts } from '#runtime/vault/vault.ts';
import { sha256 } from './crypto.ts';
import { MS, type Process } from './scheduler.ts';
import type { World } from './world.ts';

/** As src/adapters/broadcast/key-sharing.ts waits for an answer. */
const ANSWER_MS = 400;
const STRETCH_MS = 30;
/** By then every window has heard that the vault is locked, and has ended its worker. */
export const LOCKED_EVERYWHERE_MS = 100;

/** A key that only this world can look into. */
interface SimKey {
  readonly secret: string;
  readonly device: number;
}

interface Box {
  readonly under: string;
  readonly context: string;
  readonly device: number;
}

/** Which device's records the keys of an open vault open. */
export function deviceOf(keys: VaultKeys): number {
  return (keys.records as unknown as SimKey).device;
}

/** A question for the vault's keys, and how its answer gets back. */
export interface AskedForKeys {
  readonly question: KeyQuestion;
  readonly reply: (keys: VaultKeys, from: Process) => void;
}

/** Who holds the vault's keys, and since which of its lockings: locked means that nobody alive does. */
export class KeyWatch {
  readonly #world: World;
  readonly #holders = new Map<Process, number>();
  #locks = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** @param from who handed them on; null for what opened the vault */
  got(process: Process, from: Process | null): void {
    if (this.#holders.has(process)) return;
    this.#holders.set(process, from === null ? this.#locks : (this.#holders.get(from) ?? this.#locks));
  }

  /** The owner locks the vault; from a moment later on none of those that had its keys before may still live. */
  locked(): void {
    this.#locks++;
    this.look();
  }

  look(): void {
    const locks = this.#locks;
    this.#world.soon(this.#world.scheduler.now / MS + LOCKED_EVERYWHERE_MS, 'is it locked', () => {
      for (const [process, since] of this.#holders)
        if (process.alive && !process.frozen && since < locks)
          this.#world.history.violated('I9', `${process.name} still has the vault's keys after it was locked`);
    });
  }
}

/** What the product's vault runs on in one worker. */
export function vaultParts(
  world: World,
  process: Process,
  { entropy, clock }: { readonly entropy: Entropy; readonly clock: Clock },
): VaultParts {
  const { scheduler, idb } = world;
  return {
    crypto: world.mutated.vaultCrypto(simVaultCrypto(world, process)),
    records: {
      read: () => idb.read(process, 'vault', (from) => (from.get('keys', 'vault') ?? null) as VaultRecord | null),
      change: (next) =>
        idb.write(process, 'vault', (to) => {
          const kept = next((to.get('keys', 'vault') ?? null) as VaultRecord | null);
          to.put('keys', 'vault', kept);
          return kept;
        }),
    },
    sharing: world.mutated.sharing(simKeySharing(world, process)),
    entropy,
    clock,
    sha256,
    stretcher: () => ({
      stretch: async (passphrase, salt) => {
        await scheduler.wait(STRETCH_MS * MS, process, 'stretch');
        return sha256(concat(passphrase, salt));
      },
      measure: () => Promise.resolve(STRETCH_MS),
      close: () => undefined,
    }),
  };
}

function simVaultCrypto(world: World, process: Process): VaultCrypto {
  const keyOf = (secret: string, device = 0): HeldKey => ({ secret, device }) as unknown as HeldKey;
  const secretOf = (key: HeldKey): string => (key as unknown as SimKey).secret;
  const boxed = (box: Box): Uint8Array => utf8(JSON.stringify(box));
  const opened = (bytes: Uint8Array, key: HeldKey, context: string): Box | null => {
    const box = JSON.parse(new TextDecoder().decode(bytes)) as Box;
    return box.under === secretOf(key) && box.context === context ? box : null;
  };
  return {
    deviceKey: () => Promise.resolve(keyOf(`device ${String(world.random.below(1 << 30))}`)),
    slotKey: (secret, salt, context) => Promise.resolve(keyOf(hex(sha256(concat(secret, salt, utf8(context)))))),
    create: (under, context) =>
      Promise.resolve(boxed({ under: secretOf(under), context, device: world.keys().device })),
    rewrap: (bytes, from, to) => {
      const box = opened(bytes, from.key, from.context);
      return Promise.resolve(box === null ? null : boxed({ ...box, under: secretOf(to.key), context: to.context }));
    },
    open: (bytes, under, context) => {
      const box = opened(bytes, under, context);
      if (box === null) return Promise.resolve(null);
      world.keyWatch.got(process, null);
      return Promise.resolve({ records: keyOf('records', box.device), names: keyOf('names', box.device) });
    },
    nameOf: (keys, text) => Promise.resolve(hex(sha256(utf8(`${String(deviceOf(keys))} ${text}`)))),
  };
}

function simKeySharing(world: World, process: Process): KeySharing {
  const { scheduler, random } = world;
  const channel = world.keyQuestions.join(process);
  return {
    ask: (question) =>
      new Promise((resolve) => {
        const late = scheduler.after(ANSWER_MS * MS, process, 'nobody has the keys', () => resolve(null));
        channel.post({
          question,
          reply: (keys, from) =>
            scheduler.after(random.below(2 * MS), process, 'keys', () => {
              late();
              world.keyWatch.got(process, from);
              resolve(keys);
            }),
        });
      }),
    answer: (give) => {
      channel.listen(({ question, reply }) => {
        void give(question).then((keys) => {
          if (keys !== null) reply(keys, process);
        });
      });
    },
  };
}
