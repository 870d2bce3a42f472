import { sealedFilesOf, staysHere } from '#core/items/sealing.ts';
import { labelToUse } from '#core/agent/run-labels.ts';
import type { Run } from '#core/agent/run.ts';
import type { RunId, SourceId } from '#core/base/ids.ts';
import type { Sealed } from '#runtime/contract/commands.ts';
import type { RunSummary } from '#runtime/contract/views.ts';
import type { PickedFile } from '#lib/client/device.ts';
import type { IconName } from '#lib/components/icons.ts';
import { answerText } from '#lib/format/answer-text.ts';
import { fileNameFor } from '#lib/format/file-name.ts';
import { isActive } from '#lib/format/status.ts';
import { t, type MessageKey } from '#lib/messages/t.ts';
import type { CommandBody } from '#lib/state/agent-state.svelte.ts';
import type { AppState } from '#lib/state/app-state.ts';
import type { Toast } from '#lib/state/interface-state.svelte.ts';
import { inverseOf } from '#lib/undo.ts';

/** One thing the owner can do. The one table below feeds buttons, shortcuts and the palette. */
export interface AppCommand {
  readonly id: string;
  readonly label: MessageKey & PlainMessage;
  readonly group: 'group.go' | 'group.run' | 'group.files' | 'group.audit' | 'group.app';
  readonly icon: IconName;
  /** "mod+k", "alt+1", "?"; null for none. */
  readonly shortcut: string | null;
  readonly when: (app: AppState) => boolean;
  readonly run: (app: AppState) => void | Promise<void>;
}

type PlainMessage = {
  [Key in MessageKey]: Parameters<typeof t<Key>> extends [Key] ? Key : never;
}[MessageKey];

export const FILE_TYPES = '.ics,.eml,.mbox,.csv,.tsv,.md,.txt,.html,.htm,.pdf,.docx,.zip,.json';

/** Files are taken at once: the worker holds them until it is ready. */
const always = (): boolean => true;
const ready = (app: AppState): boolean => app.agent.overview !== null;

