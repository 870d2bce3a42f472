import * as Comlink from 'comlink';
import AgentWorker from '#workers/agent.worker.ts?worker';
import type { AgentApi, StartOptions, WindowApi } from '#runtime/contract/agent-api.ts';
import type { VaultApi } from '#runtime/contract/vault-api.ts';
import type { AgentWire } from '#runtime/contract/agent-wire.ts';
import type { AgentsApi } from '#runtime/contract/agents-api.ts';
import type { BackupApi } from '#runtime/contract/backup-api.ts';
import type { IdentityApi } from '#runtime/contract/identity-api.ts';
import type { ChannelsApi, ConnectionApi } from '#runtime/contract/channels-api.ts';
import type { DownloadsApi } from '#runtime/contract/downloads-api.ts';
import type { ModelsApi } from '#runtime/contract/models-api.ts';
import type { OnDeviceApi } from '#runtime/contract/on-device-api.ts';
import type { PolicyApi } from '#runtime/contract/policy-api.ts';
import type { ProofsApi, WitnessNetworkApi } from '#runtime/contract/proofs-api.ts';

/** The agent as the page sees it: plain listeners, plain results. */
export type AgentClient = AgentApi &
  VaultApi & {
    /** Resolves with the reason when the worker could not be loaded or broke down as a whole. */
    readonly broken: Promise<string>;
    /** Ends the worker at once, with every key and thread that it has. What it was doing is taken up by the next. */
    readonly close: () => void;
  };

/** Starts this tab's agent worker. */
export function openAgent(): AgentClient {
  const worker = new AgentWorker({ name: 'agent' });
  const wire = Comlink.wrap<AgentWire>(worker);
  const broken = new Promise<string>((resolve) => {
    worker.addEventListener('error', (event) => {
      resolve(loadErrorOf(event));
    });
  });
  return {
    broken,
    close: () => worker.terminate(),
    vault: () => wire.vault(),
    unlock: (secret) => wire.unlock(secret),
    changeVault: (change, proof) => wire.changeVault(change, proof),
    newRecoveryCode: () => wire.newRecoveryCode(),
    setIdleMinutes: (minutes) => wire.setIdleMinutes(minutes),
    lockVault: () => wire.lockVault(),
    sealedCopy: (window) => wire.sealedCopy(Comlink.proxy<WindowApi>(window)),
    eraseLocked: (window) => wire.eraseLocked(Comlink.proxy<WindowApi>(window)),
    start: ({ window, ...options }: StartOptions) => wire.start(options, Comlink.proxy<WindowApi>(window)),
    command: (command) => wire.command(command),
    onOverview: (listener) => wire.onOverview(Comlink.proxy(listener)),
    async watchRun(run, listener) {
      const end = await wire.watchRun(run, Comlink.proxy(listener));
      return () => {
        end();
      };
    },
    trace: (run) => wire.trace(run),
    preview: (goal, overrides) => wire.preview(goal, overrides),
    importFiles: (id, files, listener) => wire.importFiles(id, files, Comlink.proxy(listener)),
    importSample: (id, listener) => wire.importSample(id, Comlink.proxy(listener)),
    cancelImport: (id) => wire.cancelImport(id),
    readSource: (source, start, end, extracted) => wire.readSource(source, start, end, extracted),
    entries: (from, count) => wire.entries(from, count),
    verifyJournal: (listener) => wire.verifyJournal(Comlink.proxy(listener)),
    exportJournal: (withPayloads) => wire.exportJournal(withPayloads),
    exportAll: (listener) => wire.exportAll(Comlink.proxy(listener)),
    proveClaim: (run, claim) => wire.proveClaim(run, claim),
    eraseAll: () => wire.eraseAll(),
    // Comlink forwards calls into nested objects; its types tell only of fields that are read.
    backup: backupOver(wire.backup as unknown as Comlink.Remote<BackupApi>),
    agents: agentsOver(wire.agents as unknown as Comlink.Remote<AgentsApi>),
    identity: wire.identity as unknown as IdentityApi,
    proofs: wire.proofs as unknown as ProofsApi,
    channels: channelsOver(wire.channels as unknown as Comlink.Remote<ChannelsApi>),
    connection: wire.connection as unknown as ConnectionApi,
    models: modelsOver(wire.models as unknown as Comlink.Remote<ModelsApi>),
    onDevice: onDeviceOver(wire.onDevice as unknown as Comlink.Remote<OnDeviceApi>),
    downloads: downloadsOver(wire.downloads as unknown as Comlink.Remote<DownloadsApi>),
    policy: policyOver(wire.policy as unknown as Comlink.Remote<PolicyApi>),
    witnesses: wire.witnesses as unknown as WitnessNetworkApi,
    rebuild: (listener) => wire.rebuild(Comlink.proxy(listener)),
    doomOf: (doomed) => wire.doomOf(doomed),
    destroy: (doomed, listener) => wire.destroy(doomed, Comlink.proxy(listener)),
  };
}

