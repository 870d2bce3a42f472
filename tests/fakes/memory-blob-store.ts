import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '#core/base/bytes.ts';
import { err, ok } from '#core/base/result.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Sealer } from '#ports/crypto.ts';
import { sealedBlobStore } from '#runtime/blobs/sealed-blob-store.ts';
import { fakeClock } from './fake-clock.ts';
import { plainSealer } from './plain-sealer.ts';
import { seededEntropy } from './seeded-entropy.ts';

let names = 1;

/** The product's blob store over files in memory. */
export function memoryBlobStore(
  clock: Clock = fakeClock(),
  files: BlobFiles = memoryBlobFiles(),
  sealer: Sealer = plainSealer(),
): BlobStore {
  return sealedBlobStore({ files, sealer, entropy: seededEntropy(names++), clock, sha256: () => sha256.create() });
}

export interface MemoryBlobFiles extends BlobFiles {
  readonly kept: Map<string, Uint8Array>;
}

/** @param roomBytes what fits in all files together */
export function memoryBlobFiles(roomBytes: () => number = () => Infinity): MemoryBlobFiles {
  const kept = new Map<string, Uint8Array>();
  const used = (): number => [...kept.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  return {
    kept,
    name: 'memory',
    create: (name, anew = false) => {
      if (anew && (kept.get(name)?.length ?? 0) > 0)
        return Promise.resolve(err({ code: 'io', message: 'There is a file of this name.' }));
      kept.set(name, new Uint8Array());
      return Promise.resolve(
        ok({
          append: (bytes) => {
            if (used() + bytes.length > roomBytes())
              return Promise.resolve(err({ code: 'quota', message: 'No room.' }));
            kept.set(name, concat(kept.get(name) ?? new Uint8Array(), bytes));
            return Promise.resolve(ok(undefined));
          },
          close: () => Promise.resolve(ok(undefined)),
          abort: () => Promise.resolve(void kept.delete(name)),
        }),
      );
    },
    read: (name, start, end) => {
      const bytes = kept.get(name);
      const missing = bytes === undefined || bytes.length < end;
      return Promise.resolve(missing ? err({ code: 'missing', message: name }) : ok(bytes.slice(start, end)));
    },
    size: (name) => Promise.resolve(kept.get(name)?.length ?? null),
    remove: (name) => Promise.resolve(void kept.delete(name)),
    list: () => Promise.resolve([...kept.keys()].sort()),
    erase: () => {
      kept.clear();
      return Promise.resolve();
    },
  };
}
