import { leaseLeaderLock } from '#adapters/indexeddb/lease-lock.ts';
import { webLeaderLock } from '#adapters/locks/leader-lock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { deleteDatabase, freshName } from '#tests/conformance/indexeddb-benches.ts';
import { leaderLockSuite } from '#tests/conformance/leader-lock.ts';
import { realClock } from '#tests/fakes/real-clock.ts';

leaderLockSuite('Web Locks', () => Promise.resolve({ tab: webLeaderLock, dispose: () => Promise.resolve() }));

leaderLockSuite('an IndexedDB lease', () => {
  const name = freshName('lease');
  return Promise.resolve({
    tab: () => leaseLeaderLock(realClock(), webCryptoEntropy, name),
    dispose: () => deleteDatabase(name),
  });
});
