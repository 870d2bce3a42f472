import { base64, fromBase64 } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { err } from '#core/base/result.ts';
import type { AgentStore, KeyPool } from '#ports/agent-store.ts';
import type { TextFiles } from '#ports/text-files.ts';

/**
 * Record keys in two places, sealed by the vault in both: where IndexedDB is lost, the journal's other copy can still be
 * read by whoever opens the vault. The store is written first and is what counts; a key is only called destroyed when it
 * is gone from the copy too.
 */
export function copiedKeys(store: AgentStore, copy: TextFiles): AgentStore {
  return {
    ...store,
    keepKeys: async (epoch, pool) => {
      const kept = await store.keepKeys(epoch, pool);
      if (!kept.ok) return kept;
      const name = nameOf(pool);
      try {
        await copy.set(name, encodePool(pool));
      } catch {
        // Better no copy than an old one, which may hold keys that were destroyed since.
        const removed = await copy.remove(name).then(
          () => true,
          () => false,
        );
        if (!removed) return err('io');
      }
      return kept;
    },
    keyPool: async (of, sequence) => {
      const kept = await store.keyPool(of, sequence);
      if (kept !== null && sequence < kept.first + kept.count) return kept;
      return (await poolIn(copy, of, sequence)) ?? kept;
    },
    erase: async () => {
      await store.erase();
      await copy.erase();
    },
  };
}

async function poolIn(copy: TextFiles, of: Epoch, sequence: Sequence): Promise<KeyPool | null> {
  const starts = (await copy.names())
    .map((name) => /^(\d+)-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
    .flatMap(([epoch, first]) => (epoch === of && first !== undefined && first <= sequence ? [first] : []));
  if (starts.length === 0) return null;
  const text = await copy.get(nameOf({ epoch: of, first: Math.max(...starts) as Sequence }));
  return text === null ? null : decodePool(text);
}

function nameOf({ epoch, first }: Pick<KeyPool, 'epoch' | 'first'>): string {
  return `${String(epoch)}-${String(first)}`;
}

export function encodePool({ sealed, ...rest }: KeyPool): string {
  const { ciphertext, wrappedKey } = sealed;
  return JSON.stringify({ ...rest, sealed: { ciphertext: base64(ciphertext), wrappedKey: base64(wrappedKey) } });
}

/** @returns null when it was cut or changed */
export function decodePool(text: string): KeyPool | null {
  try {
    const pool = JSON.parse(text) as Omit<KeyPool, 'sealed'> & {
      readonly sealed: { readonly ciphertext: string; readonly wrappedKey: string };
    };
    const [ciphertext, wrappedKey] = [fromBase64(pool.sealed.ciphertext), fromBase64(pool.sealed.wrappedKey)];
    return ciphertext === null || wrappedKey === null ? null : { ...pool, sealed: { ciphertext, wrappedKey } };
  } catch {
    return null;
  }
}