const table = {
  palette: {
    label: 'command.palette',
    group: 'group.app',
    icon: 'command',
    shortcut: 'mod+k',
    when: always,
    run: (app) => {
      app.interface.palette = true;
    },
  },
  shortcuts: {
    label: 'command.shortcuts',
    group: 'group.app',
    icon: 'command',
    shortcut: '?',
    when: always,
    run: (app) => {
      app.interface.shortcuts = true;
    },
  },
  lock: {
    label: 'command.lock',
    group: 'group.app',
    icon: 'lock',
    shortcut: 'alt+l',
    when: (app) => ready(app) && app.vault.lockable,
    run: (app) => app.vault.lock(),
  },
  'set-lock': {
    label: 'command.set-lock',
    group: 'group.app',
    icon: 'lock',
    shortcut: null,
    when: (app) => ready(app) && !app.vault.lockable,
    run: async (app) => {
      await app.go('/settings');
      document.getElementById('vault')?.scrollIntoView();
    },
  },
  'next-theme': {
    label: 'command.next-theme',
    group: 'group.app',
    icon: 'eye',
    shortcut: null,
    when: ready,
    run: async (app) => {
      await order(app, { type: 'change-settings', settings: { ...app.agent.settings, theme: nextTheme(app) } });
    },
  },

  'focus-goal': {
    label: 'command.focus-goal',
    group: 'group.go',
    icon: 'goal',
    shortcut: 'alt+1',
    when: always,
    run: async (app) => {
      await app.go('/');
      document.getElementById('goal')?.focus();
    },
  },
  'go-approvals': {
    label: 'command.go-approvals',
    group: 'group.go',
    icon: 'inbox',
    shortcut: 'alt+2',
    when: always,
    run: (app) => app.go('/approvals'),
  },
  'go-files': {
    label: 'command.go-files',
    group: 'group.go',
    icon: 'files',
    shortcut: 'alt+3',
    when: always,
    run: (app) => app.go('/files'),
  },
  'go-audit': {
    label: 'command.go-audit',
    group: 'group.go',
    icon: 'shield',
    shortcut: 'alt+4',
    when: always,
    run: (app) => app.go('/audit'),
  },
  'go-agents': {
    label: 'command.go-agents',
    group: 'group.go',
    icon: 'agents',
    shortcut: 'alt+7',
    when: always,
    run: (app) => app.go('/agents'),
  },
  'go-channels': {
    label: 'command.go-channels',
    group: 'group.go',
    icon: 'exit',
    shortcut: 'alt+8',
    when: always,
    run: (app) => app.go('/channels'),
  },
  'go-models': {
    label: 'command.go-models',
    group: 'group.go',
    icon: 'chip',
    shortcut: null,
    when: always,
    run: (app) => app.go('/models'),
  },
  'go-policy': {
    label: 'command.go-policy',
    group: 'group.go',
    icon: 'rules',
    shortcut: 'alt+9',
    when: always,
    run: (app) => app.go('/policy'),
  },
  'go-identity': {
    label: 'command.go-identity',
    group: 'group.go',
    icon: 'seal',
    shortcut: 'alt+6',
    when: always,
    run: (app) => app.go('/identity'),
  },
  'go-settings': {
    label: 'command.go-settings',
    group: 'group.go',
    icon: 'settings',
    shortcut: 'alt+5',
    when: always,
    run: (app) => app.go('/settings'),
  },

  'add-files': {
    label: 'files.add',
    group: 'group.files',
    icon: 'plus',
    shortcut: 'alt+a',
    when: always,
    run: async (app) => {
      importPicked(app, await app.device.pickFiles(FILE_TYPES));
    },
  },
  'add-folder': {
    label: 'files.add-folder',
    group: 'group.files',
    icon: 'folder',
    shortcut: null,
    when: (app) => app.device.canPickFolder(),
    run: async (app) => {
      importPicked(app, await app.device.pickFolder());
    },
  },
  'try-sample': {
    label: 'files.sample',
    group: 'group.files',
    icon: 'sample',
    shortcut: null,
    when: always,
    run: async (app) => {
      if (!refusedWhileBusy(app)) await app.imports.addSample();
    },
  },

  run: {
    label: 'home.run',
    group: 'group.run',
    icon: 'play',
    shortcut: null,
    when: (app) => ready(app) && app.goal.text.trim() !== '',
    run: startRun,
  },
  pause: {
    label: 'run.pause',
    group: 'group.run',
    icon: 'pause',
    shortcut: 'alt+p',
    when: (app) => {
      const status = statusOf(app);
      return status !== null && isActive(status) && status !== 'paused';
    },
    run: (app) => orderRun(app, (run) => ({ type: 'pause-run', run })),
  },
  resume: {
    label: 'run.resume',
    group: 'group.run',
    icon: 'play',
    shortcut: 'alt+r',
    when: (app) => statusOf(app) === 'paused',
    run: (app) => orderRun(app, (run) => ({ type: 'resume-run', run })),
  },
  stop: {
    label: 'run.stop',
    group: 'group.run',
    icon: 'stop',
    shortcut: 'alt+s',
    when: (app) => {
      const status = statusOf(app);
      return status !== null && isActive(status);
    },
    run: (app) => orderRun(app, (run) => ({ type: 'stop-run', run })),
  },
  copy: {
    label: 'run.copy',
    group: 'group.run',
    icon: 'copy',
    shortcut: 'alt+c',
    when: (app) => app.current.state?.run?.answer != null,
    run: copyAnswer,
  },
  save: {
    label: 'run.save',
    group: 'group.run',
    icon: 'download',
    shortcut: null,
    when: (app) => statusOf(app) === 'complete' && app.current.state?.run?.answer?.outcome === 'answered',
    run: saveAnswer,
  },
  dossier: {
    label: 'run.dossier',
    group: 'group.run',
    icon: 'seal',
    shortcut: null,
    when: hasEnded,
    run: saveDossier,
  },
  again: {
    label: 'run.again',
    group: 'group.run',
    icon: 'again',
    shortcut: null,
    when: hasEnded,
    run: async (app) => {
      const run = app.current.state?.run;
      if (run) await start(app, run.goal, run.overrides);
    },
  },
  edit: {
    label: 'run.edit',
    group: 'group.run',
    icon: 'edit',
    shortcut: null,
    when: hasEnded,
    run: async (app) => {
      const run = app.current.state?.run;
      if (!run) return;
      app.goal.replace(run.goal, run.overrides);
      await app.go('/');
      document.getElementById('goal')?.focus();
    },
  },
  forget: {
    label: 'run.forget',
    group: 'group.run',
    icon: 'trash',
    shortcut: null,
    when: (app) => hasEnded(app) && isListed(app),
    run: async (app) => {
      const run = app.current.state?.run;
      if (!run || !(await forgetRun(app, run))) return;
      await app.go('/');
    },
  },
  remember: {
    label: 'run.remember',
    group: 'group.run',
    icon: 'again',
    shortcut: null,
    when: (app) => hasEnded(app) && !isListed(app),
    run: (app) => orderRun(app, (run) => ({ type: 'remember-run', run })),
  },
} satisfies { readonly [id: string]: Omit<AppCommand, 'id'> };

