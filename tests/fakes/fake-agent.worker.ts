import * as Comlink from 'comlink';
import type { AgentWire } from '#runtime/contract/agent-wire.ts';
import type { VaultView } from '#runtime/contract/vault-api.ts';
import { FAKE_NOW } from './fake-agent-content.ts';
import { FakeAgentApi, type FakeScene } from './fake-agent-api.ts';

/** Stands in for the agent worker under tests/fakes/vite.config.ts, which also says which scene it shows. */
const api = new FakeAgentApi((import.meta.env['VITE_SCENE'] as FakeScene | undefined) ?? 'filled');

const FAKE_VAULT: VaultView = {
  locked: false,
  ways: [{ id: 'device', createdAt: FAKE_NOW, kind: 'device' }],
  retryAt: null,
  idleMinutes: null,
  signsUnlocked: false,
};

const wire: AgentWire = {
  start: (options, window) => api.start({ ...options, window }),
  command: (command) => api.command(command),
  onOverview: (listener) => api.onOverview(listener),
  watchRun: async (run, listener) => Comlink.proxy(await api.watchRun(run, listener)),
  trace: () => api.trace(),
  preview: (goal, overrides) => api.preview(goal, overrides),
  importFiles: (id, files, listener) => api.importFiles(id, files, listener),
  importSample: (id, listener) => api.importSample(id, listener),
  cancelImport: (id) => api.cancelImport(id),
  readSource: (source, start, end) => api.readSource(source, start, end),
  entries: (from, count) => api.entries(from, count),
  verifyJournal: (listener) => api.verifyJournal(listener),
  exportJournal: () => api.exportJournal(),
  exportAll: (listener) => api.exportAll(listener),
  proveClaim: () => api.proveClaim(),
  agents: api.agents,
  identity: api.identity,
  proofs: api.proofs,
  channels: api.channels,
  connection: api.connection,
  models: api.models,
  onDevice: api.onDevice,
  downloads: api.downloads,
  policy: api.policy,
  witnesses: api.witnesses,
  backup: api.backup,
  eraseAll: () => api.eraseAll(),
  rebuild: (listener) => api.rebuild(listener),
  doomOf: (doomed) => api.doomOf(doomed),
  destroy: (doomed, listener) => api.destroy(doomed, listener),
  vault: () => Promise.resolve(FAKE_VAULT),
  unlock: () => Promise.resolve({ ok: true, view: FAKE_VAULT }),
  changeVault: () => Promise.resolve({ ok: false, error: { code: 'too-short' }, view: FAKE_VAULT }),
  newRecoveryCode: () => Promise.resolve('0000-0000-0000-0000-0000-0000-0000'),
  setIdleMinutes: (idleMinutes) => Promise.resolve({ ...FAKE_VAULT, idleMinutes }),
  lockVault: () => Promise.resolve(),
  sealedCopy: () => Promise.reject(new Error('Nothing is sealed here.')),
  eraseLocked: () => Promise.resolve(),
};

Comlink.expose(wire);
