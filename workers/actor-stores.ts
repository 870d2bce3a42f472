import { indexedDbActorStore } from '#adapters/indexeddb/actor-store.ts';
import { webLeaderLock, webLocksAvailable } from '#adapters/locks/leader-lock.ts';
import { opfsActorStore } from '#adapters/opfs/actor-store.ts';
import { sharedHandlesAvailable } from '#adapters/opfs/fence-file.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { Sealer } from '#ports/crypto.ts';

/**
 * The agents of one set of stores. They are in the private file system where several tabs may hold a file open: browsers
 * answer some damage to IndexedDB with an empty database and no error, and mail that is lost in silence is told by no
 * journal. Elsewhere, and where agents are in IndexedDB already, they are there.
 */
export async function openActorStore(suffix: string, opfs: boolean, sealer: Sealer): Promise<ActorStore> {
  const inDatabase = indexedDbActorStore(sealer, `windhover-actors${suffix}`);
  if (!opfs || !webLocksAvailable()) return inDatabase;
  if (await isThere(`windhover-actors${suffix}`)) {
    if ((await inDatabase.actors()).length > 0 || (await inDatabase.waiting()).length > 0) return inDatabase;
    await inDatabase.erase();
  }
  const directory = `actors${suffix}`;
  if (!(await sharedHandlesAvailable(directory))) return inDatabase;
  inDatabase.close();
  return opfsActorStore(sealer, { directory, lock: webLeaderLock(), clock: platformClock });
}

async function isThere(database: string): Promise<boolean> {
  return (await indexedDB.databases()).some(({ name }) => name === database);
}