export type CommandName = keyof typeof table;

export const commands: readonly AppCommand[] = Object.entries<Omit<AppCommand, 'id'>>(table).map(([id, command]) => ({
  id,
  ...command,
}));

export function commandNamed(name: CommandName): AppCommand {
  return { id: name, ...table[name] };
}

/**
 * Gives a command and says why when it is refused.
 * @param said once it is taken; what can be taken back is offered for as long as the notice stands
 * @returns whether it was taken
 */
export async function order(app: AppState, body: CommandBody, said: string | null = null): Promise<boolean> {
  const back = app.agent.overview === null ? [] : inverseOf(body, app.agent.overview);
  const outcome = await app.agent.command(body);
  if (!outcome.ok) app.interface.sayFailed(t('app.failed', { reason: outcome.message }));
  else if (said !== null) app.interface.say(said, back.length === 0 ? null : undoing(app, back, said));
  return outcome.ok;
}

function undoing(app: AppState, back: readonly CommandBody[], said: string): NonNullable<Toast['action']> {
  const undo = async (): Promise<void> => {
    for (const body of back) if (!(await order(app, body))) return;
    app.interface.say(t('app.undone', { what: said }));
  };
  return { label: t('app.undo'), run: () => void undo() };
}

/** Seals files or a folder, or takes the seal off. */
export function changeSeal(app: AppState, of: Sealed, sealed: boolean): Promise<boolean> {
  const said =
    'folder' in of
      ? t(sealed ? 'seal.folder-sealed' : 'seal.folder-free', { name: of.folder })
      : t(sealed ? 'seal.sealed' : 'seal.free', { count: of.sources.length });
  return order(app, { type: 'change-seal', of, sealed }, said);
}

/** The same goal over all files that are not sealed: what comes of it may leave. */
export async function runWithoutSealed(
  app: AppState,
  { goal, overrides }: Pick<Run, 'goal' | 'overrides'>,
): Promise<void> {
  const sources = app.agent.sources.filter(({ sealed }) => sealed === undefined).map(({ id }) => id);
  await start(app, goal, overrides, sources);
}

/** Takes an ended run from the list; it can be put back for as long as the notice stands. @returns whether it was */
export function forgetRun(app: AppState, { id: run, goal }: Pick<RunSummary, 'id' | 'goal'>): Promise<boolean> {
  return order(app, { type: 'forget-run', run }, t('run.forgot', { goal: shortened(goal) }));
}

/** Hands files to the worker; one import at a time. */
export function importPicked(app: AppState, files: readonly PickedFile[]): void {
  if (files.length === 0 || refusedWhileBusy(app)) return;
  void app.imports.addFiles(files);
}

