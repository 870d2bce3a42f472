import { requireShut } from './lockdown.ts';
import * as Comlink from 'comlink';
import type { CommandId, UnixMs } from '#core/base/ids.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { verifyIdentity } from '#core/identity/verify-identity.ts';
import { broadcastChannel } from '#adapters/broadcast/broadcast-channel.ts';
import { loadOwnFile } from '#adapters/http/own-files.ts';
import { indexedDbBlobFiles } from '#adapters/indexeddb/blob-files.ts';
import { leaseLeaderLock } from '#adapters/indexeddb/lease-lock.ts';
import { webLeaderLock, webLocksAvailable } from '#adapters/locks/leader-lock.ts';
import { keyvalSecretStore } from '#adapters/keyval/secret-store.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { opfsAvailable, syncHandlesAvailable } from '#adapters/opfs/sync-handle.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { windowFileTarget } from '#adapters/platform/save-file.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { StartOptions } from '#runtime/contract/agent-api.ts';
import type { BackupApi } from '#runtime/contract/backup-api.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import type { AgentPorts, Language } from '#runtime/agent/ports.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { Ballast, ballastedLeg, ballastedStore } from '#runtime/journal/ballast.ts';
import { linesOf } from '#adapters/platform/lines-of.ts';
import { ProofDesk } from '#runtime/proofs/proof-desk.ts';
import { IdentityBook } from '#runtime/identity/identity-book.ts';
import { IdentityDesk } from '#runtime/identity/identity-desk.ts';
import { readRootBackup } from '#runtime/identity/root-backup.ts';
import { RootDesk } from '#runtime/identity/root-desk.ts';
import { Tab } from '#runtime/agent/tab.ts';
import type { TabMessage } from '#runtime/agent/tab-message.ts';
import { importInWorker } from './import-in-worker.ts';
import { openVault, signerOf, type VaultOfThread } from './open-vault.ts';
import { openBackup } from './backup.ts';
import { sealerOf } from './sealer-of.ts';
import { currentPlace, placesOf, storesOf } from './stores.ts';
import { TabFiles } from '#runtime/agent/tab-files.ts';
import { shareLeadership, type Heartbeat } from '#runtime/leader.ts';
import type { AgentWire } from '#runtime/contract/agent-wire.ts';
import type { WindowApi } from '#ports/window-api.ts';
import type { Result } from '#core/base/result.ts';
import type { VaultError, VaultOutcome, VaultView } from '#runtime/contract/vault-api.ts';
import { viewOf } from '#runtime/vault/vault-view.ts';

/**
 * The agent's thread in one tab: composes the ports and serves the interface over Comlink. Each tab starts one; which of
 * them leads is settled among them.
 */
/** Where 3/11 is 11 March; elsewhere it is 3 November. */
const MONTH_FIRST = /^en(-US|-PH)?$/;
const LEADER_LOCK = 'agent:main';

interface Opened {
  readonly tab: Tab;
  readonly files: TabFiles;
  readonly desk: IdentityDesk;
  readonly proofs: ProofDesk;
  readonly root: RootDesk;
  readonly backup: BackupApi;
}

let openingVault: Promise<VaultOfThread> | null = null;
const vaultOfThread = (ask = true): Promise<VaultOfThread> => (openingVault ??= openVault(ask));

let opening: Promise<Opened> | null = null;
let began = (): void => undefined;
/** Files may be handed over before the start, while the vault is being opened: they wait for it. */
const started = new Promise<void>((resolve) => {
  began = resolve;
});
const opened = (): Promise<Opened> => opening ?? Promise.reject(new Error('The agent has not been started.'));
const tab = async (): Promise<Tab> => (await opened()).tab;
const files = async (): Promise<TabFiles> => (await opened()).files;
const desk = async (): Promise<IdentityDesk> => (await opened()).desk;
const proofs = async (): Promise<ProofDesk> => (await opened()).proofs;
const root = async (): Promise<RootDesk> => (await opened()).root;
const backup = async (): Promise<BackupApi> => (await opened()).backup;