/** A script that cannot be loaded gives a bare Event without a message. */
function loadErrorOf(event: Partial<ErrorEvent>): string {
  return event.message ?? 'its script could not be loaded';
}

function agentsOver(wire: Comlink.Remote<AgentsApi>): AgentsApi {
  return {
    onView: (listener) => wire.onView(Comlink.proxy(listener)),
    create: (name, sources) => wire.create(name, sources),
    change: (agent, name, sources) => wire.change(agent, name, sources),
    give: (agent, goal) => wire.give(agent, goal),
    takeBack: (agent, goal) => wire.takeBack(agent, goal),
    order: (agent, order) => wire.order(agent, order),
    log: (agent, upTo) => wire.log(agent, upTo),
    noticedDamage: () => wire.noticedDamage(),
    freeze: () => wire.freeze(),
    resume: () => wire.resume(),
  };
}

function channelsOver(wire: Comlink.Remote<ChannelsApi>): ChannelsApi {
  return {
    onView: (listener) => wire.onView(Comlink.proxy(listener)),
    readAddress: (text) => wire.readAddress(text),
    approve: (draft) => wire.approve(draft),
    change: (channel, draft) => wire.change(channel, draft),
    revoke: (channel) => wire.revoke(channel),
    restore: (channel) => wire.restore(channel),
    changeCaps: (caps) => wire.changeCaps(caps),
    settleSpending: (reservation, actual) => wire.settleSpending(reservation, actual),
  };
}

function modelsOver(wire: Comlink.Remote<ModelsApi>): ModelsApi {
  return {
    add: (draft) => wire.add(draft),
    change: (provider, draft) => wire.change(provider, draft),
    remove: (provider) => wire.remove(provider),
    keyState: (provider) => wire.keyState(provider),
    setKey: (provider, key) => wire.setKey(provider, key),
    list: (provider) => wire.list(provider),
    test: (provider, model, listener) => wire.test(provider, model, Comlink.proxy(listener)),
    stopTest: (provider) => wire.stopTest(provider),
  };
}

function onDeviceOver(wire: Comlink.Remote<OnDeviceApi>): OnDeviceApi {
  return {
    look: () => wire.look(),
    add: (files, listener) => wire.add(files, Comlink.proxy(listener)),
    prepare: () => wire.prepare(),
    load: (model, listener) => wire.load(model, Comlink.proxy(listener)),
    tryOut: (model, text, listener) => wire.tryOut(model, text, Comlink.proxy(listener)),
    stop: () => wire.stop(),
    remove: (model) => wire.remove(model),
    unload: () => wire.unload(),
  };
}

function downloadsOver(wire: Comlink.Remote<DownloadsApi>): DownloadsApi {
  return {
    look: () => wire.look(),
    order: (what) => wire.order(what),
    download: (id, listener) => wire.download(id, Comlink.proxy(listener)),
    stop: () => wire.stop(),
    discard: (id) => wire.discard(id),
  };
}

function policyOver(wire: Comlink.Remote<PolicyApi>): PolicyApi {
  return {
    onView: (listener) => wire.onView(Comlink.proxy(listener)),
    check: (text) => wire.check(text),
    tryOut: (draft) => wire.tryOut(draft),
    adopt: (draft, after) => wire.adopt(draft, after),
    restore: (version, after) => wire.restore(version, after),
  };
}

function backupOver(wire: Comlink.Remote<BackupApi>): BackupApi {
  return {
    onView: (listener) => wire.onView(Comlink.proxy(listener)),
    setUp: (place, passphrase) => wire.setUp(place, passphrase),
    changePassphrase: (passphrase) => wire.changePassphrase(passphrase),
    showKey: () => wire.showKey(),
    backUp: () => wire.backUp(),
    archive: (whole) => wire.archive(whole),
    drill: (from) => wire.drill(from),
    cancel: () => wire.cancel(),
    turnOff: () => wire.turnOff(),
    look: (from) => wire.look(from),
    open: (series, secret) => wire.open(series, secret),
    openSealed: (secret) => wire.openSealed(secret),
    restore: (listener) => wire.restore(Comlink.proxy(listener)),
    recover: (listener) => wire.recover(Comlink.proxy(listener)),
    stopRestore: () => wire.stopRestore(),
    setAside: () => wire.setAside(),
    bringBack: () => wire.bringBack(),
    discardSetAside: () => wire.discardSetAside(),
    retryMigration: () => wire.retryMigration(),
  };
}
