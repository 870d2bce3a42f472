import * as Comlink from 'comlink';
import { broadcastChannel } from '#adapters/broadcast/broadcast-channel.ts';
import { indexedDbAgentStore } from '#adapters/indexeddb/agent-store.ts';
import { indexedDbJournalLeg } from '#adapters/indexeddb/journal-leg.ts';
import { keyHolder } from '#adapters/keyval/key-holder.ts';
import { keyvalPinStore } from '#adapters/keyval/head-pin-store.ts';
import { webLeaderLock } from '#adapters/locks/leader-lock.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { opfsPinStore } from '#adapters/opfs/head-pin-store.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { createWebCryptoSealer, generateDeviceKey } from '#adapters/webcrypto/sealer.ts';
import { createWebCryptoSigner, generateSigningKeys } from '#adapters/webcrypto/signer.ts';
import type { Json } from '#core/base/json.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import { openJournal, type OpenOptions } from '#runtime/journal/open-journal.ts';
import type { JournalParts } from '#runtime/journal/parts.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { type Heartbeat, type Leadership, shareLeadership } from '#runtime/leader.ts';
import { realClock } from '#tests/fakes/real-clock.ts';

/** One tab's agent thread, as far as the journal goes: the real adapters put together as the product does. */
let parts: JournalParts | null = null;
let store: ReturnType<typeof indexedDbAgentStore> | null = null;
let journal: Journal | null = null;
let leadership: Leadership | null = null;
let led: { readonly epoch: number; readonly at: number } | null = null;
let lost = false;

const api = {
  start: async (name: string) => {
    const keys = keyHolder(`${name}-keys`);
    const sealer = createWebCryptoSealer(await keys.once('device', generateDeviceKey));
    const signing = await keys.once('signing', async () => {
      const made = await generateSigningKeys();
      if (!made.ok) throw new Error(made.error);
      return made.value;
    });
    store = indexedDbAgentStore(sealer, `${name}-store`);
    parts = {
      clock: realClock(),
      entropy: webCryptoEntropy,
      signer: await createWebCryptoSigner(signing),
      sealer,
      tools: { sha256, verifyEd25519 },
      store,
      legs: [opfsJournalLeg(`${name}-journal`), indexedDbJournalLeg(`${name}-journal`)],
      pins: [opfsPinStore(`${name}-pins`), keyvalPinStore(`${name}-pins`)],
    };
  },
  open: async (options: OpenOptions) => {
    const opened = await openJournal(ready(), options);
    if (!opened.ok) return opened;
    journal = opened.value.journal;
    return { ok: true as const, value: opened.value.report };
  },
  /** Appends so many facts at once. @returns the sequences acknowledged */
  append: async (values: readonly Json[]) => {
    const appended = await Promise.all(values.map((value) => writing().append([fact(value)])));
    return appended.map((result) => (result.ok ? result.value : result.error.code));
  },
  /** Appends until the thread is killed, telling of each acknowledgement. */
  appendForEver: async (told: (sequence: number, value: number) => void) => {
    for (let value = 0; ; value++) {
      const appended = await writing().append([fact(value)]);
      if (!appended.ok) return;
      told(appended.value, value);
    }
  },
  settle: () => writing().settle(),
  close: () => writing().close(),
  values: async () =>
    (await readEntries(ready(), 0, Number.MAX_SAFE_INTEGER)).map(({ payload }) => payload?.value ?? null),
  verify: () => verifyJournal(ready(), { payloads: true }),

  compete: (name: string, visible: boolean) => {
    if (store === null) throw new Error('The worker has not started.');
    leadership = shareLeadership({
      name,
      lock: webLeaderLock(),
      broadcast: broadcastChannel<Heartbeat>(name),
      clock: realClock(),
      store,
      visible: () => Promise.resolve(visible),
      lead: async (epoch, signal) => {
        led = { epoch, at: Date.now() };
        lost = false;
        const opened = await openJournal(ready(), { epoch });
        if (opened.ok) journal = opened.value.journal;
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener('abort', () => resolve());
        });
        lost = true;
      },
      failed: (error) => console.error(error),
    });
  },
  leading: () => (led === null ? null : { ...led, lost }),
  /** Blocks the thread as a frozen tab is blocked: nothing in it runs. */
  freeze: (milliseconds: number) => {
    const until = Date.now() + milliseconds;
    while (Date.now() < until);
  },
  stop: () => leadership?.stop(),
};

export type JournalWorkerApi = typeof api;

function ready(): JournalParts {
  if (parts === null) throw new Error('The worker has not started.');
  return parts;
}

function writing(): Journal {
  if (journal === null) throw new Error('The journal is not open.');
  return journal;
}

function fact(value: Json) {
  return { time: Date.now() as UnixMs, type: 'step.finished', run: 'run-1', value };
}

Comlink.expose(api);
