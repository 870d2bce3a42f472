import { requireShut } from './lockdown.ts';
import * as Comlink from 'comlink';
import type { Json } from '#core/base/json.ts';
import type { Ms, UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { broadcastChannel } from '#adapters/broadcast/broadcast-channel.ts';
import { ownFileLoader } from '#adapters/http/own-files.ts';
import { indexedDbBlobFiles } from '#adapters/indexeddb/blob-files.ts';
import { leaseLeaderLock } from '#adapters/indexeddb/lease-lock.ts';
import { webLeaderLock, webLocksAvailable } from '#adapters/locks/leader-lock.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { MODELS_FOLDER } from '#adapters/opfs/model-shelf.ts';
import { opfsAvailable, removeOpfsDirectory, syncHandlesAvailable } from '#adapters/opfs/sync-handle.ts';
import { foundPlaces } from '#adapters/platform/found-places.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { windowFileTarget } from '#adapters/platform/save-file.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { StartOptions } from '#runtime/contract/agent-api.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import type { AgentPorts, Language } from '#runtime/agent/ports.ts';
import { Ballast, ballastedLeg, ballastedStore } from '#runtime/journal/ballast.ts';
import { Tab } from '#runtime/agent/tab.ts';
import type { TabMessage } from '#runtime/agent/tab-message.ts';
import { importInWorker } from './import-in-worker.ts';
import type { ActorNews } from '#runtime/actors/actor-system.ts';
import type { AgentsDesk } from '#runtime/actors/agents-desk.ts';
import type { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import type { ModelDesk } from '#runtime/models/model-desk.ts';
import type { ModelDownloads } from '#runtime/models/model-downloads.ts';
import type { OnDeviceApi } from '#runtime/contract/on-device-api.ts';
import type { PolicyDesk } from '#runtime/policy/policy-desk.ts';
import type { Backup } from './backup.ts';
import type { Gate } from './channels.ts';
import type { Desks } from './desks.ts';
import { engines } from './engines.ts';
import { openJournalSigner } from './journal-signer.ts';
import { openVault, secretsCopy, vaultCopy, type VaultOfThread } from './open-vault.ts';
import { sealerOf } from './sealer-of.ts';
import { currentPlace, placesOf, storesOf } from './stores.ts';
import { sourceGate } from '#runtime/blobs/source-gate.ts';
import type { TabExports } from '#runtime/agent/tab-exports.ts';
import { TabFiles } from '#runtime/agent/tab-files.ts';
import { copiedKeyHolder } from '#runtime/identity/copied-key-holder.ts';
import { journalKeys, journalName, namesLast } from '#runtime/identity/journal-keys.ts';
import { shareLeadership, type Heartbeat } from '#runtime/leader.ts';
import type { AgentWire } from '#runtime/contract/agent-wire.ts';
import type { WindowApi } from '#ports/window-api.ts';
import type { Result } from '#core/base/result.ts';
import type { VaultError, VaultOutcome, VaultView, WayView } from '#runtime/contract/vault-api.ts';
import { viewOf } from '#runtime/vault/vault-view.ts';

/**
 * The agent's thread in one tab: composes the ports and serves the interface over Comlink. Each tab starts one; which of
 * them leads is settled among them.
 */
/** Where 3/11 is 11 March; elsewhere it is 3 November. */
const MONTH_FIRST = /^en(-US|-PH)?$/;
const LEADER_LOCK = 'agent:main';
/** The backup goes on by itself, once the page has long been usable. */
const BACKUP_BEGINS_MS = 4_000 as Ms;
/** So do the owner's agents, which may have mail. */
const AGENTS_BEGIN_MS = 1_500 as Ms;

interface Opened {
  readonly tab: Tab;
  readonly files: TabFiles;
  /** Loaded when first needed: nothing of it is on the way to a goal. */
  readonly out: () => Promise<TabExports>;
  readonly desks: () => Promise<Desks>;
  readonly backup: () => Promise<Backup>;
  readonly agents: () => Promise<AgentsDesk>;
  readonly gate: () => Promise<Gate>;
  readonly models: () => Promise<ModelDesk>;
  readonly downloads: () => Promise<ModelDownloads>;
  readonly policy: () => Promise<PolicyDesk>;
}

let openingVault: Promise<VaultOfThread> | null = null;
const vaultOfThread = (ask = true): Promise<VaultOfThread> => (openingVault ??= openVault(ask));

let opening: Promise<Opened> | null = null;
let began = (): void => undefined;
/** A page may ask before the start, while the vault is being opened: all of it waits. */
const started = new Promise<void>((resolve) => {
  began = resolve;
});
const opened = async (): Promise<Opened> => {
  await started;
  return opening ?? Promise.reject(new Error('The agent has not been started.'));
};
const tab = async (): Promise<Tab> => (await opened()).tab;
const files = async (): Promise<TabFiles> => (await opened()).files;
const out = async (): Promise<TabExports> => (await opened()).out();
const desks = async (): Promise<Desks> => (await opened()).desks();
const desk = async (): Promise<Desks['identity']> => (await desks()).identity;
const proofs = async (): Promise<Desks['proofs']> => (await desks()).proofs;
const witnesses = async (): Promise<Desks['witnesses']> => (await desks()).witnesses;
const root = async (): Promise<Desks['root']> => (await desks()).root;
const cosigners = async (): Promise<Desks['cosigners']> => (await desks()).cosigners;
const vouching = async (): Promise<Desks['vouching']> => (await desks()).vouching;
const backup = async (): Promise<Backup> => (await opened()).backup();
const agents = async (): Promise<AgentsDesk> => (await opened()).agents();
const channels = async (): Promise<ChannelDesk> => (await (await opened()).gate()).desk;
const doctor = async (): Promise<Gate['doctor']> => (await (await opened()).gate()).doctor;
const models = async (): Promise<ModelDesk> => (await opened()).models();
const downloads = async (): Promise<ModelDownloads> => (await opened()).downloads();
const policy = async (): Promise<PolicyDesk> => (await opened()).policy();
const deviceThread = once(async () => (await import('./on-device-in-worker.ts')).onDeviceInWorker());
/** Models hold nothing of the vault's, so they wait only until it is open. */
const onDevice = async (): Promise<OnDeviceApi> => {
  await opened();
  return (await deviceThread()).onDevice;
};

async function openAgent(options: Omit<StartOptions, 'window'>, window: WindowApi): Promise<Opened> {
  await requireShut();
  const opfs = (await opfsAvailable()) && syncHandlesAvailable();
  const { vault, keys } = await vaultOfThread();
  if (vault.keys === null) throw new Error('The vault is locked.');
  const open = { id: vault.record.vault, keys: vault.keys };
  const sealer = sealerOf(open);
  const copied = opfs ? copiedKeyHolder(keys, { files: secretsCopy(), vault: open.id, sha256 }) : null;
  const held = copied ?? keys;
  const signer = await openJournalSigner(open, held, sealer);
  const ballast = new Ballast(opfs ? opfsBlobFiles('ballast') : indexedDbBlobFiles('windhover-ballast'), platformClock);
  const lock = webLocksAvailable() ? webLeaderLock() : leaseLeaderLock(platformClock, webCryptoEntropy);
  const storeParts = { opfs, sealer, window };
  const places = placesOf(storeParts);
  if (await keys.has('device')) {
    const { migrateProfileOne } = await import('./migrate-profile-one.ts');
    await migrateProfileOne({ keys, places, lock, opfs, sealer, signer });
  }
  const place = await currentPlace(opfs);
  const { pins, blobs: sealedBlobs, actors, ...plain } = storesOf(place, storeParts);
  const store = ballastedStore(plain.store, ballast);
  const ownFile = ownFileLoader(platformClock);
  const ports: AgentPorts = {
    clock: platformClock,
    entropy: webCryptoEntropy,
    sha256,
    store,
    blobs: sourceGate(sealedBlobs),
    files: windowFileTarget(window, sha256),
    outbox: () => channels(),
    language: once(() => loadLanguage(options.locale)),
    goalReader: once(async () =>
      (await import('#adapters/goal-reader/load-goal-reader.ts')).loadGoalReader(ownFile, sha256),
    ),
    engineFor: (choice) => engineFor(choice),
    questionsTo: async (provider) => (await models()).questionsTo(provider),
    rules: once(async () => (await import('./rules-in-worker.ts')).rulesInWorker(platformClock)),
  };
  /** Loaded before the first goal is typed, where its owner has it read goals. */
  const readyReader = async (): Promise<void> => {
    const saved = (await store.row('settings', 'owner'))?.value as OwnerSettings | undefined;
    if (saved?.goalReader !== false) await ports.goalReader?.();
  };
  const agent = await journalName(store, signer);
  const defaults = defaultSettings(options.zone, options.locale);
  const gate = once(async () =>
    (await import('./channels.ts')).openChannels({ tab, store, defaults, signer, rules: ports.rules, window }),
  );
  const channels = async (): Promise<ChannelDesk> => (await gate()).desk;
  const models = once(async () =>
    (await import('./models.ts')).openModels({ desk: await channels(), store, sealer, keys: held }),
  );
  const downloads = once(async () => (await import('./models.ts')).openDownloads(await channels(), opfs));
  const engineFor = engines(async () => (await deviceThread()).engine, models);
  const policy = once(async () =>
    (await import('./policy.ts')).openPolicy({ tab, store, defaults, rules: ports.rules }),
  );
  const desks: () => Promise<Desks> = once(async () =>
    (await import('./desks.ts')).openDesks({ tab, store, sealer, signer, agent, keys: held, channels }),
  );
  const backup = once(async () =>
    (await import('./backup.ts')).openBackup({
      tab,
      store,
      blobs: sealedBlobs,
      agent,
      sealer,
      signer,
      lock,
      places,
      keys: held,
      opfs,
      desks,
    }),
  );
  const agents = once(async () =>
    (await import('./actors.ts')).openAgents({ tab, actors: await actors(), store, lock, window }),
  );
  const tab: Tab = new Tab({
    ports,
    journal: {
      clock: platformClock,
      entropy: webCryptoEntropy,
      signer,
      keys: () => journalKeys(store, signer),
      sealer,
      tools: { sha256, verifyEd25519 },
      store,
      legs: plain.legs.map((leg) => ballastedLeg(leg, ballast)),
      full: () => ballast.spent,
      pins,
    },
    agent,
    beginIdentity: async (at) => (await desks()).beginIdentity(at),
    keys: {
      change: async (identity, from) => (await desks()).changeKey(identity, from),
      settle: async (identity, size) =>
        namesLast(identity, signer.publicKey) ? [] : (await desks()).settleKeys(identity, size),
      refresh: () => signer.refresh(),
    },
    forgetRuns: async (runs) => {
      const { forgetRuns } = await import('#runtime/actors/forget-runs.ts');
      const broadcast = broadcastChannel<ActorNews>('actors');
      await forgetRuns({ store: await actors(), clock: platformClock, broadcast }, runs).finally(() =>
        broadcast.close(),
      );
    },
    messages: broadcastChannel<TabMessage>('agent'),
    compete: (lead, follow, failed) =>
      shareLeadership({
        name: LEADER_LOCK,
        lock,
        broadcast: broadcastChannel<Heartbeat>('leader'),
        clock: platformClock,
        store,
        visible: () => window.visible(),
        lead,
        heard: follow,
        failed,
      }),
    defaults,
    fixedNow: options.now as UnixMs | null,
    missing: [
      ...(opfs ? [] : ['opfs']),
      ...(webLocksAvailable() ? [] : ['locks']),
      ...(signer.byPlatform ? [] : ['ed25519']),
    ],
  });
  const tabFiles = new TabFiles({
    tab,
    ports,
    defaults,
    importer: importInWorker(open, place),
    ownFile,
    decode: (bytes) => new TextDecoder().decode(bytes),
    eraseRest: async () => {
      await (await actors()).erase();
      await places.erase();
      await (await backup()).erase();
      await ballast.erase();
      await held.erase();
      if (opfs) await vaultCopy().erase();
      if (opfs) await removeOpfsDirectory(MODELS_FOLDER);
    },
  });
  const out = once(
    async () =>
      new (await import('#runtime/agent/tab-exports.ts')).TabExports({
        ...{ tab, ports, agent, defaults },
        zip: async (members) => (await import('#adapters/zip/write-zip.ts')).writeZip(members),
        places: foundPlaces,
        formatTime: (time) => new Date(time).toISOString(),
        vault: async () => (await vaultView()).ways.map(knownOfWay),
      }),
  );
  platformClock.after(AGENTS_BEGIN_MS, () => void readyReader().catch(() => undefined));
  platformClock.after(BACKUP_BEGINS_MS, () => void backup().catch(() => undefined));
  platformClock.after(AGENTS_BEGIN_MS, () => void copied?.catchUp().catch(() => undefined));
  platformClock.after(AGENTS_BEGIN_MS, () => void agents().catch(() => undefined));
  return { tab, files: tabFiles, out, desks, backup, agents, gate, models, downloads, policy };
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

/** What may be told of a way to open the vault: nothing that is needed to use it. */
function knownOfWay({ id, kind, createdAt, ...rest }: WayView): Json {
  return { id, kind, createdAt, ...('label' in rest ? { label: rest.label } : {}) };
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
  sealedCopy: async (window) => {
    const { vault, keys } = await vaultOfThread(false);
    return (await import('./sealed-copy.ts')).sealedCopy(vault.record, keys, window);
  },
  eraseLocked: async (window) => {
    const { vault, keys } = await vaultOfThread(false);
    if (vault.keys !== null) throw new Error('The vault is open: what is in it is erased under Settings.');
    await (await import('./erase-locked.ts')).eraseLocked(keys, window);
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
  trace: async (run) => (await tab()).trace(run),
  preview: async (goal, overrides) => (await tab()).preview(goal, overrides),
  importFiles: (id, chosen, listener) =>
    toldFirst(listener, async (told) => (await files()).importFiles(id, chosen, told)),
  importSample: (id, listener) => toldFirst(listener, async (told) => (await files()).importSample(id, told)),
  cancelImport: async (id) => (await files()).cancelImport(id),
  readSource: async (source, start, end, extracted) => (await files()).readSource(source, start, end, extracted),
  entries: async (from, count) => (await tab()).entries(from, count),
  verifyJournal: (listener) => toldFirst(listener, async (told) => (await tab()).verify(told)),
  exportJournal: async (withPayloads) => (await out()).exportJournal(withPayloads),
  exportAll: (listener) => toldFirst(listener, async (told) => (await out()).exportAll(told)),
  proveClaim: async (run, claim) => (await out()).proveClaim(run, claim),
  eraseAll: async () => (await files()).eraseAll(),
  backup: {
    onView: async (listener) => (await backup()).onView(listener),
    setUp: async (place, passphrase) => (await backup()).setUp(place, passphrase),
    changePassphrase: async (passphrase) => (await backup()).changePassphrase(passphrase),
    showKey: async () => (await backup()).showKey(),
    backUp: async () => (await backup()).backUp(),
    archive: async (whole) => (await backup()).archive(whole),
    drill: async (from) => (await backup()).drill(from),
    cancel: async () => (await backup()).cancel(),
    turnOff: async () => (await backup()).turnOff(),
    look: async (from) => (await backup()).look(from),
    open: async (series, secret) => (await backup()).open(series, secret),
    openSealed: async (secret) => (await backup()).openSealed(secret),
    restore: (listener) => toldFirst(listener, async (told) => (await backup()).restore(told)),
    recover: (listener) => toldFirst(listener, async (told) => (await backup()).recover(told)),
    stopRestore: async () => (await backup()).stopRestore(),
    setAside: async () => (await backup()).setAside(),
    bringBack: async () => (await backup()).bringBack(),
    discardSetAside: async () => (await backup()).discardSetAside(),
    retryMigration: async () => (await backup()).retryMigration(),
  },
  agents: {
    onView: async (listener) => (await agents()).onView(listener),
    create: async (name, sources) => (await agents()).create(name, sources),
    change: async (agent, name, sources) => (await agents()).change(agent, name, sources),
    give: async (agent, goal) => (await agents()).give(agent, goal),
    takeBack: async (agent, goal) => (await agents()).takeBack(agent, goal),
    order: async (agent, order) => (await agents()).order(agent, order),
    log: async (agent, upTo) => (await agents()).log(agent, upTo),
    noticedDamage: async () => (await agents()).noticedDamage(),
    freeze: async () => (await agents()).freeze(),
    resume: async () => (await agents()).resume(),
  },
  identity: {
    view: async () => (await desk()).view(),
    prove: async (challenge, show) => (await desk()).prove(challenge, show),
    challenge: async (verifier, asks) => (await desk()).challenge(verifier, asks),
    check: async (proof, challenge, expected) => (await desk()).check(proof, challenge, expected),
    certifyDevice: async () => (await root()).certifyDevice(),
    changeKey: async () => (await root()).changeKey(),
    strengthenRoot: async () => (await root()).strengthenRoot(),
    exportRoot: async () => (await root()).exportRoot(),
    importRoot: async (backup) => (await root()).importRoot(backup),
    removeRoot: async () => (await root()).removeRoot(),
    readCosigner: async (given) => (await cosigners()).readCosigner(given),
    setCosigners: async (named, threshold) => (await cosigners()).setCosigners(named, threshold),
    askCosigners: async (change) => (await cosigners()).askCosigners(change),
    withdrawRequest: async () => (await cosigners()).withdrawRequest(),
    takeSignature: async (answer) => (await cosigners()).takeSignature(answer),
    cosignerCard: async (name) => (await vouching()).cosignerCard(name),
    readRequest: async (request) => (await vouching()).readRequest(request),
    signRequest: async (request, digest) => (await vouching()).signRequest(request, digest),
  },
  proofs: {
    bundle: async (withPayloads) => (await proofs()).bundle(withPayloads),
    dossier: async (run) => (await proofs()).dossier(run),
    checkpoint: async () => (await proofs()).checkpoint(),
    view: async () => (await proofs()).view(),
    ownKey: async () => (await proofs()).ownKey(),
    approveWitness: async (key) => (await proofs()).approveWitness(key),
    dismissWitness: async (key) => (await proofs()).dismissWitness(key),
    witnessRequest: async (key, old) => (await proofs()).witnessRequest(key, old),
    takeAnswer: async (key, answer) => (await proofs()).takeAnswer(key, answer),
    cosign: async (request) => (await proofs()).cosign(request),
    compare: async (first, second) => (await proofs()).compare(first, second),
  },
  channels: {
    onView: async (listener) => (await channels()).onView(listener),
    readAddress: async (text) => (await channels()).readAddress(text),
    approve: async (draft) => (await channels()).approve(draft),
    change: async (channel, draft) => (await channels()).change(channel, draft),
    revoke: async (channel) => (await channels()).revoke(channel),
    restore: async (channel) => (await channels()).restore(channel),
    changeCaps: async (caps) => (await channels()).changeCaps(caps),
    settleSpending: async (reservation, actual) => (await channels()).settleSpending(reservation, actual),
  },
  connection: {
    examine: async (what) => (await doctor()).examine(what),
    diagnose: async (id) => (await doctor()).diagnose(id),
  },
  models: {
    add: async (draft) => (await models()).add(draft),
    change: async (provider, draft) => (await models()).change(provider, draft),
    remove: async (provider) => (await models()).remove(provider),
    keyState: async (provider) => (await models()).keyState(provider),
    setKey: async (provider, key) => (await models()).setKey(provider, key),
    list: async (provider) => (await models()).list(provider),
    test: (provider, model, listener) =>
      toldFirst(listener, async (told) => (await models()).test(provider, model, told)),
    stopTest: async (provider) => (await models()).stopTest(provider),
  },
  onDevice: {
    look: async () => (await onDevice()).look(),
    add: (chosen, listener) => toldFirst(listener, async (told) => (await onDevice()).add(chosen, told)),
    prepare: async () => (await onDevice()).prepare(),
    load: (model, listener) => toldFirst(listener, async (told) => (await onDevice()).load(model, told)),
    tryOut: (model, text, listener) =>
      toldFirst(listener, async (told) => (await onDevice()).tryOut(model, text, told)),
    stop: async () => (await onDevice()).stop(),
    remove: async (model) => (await onDevice()).remove(model),
    unload: async () => (await onDevice()).unload(),
  },
  downloads: {
    look: async () => (await downloads()).look(),
    order: async (what) => (await downloads()).order(what),
    download: (id, listener) => toldFirst(listener, async (told) => (await downloads()).download(id, told)),
    stop: async () => (await downloads()).stop(),
    discard: async (id) => (await downloads()).discard(id),
  },
  policy: {
    onView: async (listener) => (await policy()).onView(listener),
    check: async (text) => (await policy()).check(text),
    tryOut: async (draft) => (await policy()).tryOut(draft),
    adopt: async (draft, after) => (await policy()).adopt(draft, after),
    restore: async (version, after) => (await policy()).restore(version, after),
  },
  witnesses: {
    offer: async (key, address) => (await witnesses()).offer(key, address),
    reach: async (key, address) => (await witnesses()).reach(key, address),
    ask: async (key) => (await witnesses()).ask(key),
  },
  rebuild: (listener) => toldFirst(listener, async (told) => (await tab()).rebuild(told)),
  doomOf: async (doomed) => (await tab()).doomOf(doomed),
  destroy: (doomed, listener) => toldFirst(listener, async (told) => (await tab()).destroy(doomed, told)),
};
Comlink.expose(wire);
