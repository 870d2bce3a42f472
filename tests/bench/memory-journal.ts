import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { ok } from '#core/base/result.ts';
import type { Signer } from '#ports/crypto.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import type { JournalParts } from '#runtime/journal/parts.ts';
import { memoryAgentStore, memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

/**
 * A journal without a disk, over a copy that answers at once, with the platform's hashes and signatures.
 * @param flush keeps groups durably, where that is to be measured with it
 */
export function journalInMemory(flush: (groups: readonly Group[]) => void = () => undefined) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signer: Signer = {
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
    sign: (message) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
  };
  const sha256: Sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest());
  const disk = memoryStoreDisk();
  const { groups, leg } = instantLeg(flush);
  const store = memoryAgentStore(disk);
  const parts: JournalParts = {
    clock: platformClock,
    entropy: webCryptoEntropy,
    signer,
    sealer: plainSealer(),
    tools: { sha256, verifyEd25519 },
    store,
    legs: [leg],
    pins: [],
  };
  const open = async (): Promise<Journal> => {
    const opened = await openJournal(parts);
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value.journal;
  };
  return { parts, groups, open, store, disk };
}

/** A copy that takes no time and finds an entry by halving. */
function instantLeg(flush: (groups: readonly Group[]) => void): { readonly groups: Group[]; readonly leg: JournalLeg } {
  const groups: Group[] = [];
  const indexOf = (sequence: number): number => {
    let [low, high] = [0, groups.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const group = groups[middle];
      if (group !== undefined && group.firstSequence + group.count <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const done = Promise.resolve(ok(undefined));
  const leg: JournalLeg = {
    name: 'memory',
    open: () => done,
    read: (from = 0 as never, count = Infinity) =>
      Promise.resolve({ groups: groups.slice(indexOf(from), indexOf(from + count - 1) + 1), damage: null }),
    head: () => Promise.resolve(groups.at(-1) ?? null),
    append: (added) => {
      flush(added);
      groups.push(...added);
      return done;
    },
    fencing: () => true,
    truncateFrom: () => done,
    close: () => Promise.resolve(),
    erase: () => Promise.resolve(),
  };
  return { groups, leg };
}