/** Saves bytes that the owner asked for by name. */
export function saveExport(app: AppState, name: string, mediaType: string, bytes: Uint8Array, said: string): void {
  app.device.download(name, mediaType, bytes);
  app.interface.say(said);
}

async function saveDossier(app: AppState): Promise<void> {
  const run = app.current.state?.run;
  if (!run) return;
  const dossier = await app.agent.client.proofs.dossier(run.id);
  const name = `${fileNameFor(run.goal).replace(/\.md$/, '')}.dossier.json`;
  if (dossier.ok) saveExport(app, name, 'application/json', dossier.value, t('run.dossier-saved', { name }));
  else app.interface.sayFailed(t('app.failed', { reason: dossier.error }));
}

async function startRun(app: AppState): Promise<void> {
  if (app.goal.waiting !== null) return;
  app.goal.waiting = app.imports.running ? 'files' : 'agent';
  await app.imports.settled();
  app.goal.waiting = 'agent';
  const started = await start(app, app.goal.text.trim(), app.goal.overrides);
  app.goal.waiting = null;
  if (started) app.goal.clear();
}

async function start(
  app: AppState,
  goal: string,
  overrides: AppState['goal']['overrides'],
  sources?: readonly SourceId[],
): Promise<boolean> {
  const run = crypto.randomUUID() as RunId;
  const only = sources === undefined ? {} : { sources };
  const outcome = await app.agent.command({ type: 'start-run', run, goal, overrides, ...only });
  if (outcome.ok) await app.go(`/run/${run}`);
  else app.interface.sayFailed(t('app.failed', { reason: outcome.message }));
  return outcome.ok;
}

async function orderRun(app: AppState, body: (run: RunId) => CommandBody): Promise<void> {
  const id = app.current.state?.id;
  if (id !== undefined) await order(app, body(id));
}

/** Saving is a run of its own, which asks first: its page shows the card. */
async function saveAnswer(app: AppState): Promise<void> {
  const run = app.current.state?.run;
  if (!run) return;
  const as = crypto.randomUUID() as RunId;
  const outcome = await app.agent.command({ type: 'save-answer', run: run.id, as, fileName: fileNameFor(run.goal) });
  if (!outcome.ok) {
    app.interface.sayFailed(t('app.failed', { reason: outcome.message }));
    return;
  }
  await app.go(`/run/${as}`);
  app.interface.say(t('run.save-asked'));
}

async function copyAnswer(app: AppState): Promise<void> {
  const run = app.current.state?.run;
  const answer = run?.answer;
  if (!answer) return;
  const known = new Map([...app.agent.sources, ...app.agent.removed].map((source) => [source.id, source]));
  const label = labelToUse(run, known);
  // Systems keep what is copied, and some hand it on to other devices.
  if (label.confidentiality === 'sealed') {
    app.interface.sayFailed(t('app.failed', { reason: staysHere(sealedFilesOf(label, known)) }));
    return;
  }
  try {
    await navigator.clipboard.writeText(answerText(answer));
    app.interface.say(t('run.copied'));
  } catch (error) {
    app.interface.sayFailed(t('app.failed', { reason: error instanceof Error ? error.message : String(error) }));
  }
}

function refusedWhileBusy(app: AppState): boolean {
  if (app.imports.running) app.interface.sayFailed(t('import.busy'));
  return app.imports.running;
}

function statusOf(app: AppState) {
  return app.current.state?.run?.status ?? null;
}

function hasEnded(app: AppState): boolean {
  const status = statusOf(app);
  return status !== null && !isActive(status);
}

function isListed(app: AppState): boolean {
  return app.agent.runs.some((run) => run.id === app.current.state?.id);
}

/** A goal as a notice can name it. */
function shortened(goal: string): string {
  return goal.length <= 60 ? goal : `${goal.slice(0, 57).trimEnd()}…`;
}

function nextTheme(app: AppState) {
  const themes = ['system', 'light', 'dark', 'contrast'] as const;
  return themes[(themes.indexOf(app.agent.settings.theme) + 1) % themes.length] ?? 'system';
}
