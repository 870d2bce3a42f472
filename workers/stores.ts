import { indexedDbAgentStore } from '#adapters/indexeddb/agent-store.ts';
import { indexedDbBlobFiles } from '#adapters/indexeddb/blob-files.ts';
import { indexedDbJournalLeg } from '#adapters/indexeddb/journal-leg.ts';
import { callbackPinStore } from '#adapters/keyval/callback-pin-store.ts';
import { keyvalPinStore } from '#adapters/keyval/head-pin-store.ts';
import { keyvalPlaceRecord, type PlaceRecord } from '#adapters/keyval/place-record.ts';
import { incrementalSha256 } from '#adapters/noble/sha256.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { opfsPinStore } from '#adapters/opfs/head-pin-store.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { opfsPlaceMark } from '#adapters/opfs/place-mark.ts';
import { opfsTextFiles } from '#adapters/opfs/text-files.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { HeadPinStore } from '#ports/journal-leg.ts';
import type { FreshPlace, RestorePlace, RestorePlaces } from '#ports/restore-place.ts';
import type { WindowApi } from '#ports/window-api.ts';
import { copiedKeys } from '#runtime/journal/copied-keys.ts';
import { sealedBlobStore } from '#runtime/blobs/sealed-blob-store.ts';

/** The stores of one vault: everything that a restore puts another set in the place of. */
export interface Stores extends RestorePlace {
  readonly pins: readonly HeadPinStore[];
  /** Loaded and opened when first needed. */
  readonly actors: () => Promise<ActorStore>;
}

export interface StoreParts {
  /** Whether the private file system can be used. */
  readonly opfs: boolean;
  readonly sealer: Sealer;
  readonly window: WindowApi;
}

/** The first set has the plain names; each later one adds its number. */
export function storesOf(place: number, { opfs, sealer, window }: StoreParts): Stores {
  const suffix = suffixOf(place);
  const pins = [
    keyvalPinStore(`windhover-pins${suffix}`),
    callbackPinStore(
      () => window.pins.get(suffix),
      (value) => window.pins.set(suffix, value),
      () => window.pins.erase(suffix),
    ),
  ];
  const store = indexedDbAgentStore(sealer, `windhover${suffix}`);
  const second = indexedDbJournalLeg(`windhover-journal${suffix}`);
  return {
    store: opfs ? copiedKeys(store, opfsTextFiles(`keys${suffix}`)) : store,
    legs: opfs ? [opfsJournalLeg(`journal${suffix}`), second] : [second],
    pins: opfs ? [...pins, opfsPinStore(`pins${suffix}`)] : pins,
    blobs: blobsOf(place, opfs, sealer),
    actors: actorsOf(suffix, opfs, sealer),
  };
}

export function blobsOf(place: number, opfs: boolean, sealer: Sealer): BlobStore {
  return sealedBlobStore({
    files: blobFilesOf(place, opfs),
    sealer,
    entropy: webCryptoEntropy,
    clock: platformClock,
    sha256: incrementalSha256,
  });
}

/** The sealed files of a set, as they lie. */
export function blobFilesOf(place: number, opfs: boolean): BlobFiles {
  const suffix = suffixOf(place);
  return opfs ? opfsBlobFiles(`blobs${suffix}`) : indexedDbBlobFiles(`windhover-blobs${suffix}`);
}

/** Which set is in use. Where IndexedDB was lost, the private file system still tells. */
export async function currentPlace(opfs: boolean): Promise<number> {
  const record = await keyvalPlaceRecord().get();
  return record?.current ?? (opfs ? opfsPlaceMark().get() : 0);
}

/** The sets beside the one in use. */
export function placesOf(parts: StoreParts): RestorePlaces & { readonly erase: () => Promise<void> } {
  const records = keyvalPlaceRecord();
  const read = async (): Promise<PlaceRecord> =>
    (await records.get()) ?? { current: await currentPlace(parts.opfs), aside: null };
  const move = async (record: PlaceRecord): Promise<void> => {
    await records.set(record);
    if (parts.opfs) await opfsPlaceMark().set(record.current);
  };
  return {
    fresh: async (): Promise<FreshPlace> => {
      const { current, aside } = await read();
      const place = Math.max(current, aside?.place ?? 0) + 1;
      // One that was begun and never finished may lie there.
      await eraseStores(storesOf(place, parts));
      const stores = storesOf(place, parts);
      return {
        ...stores,
        use: async (at) => {
          await move({ current: place, aside: { place: current, at } });
          if (aside !== null) await eraseStores(storesOf(aside.place, parts));
        },
        erase: () => eraseStores(stores),
      };
    },
    setAside: async () => (await read()).aside,
    bringBack: async () => {
      const { current, aside } = await read();
      if (aside !== null) await move({ current: aside.place, aside: { place: current, at: platformClock.now() } });
    },
    discard: async () => {
      const { current, aside } = await read();
      if (aside === null) return;
      await move({ current, aside: null });
      await eraseStores(storesOf(aside.place, parts));
    },
    erase: async () => {
      const { aside } = await read();
      if (aside !== null) await eraseStores(storesOf(aside.place, parts));
      await records.erase();
      if (parts.opfs) await opfsPlaceMark().erase();
    },
  };
}

export async function eraseStores({ store, legs, pins, blobs, actors }: Stores): Promise<void> {
  for (const leg of legs) await leg.erase();
  for (const pin of pins) await pin.erase();
  await blobs.erase();
  await (await actors()).erase();
  await store.erase();
}

function actorsOf(suffix: string, opfs: boolean, sealer: Sealer): Stores['actors'] {
  let opening: Promise<ActorStore> | null = null;
  return () => {
    opening ??= import('./actor-stores.ts').then(({ openActorStore }) => openActorStore(suffix, opfs, sealer));
    opening.catch(() => (opening = null));
    return opening;
  };
}

function suffixOf(place: number): string {
  return place === 0 ? '' : `~${String(place)}`;
}