async function openAgent(options: Omit<StartOptions, 'window'>, window: WindowApi): Promise<Opened> {
  await requireShut();
  const opfs = (await opfsAvailable()) && syncHandlesAvailable();
  const { vault, keys } = await vaultOfThread();
  if (vault.keys === null) throw new Error('The vault is locked.');
  const open = { id: vault.record.vault, keys: vault.keys };
  const sealer = sealerOf(open);
  const { signer, byPlatform } = await signerOf(open, keys, sealer);
  const ballast = new Ballast(opfs ? opfsBlobFiles('ballast') : indexedDbBlobFiles('windhover-ballast'), platformClock);
  const lock = webLocksAvailable() ? webLeaderLock() : leaseLeaderLock(platformClock, webCryptoEntropy);
  const storeParts = { opfs, sealer, window };
  const places = placesOf(storeParts);
  if (await keys.has('device')) {
    const { migrateProfileOne } = await import('./migrate-profile-one.ts');
    await migrateProfileOne({ keys, places, lock, opfs, sealer, signer });
  }
  const place = await currentPlace(opfs);
  const { pins, blobs, ...plain } = storesOf(place, storeParts);
  const store = ballastedStore(plain.store, ballast);
  const ports: AgentPorts = {
    clock: platformClock,
    entropy: webCryptoEntropy,
    sha256,
    store,
    blobs,
    files: windowFileTarget(window, sha256),
    language: once(() => loadLanguage(options.locale)),
  };
  const agent = agentIdOf(signer.publicKey);
  const defaults = defaultSettings(options.zone, options.locale);
  const identityParts = {
    sha256,
    entropy: webCryptoEntropy,
    sealer,
    signer,
    secrets: keyvalSecretStore(),
    keys: nobleIdentityKeys(webCryptoEntropy),
  };
  const tab = new Tab({
    ports,
    journal: {
      clock: platformClock,
      entropy: webCryptoEntropy,
      signer,
      sealer,
      tools: { sha256, verifyEd25519 },
      store,
      legs: plain.legs.map((leg) => ballastedLeg(leg, ballast)),
      full: () => ballast.spent,
      pins,
    },
    agent,
    beginIdentity: (at) => beginIdentity(identityParts, at),
    messages: broadcastChannel<TabMessage>('agent'),
    compete: (lead, follow, failed) =>
      shareLeadership({
        name: LEADER_LOCK,
        lock,
        broadcast: broadcastChannel<Heartbeat>('leader'),
        clock: platformClock,
        store,
        visible: () => window.visible(),
        lead: (_epoch, lost) => lead(lost),
        heard: follow,
        failed,
      }),
    defaults,
    fixedNow: options.now as UnixMs | null,
    missing: [...(opfs ? [] : ['opfs']), ...(webLocksAvailable() ? [] : ['locks']), ...(byPlatform ? [] : ['ed25519'])],
  });
  const tabFiles = new TabFiles({
    tab,
    ports,
    agent,
    defaults,
    importer: importInWorker(open, place),
    ownFile: loadOwnFile,
    decode: (bytes) => new TextDecoder().decode(bytes),
    zip: async (members) => (await import('#adapters/zip/write-zip.ts')).writeZip(members),
    eraseRest: async () => {
      await places.erase();
      await backup.erase();
      await ballast.erase();
      await keys.erase();
    },
  });
  const identityTools = async () => ({ sha256, verifyEd25519, ...(await import('#adapters/noble/ml-dsa.ts')) });
  const book = new IdentityBook({
    ...identityParts,
    clock: platformClock,
    store,
    tools: identityTools,
    command: (body) => tab.command({ ...body, id: crypto.randomUUID() as CommandId }),
  });
  const root = new RootDesk(book);
  const backup = openBackup({
    ...{ tab, ports, agent, sealer, signer, lock, places },
    exportRoot: async () => {
      const exported = await root.exportRoot();
      return exported.ok ? exported.value : null;
    },
    keepRoot: async (text, records) => {
      const verified = verifyIdentity(await identityTools(), records);
      const read = readRootBackup(text);
      if (!verified.ok || read?.agent !== verified.value.id) return false;
      return book.ring.restore(verified.value.root, read.secret);
    },
  });
  const proofDesk = new ProofDesk({
    agent,
    reading: tab.reading,
    store,
    clock: platformClock,
    tools: { sha256, verifyEd25519, lines: linesOf, formatTime: (time) => new Date(time).toISOString() },
    zip: async (members) => (await import('#adapters/zip/write-zip.ts')).writeZipOf(members),
    command: (body) => tab.command({ ...body, id: crypto.randomUUID() as CommandId }),
  });
  const owner = async (): Promise<OwnerSettings | null> =>
    ((await store.row('settings', 'owner'))?.value ?? null) as OwnerSettings | null;
  return {
    tab,
    files: tabFiles,
    desk: new IdentityDesk(book, owner),
    root,
    proofs: proofDesk,
    backup,
  };
}

/** Heavy, so loaded when a goal is first read; the chunks are there offline. */
async function loadLanguage(locale: string): Promise<Language> {
  const [{ loadDateFinder }, { loadEntityFinder }, { languageDetector }, { createZones }, { createIcalExpander }] =
    await Promise.all([
      import('#adapters/chrono/date-finder.ts'),
      import('#adapters/compromise/entity-finder.ts'),
      import('#adapters/language/language-detector.ts'),
      import('#adapters/temporal/zones.ts'),
      import('#adapters/ical/expander.ts'),
    ]);
  const zones = await createZones();
  const [dates, entities, calendar] = await Promise.all([
    loadDateFinder({ dayFirst: !MONTH_FIRST.test(locale) }),
    loadEntityFinder(),
    createIcalExpander(zones),
  ]);
  return { dates, entities, detector: languageDetector, calendar, zones };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | null = null;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

/** Each listener has a port of its own, so a result could overtake the progress before it; this waits for the last. */
async function toldFirst<P, R>(
  listener: (progress: P) => unknown,
  work: (told: (progress: P) => void) => Promise<R>,
): Promise<R> {
  let last: unknown;
  const result = await work((progress) => {
    last = listener(progress);
  });
  await last;
  return result;
}

async function vaultView(): Promise<VaultView> {
  const { vault, keys } = await vaultOfThread();
  await vault.refresh();
  return viewOf(vault, await keys.has('signing'));
}

async function outcomeOf(result: Result<void, VaultError>): Promise<VaultOutcome> {
  const view = await vaultView();
  return result.ok ? { ok: true, view } : { ok: false, error: result.error, view };
}

const wire: AgentWire = {
  vault: vaultView,
  unlock: async (secret) => outcomeOf(await (await vaultOfThread(false)).vault.unlock(secret)),
  changeVault: async (change, proof) => outcomeOf(await (await vaultOfThread()).vault.change(change, proof)),
  newRecoveryCode: async () => (await vaultOfThread()).vault.newRecoveryCode(),
  setIdleMinutes: async (minutes) => {
    await (await vaultOfThread()).vault.setIdleMinutes(minutes);
    return vaultView();
  },
  lockVault: async () => (await vaultOfThread()).vault.lock(),
  start: async (options, window) => {
    opening ??= openAgent(options, window);
    began();
    return (await opening).tab.start();
  },
  command: async (command) => (await tab()).command(command),
  onOverview: async (listener) => {
    (await tab()).onOverview(listener);
  },
  watchRun: async (run, listener) => Comlink.proxy((await tab()).watchRun(run, listener)),
  preview: async (goal, overrides) => (await tab()).preview(goal, overrides),
  importFiles: (id, chosen, listener) =>
    toldFirst(listener, async (told) => {
      await started;
      return (await files()).importFiles(id, chosen, told);
    }),
  importSample: (id, listener) =>
    toldFirst(listener, async (told) => {
      await started;
      return (await files()).importSample(id, told);
    }),
  cancelImport: async (id) => (await files()).cancelImport(id),
  readSource: async (source, start, end, extracted) => (await files()).readSource(source, start, end, extracted),
  entries: async (from, count) => (await tab()).entries(from, count),
  verifyJournal: (listener) => toldFirst(listener, async (told) => (await tab()).verify(told)),
  exportJournal: async (withPayloads) => (await files()).exportJournal(withPayloads),
  exportAll: (listener) => toldFirst(listener, async (told) => (await files()).exportAll(told)),
  proveClaim: async (run, claim) => (await files()).proveClaim(run, claim),
  eraseAll: async () => (await files()).eraseAll(),
  backup: {
    onView: async (listener) => (await backup()).onView(listener),
    setUp: async (place, passphrase) => (await backup()).setUp(place, passphrase),
    changePassphrase: async (passphrase) => (await backup()).changePassphrase(passphrase),
    showKey: async () => (await backup()).showKey(),
    backUp: async () => (await backup()).backUp(),
    archive: async () => (await backup()).archive(),
    drill: async (from) => (await backup()).drill(from),
    cancel: async () => (await backup()).cancel(),
    turnOff: async () => (await backup()).turnOff(),
    look: async (from) => (await backup()).look(from),
    open: async (series, secret) => (await backup()).open(series, secret),
    restore: (listener) => toldFirst(listener, async (told) => (await backup()).restore(told)),
    stopRestore: async () => (await backup()).stopRestore(),
    setAside: async () => (await backup()).setAside(),
    bringBack: async () => (await backup()).bringBack(),
    discardSetAside: async () => (await backup()).discardSetAside(),
  },
  identity: {
    view: async () => (await desk()).view(),
    prove: async (challenge, show) => (await desk()).prove(challenge, show),
    challenge: async (verifier, asks) => (await desk()).challenge(verifier, asks),
    check: async (proof, challenge, expected) => (await desk()).check(proof, challenge, expected),
    certifyDevice: async () => (await root()).certifyDevice(),
    strengthenRoot: async () => (await root()).strengthenRoot(),
    exportRoot: async () => (await root()).exportRoot(),
    importRoot: async (backup) => (await root()).importRoot(backup),
    removeRoot: async () => (await root()).removeRoot(),
  },
  proofs: {
    bundle: async (withPayloads) => (await proofs()).bundle(withPayloads),
    dossier: async (run) => (await proofs()).dossier(run),
    checkpoint: async () => (await proofs()).checkpoint(),
    view: async () => (await proofs()).view(),
    approveWitness: async (key) => (await proofs()).approveWitness(key),
    dismissWitness: async (key) => (await proofs()).dismissWitness(key),
    witnessRequest: async (key, old) => (await proofs()).witnessRequest(key, old),
    takeAnswer: async (key, answer) => (await proofs()).takeAnswer(key, answer),
    cosign: async (request) => (await proofs()).cosign(request),
  },
  rebuild: (listener) => toldFirst(listener, async (told) => (await tab()).rebuild(told)),
};
Comlink.expose(wire);
