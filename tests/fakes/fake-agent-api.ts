import { NO_MONEY } from '#core/spend/caps.ts';
import { DEFAULT_PURPOSES } from '#core/items/purposes.ts';
import type { Run, RunStatus, StepState } from '#core/agent/run.ts';
import type { ApprovalId, RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { err, ok } from '#core/base/result.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type {
  AgentApi,
  DoomView,
  ImportFile,
  SourceExcerpt,
  StartOptions,
  VerifyReport,
} from '#runtime/contract/agent-api.ts';
import type { Command, CommandOutcome, Doomed } from '#runtime/contract/commands.ts';
import type { AgentsApi } from '#runtime/contract/agents-api.ts';
import type { BackupApi, BackupView } from '#runtime/contract/backup-api.ts';
import type { IdentityApi } from '#runtime/contract/identity-api.ts';
import type { ChannelsApi, ConnectionApi } from '#runtime/contract/channels-api.ts';
import type { ModelsApi } from '#runtime/contract/models-api.ts';
import type { DownloadsApi } from '#runtime/contract/downloads-api.ts';
import type { OnDeviceApi } from '#runtime/contract/on-device-api.ts';
import type { PolicyApi } from '#runtime/contract/policy-api.ts';
import type { ProofsApi, WitnessNetworkApi } from '#runtime/contract/proofs-api.ts';
import type {
  EntryView,
  Health,
  ImportProgress,
  ImportResult,
  Overview,
  RunView,
  SourceView,
} from '#runtime/contract/views.ts';
import {
  FAKE_NOW,
  fakeAnswer,
  fakeDigest,
  fakeMarkdown,
  fakePlan,
  fakeRunId,
  fakeSettings,
  fakeSources,
  fakeText,
  fakeUnderstood,
  fakeVerdict,
} from './fake-agent-content.ts';

/** What a page can be shown with. */
export type FakeScene = 'empty' | 'filled' | 'amnesia' | 'damaged';

const NO_BACKUP = err({ code: 'nothing', message: 'The fake has no backup.', file: null });
const NO_BACKUP_VIEW: BackupView = {
  place: null,
  working: null,
  problem: null,
  last: null,
  behind: 0,
  archives: 0,
  drill: null,
  replaced: false,
};
const NO_IDENTITY = err('The fake has no identity.');
const NO_AGENTS = err('The fake has no agents.');
const NO_PROOFS = err('The fake proves nothing.');
const NO_CHANNELS = err('The fake has no way out.');
const STEP_MS = 700;
const HEALTH: { readonly [scene in FakeScene]: Health } = {
  empty: { state: 'ok', message: '', missing: ['file-system-access', 'persist'] },
  filled: { state: 'ok', message: '', missing: [] },
  amnesia: { state: 'amnesia', message: 'A pin says 1,842 entries; the storage holds none.', missing: [] },
  damaged: { state: 'damaged', message: 'Entry 417: the payload does not hash to its digest.', missing: [] },
};

/** AgentApi in memory: it does no work, but answers, pushes and refuses as the worker does. For trying the pages. */
export class FakeAgentApi implements AgentApi {
  #settings: OwnerSettings = fakeSettings;
  #settingsSaved: boolean;
  #sources: SourceView[];
  #forgotten = new Set<RunId>();
  #runs = new Map<RunId, RunView>();
  #entries: EntryView[] = [];
  #overviewListeners = new Set<(overview: Overview) => void>();
  #runListeners = new Map<RunId, Set<(view: RunView | null) => void>>();
  #cancelled = new Set<string>();
  /** Pages of an agent without a backup. */
  readonly backup: BackupApi = {
    onView: (listener) => {
      listener(NO_BACKUP_VIEW);
      return Promise.resolve();
    },
    setUp: () => Promise.resolve(NO_BACKUP),
    changePassphrase: () => Promise.resolve(NO_BACKUP),
    showKey: () => Promise.resolve(null),
    backUp: () => Promise.resolve(NO_BACKUP),
    archive: () => Promise.resolve(NO_BACKUP),
    drill: () => Promise.resolve(NO_BACKUP),
    cancel: () => Promise.resolve(),
    turnOff: () => Promise.resolve(),
    look: () => Promise.resolve(NO_BACKUP),
    open: () => Promise.resolve(NO_BACKUP),
    openSealed: () => Promise.resolve(NO_BACKUP),
    restore: () => Promise.resolve(NO_BACKUP),
    recover: () => Promise.resolve(NO_BACKUP),
    stopRestore: () => Promise.resolve(),
    setAside: () => Promise.resolve(null),
    bringBack: () => Promise.resolve(),
    discardSetAside: () => Promise.resolve(),
    retryMigration: () => Promise.resolve(null),
  };
  /** Pages of an owner without agents. */
  readonly agents: AgentsApi = {
    onView: (listener) => {
      listener({ damage: null, agents: [] });
      return Promise.resolve();
    },
    create: () => Promise.resolve(NO_AGENTS),
    change: () => Promise.resolve(NO_AGENTS),
    give: () => Promise.resolve(NO_AGENTS),
    takeBack: () => Promise.resolve(NO_AGENTS),
    order: () => Promise.resolve(NO_AGENTS),
    log: () => Promise.resolve([]),
    noticedDamage: () => Promise.resolve(),
    freeze: () => Promise.resolve(),
    resume: () => Promise.resolve(),
  };
  /** Pages of an agent that has no identity yet. */
  readonly identity: IdentityApi = {
    view: () => Promise.resolve(ok(null)),
    prove: () => Promise.resolve(NO_IDENTITY),
    challenge: () => Promise.resolve(NO_IDENTITY),
    check: () => Promise.reject(new Error(NO_IDENTITY.error)),
    certifyDevice: () => Promise.resolve(NO_IDENTITY),
    changeKey: () => Promise.resolve(NO_IDENTITY),
    strengthenRoot: () => Promise.resolve(NO_IDENTITY),
    exportRoot: () => Promise.resolve(NO_IDENTITY),
    importRoot: () => Promise.resolve(NO_IDENTITY),
    removeRoot: () => Promise.resolve(NO_IDENTITY),
    readCosigner: () => Promise.resolve(NO_IDENTITY),
    setCosigners: () => Promise.resolve(NO_IDENTITY),
    askCosigners: () => Promise.resolve(NO_IDENTITY),
    withdrawRequest: () => Promise.resolve(NO_IDENTITY),
    takeSignature: () => Promise.resolve(NO_IDENTITY),
    cosignerCard: () => Promise.resolve(NO_IDENTITY),
    readRequest: () => Promise.resolve(NO_IDENTITY),
    signRequest: () => Promise.resolve(NO_IDENTITY),
  };

  readonly proofs: ProofsApi = {
    bundle: () => Promise.resolve(NO_PROOFS),
    dossier: () => Promise.resolve(NO_PROOFS),
    checkpoint: () => Promise.resolve(NO_PROOFS),
    view: () => Promise.resolve({ witnesses: [], anchors: [], logs: [] }),
    ownKey: () => Promise.resolve(NO_PROOFS),
    approveWitness: () => Promise.resolve(NO_PROOFS),
    dismissWitness: () => Promise.resolve(NO_PROOFS),
    witnessRequest: () => Promise.resolve(NO_PROOFS),
    takeAnswer: () => Promise.resolve(NO_PROOFS),
    cosign: () => Promise.resolve(NO_PROOFS),
    compare: () => Promise.reject(new Error(NO_PROOFS.error)),
  };

  readonly channels: ChannelsApi = {
    onView: (listener) => {
      listener({
        channels: [],
        departures: [],
        keyDirectory: '',
        spend: { caps: NO_MONEY, today: 0, agent: 0, days: [], spendings: [] },
      });
      return Promise.resolve();
    },
    readAddress: () => Promise.resolve(NO_CHANNELS),
    approve: () => Promise.resolve(NO_CHANNELS),
    change: () => Promise.resolve(NO_CHANNELS),
    revoke: () => Promise.resolve(NO_CHANNELS),
    restore: () => Promise.resolve(NO_CHANNELS),
    changeCaps: () => Promise.resolve(NO_CHANNELS),
    settleSpending: () => Promise.resolve(NO_CHANNELS),
  };
  readonly connection: ConnectionApi = {
    examine: () => Promise.resolve(NO_CHANNELS),
    diagnose: () => Promise.resolve(NO_CHANNELS),
  };
  readonly models: ModelsApi = {
    add: () => Promise.resolve(NO_CHANNELS),
    change: () => Promise.resolve(NO_CHANNELS),
    remove: () => Promise.resolve(NO_CHANNELS),
    keyState: () => Promise.resolve('none'),
    setKey: () => Promise.resolve(NO_CHANNELS),
    list: () => Promise.resolve(NO_CHANNELS),
    test: () => Promise.resolve(NO_CHANNELS),
    stopTest: () => Promise.resolve(),
  };
  readonly onDevice: OnDeviceApi = {
    look: () =>
      Promise.resolve({
        ability: { webgpu: 'none', graphics: '', half: false, bufferBytesMax: null, memoryGib: 8, cores: 4 },
        models: [],
        goalReader: null,
        loaded: null,
      }),
    add: () => Promise.resolve({ ok: false, error: 'There is no config.json in this folder.' }),
    prepare: () => Promise.resolve({ ok: true, value: undefined }),
    load: () => Promise.resolve({ ok: true, value: 'wasm' }),
    tryOut: () => Promise.resolve({ ok: true, value: { tokensIn: 10, tokensOut: 5, ms: 100 } }),
    stop: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    unload: () => Promise.resolve(),
  };

  readonly downloads: DownloadsApi = {
    look: () => Promise.resolve([]),
    order: () => Promise.resolve(NO_CHANNELS),
    download: () => Promise.resolve(NO_CHANNELS),
    stop: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };

  readonly policy: PolicyApi = {
    onView: (listener) => {
      listener({ after: null, packs: [], own: { text: '', from: null, until: null, state: 'off' }, versions: [] });
      return Promise.resolve();
    },
    check: () => Promise.resolve({ ok: true, value: [] }),
    tryOut: () => Promise.resolve(NO_CHANNELS),
    adopt: () => Promise.resolve(NO_CHANNELS),
    restore: () => Promise.resolve(NO_CHANNELS),
  };
  readonly witnesses: WitnessNetworkApi = {
    offer: () => Promise.resolve(NO_CHANNELS),
    reach: () => Promise.resolve(NO_CHANNELS),
    ask: () => Promise.resolve(NO_CHANNELS),
  };

  constructor(readonly scene: FakeScene) {
    this.#sources = scene === 'filled' ? [...fakeSources] : [];
    this.#settingsSaved = scene === 'filled';
    this.#record('agent.created', null, { agent: 'did:key:z6MkfakeAgent' });
    if (scene === 'filled') this.#fill();
  }

  start(options: StartOptions): Promise<Overview> {
    if (!this.#settingsSaved) this.#settings = { ...this.#settings, zone: options.zone, locale: options.locale };
    return Promise.resolve(this.#overview());
  }

  onOverview(listener: (overview: Overview) => void): Promise<void> {
    this.#overviewListeners.add(listener);
    return Promise.resolve();
  }

  watchRun(id: RunId, listener: (view: RunView | null) => void): Promise<() => void> {
    const listeners = this.#runListeners.get(id) ?? new Set();
    this.#runListeners.set(id, listeners.add(listener));
    listener(this.#runs.get(id) ?? null);
    return Promise.resolve(() => void listeners.delete(listener));
  }

  command(command: Command): Promise<CommandOutcome> {
    const problem = this.#apply(command);
    if (problem !== null) return Promise.resolve({ ok: false, code: 'illegal', message: problem });
    this.#push();
    return Promise.resolve({ ok: true, sequence: this.#entries.length - 1 });
  }

  trace(): Promise<null> {
    return Promise.resolve(null);
  }

  preview(goal: string, overrides: { readonly [name: string]: Json }) {
    const understood = fakeUnderstood(goal, overrides);
    return Promise.resolve({ goal: understood, plan: fakePlan(understood) });
  }

  async importFiles(
    id: string,
    files: readonly ImportFile[],
    listener: (progress: ImportProgress) => void,
  ): Promise<ImportProgress> {
    const inputs = files.map(({ path, file }) => ({ path, bytes: file.size, sample: false }));
    return this.#import(id, inputs, listener);
  }

  importSample(id: string, listener: (progress: ImportProgress) => void): Promise<ImportProgress> {
    return this.#import(
      id,
      fakeSources.map(({ path, bytes }) => ({ path, bytes, sample: true })),
      listener,
    );
  }

  cancelImport(id: string): Promise<void> {
    this.#cancelled.add(id);
    return Promise.resolve();
  }

  readSource(_source: SourceId, start: number, end: number): Promise<SourceExcerpt | null> {
    return Promise.resolve({
      before: fakeText.slice(Math.max(0, start - 600), start),
      quote: fakeText.slice(start, end),
      after: fakeText.slice(end, end + 600),
      line: fakeText.slice(0, start).split('\n').length,
    });
  }

  entries(from: number, count: number): Promise<EntryView[]> {
    return Promise.resolve(this.#entries.slice(from, from + count));
  }

  async verifyJournal(listener: (fraction: number) => void): Promise<VerifyReport> {
    for (let done = 1; done <= 4; done++) {
      await pause(120);
      listener(done / 4);
    }
    const size = this.#entries.length;
    return { verifiedUpTo: size, size, ok: true, problem: null, ms: 38 };
  }

  exportJournal(): Promise<Uint8Array> {
    return Promise.resolve(new TextEncoder().encode('{}'));
  }

  exportAll(listener: (fraction: number) => void): Promise<Uint8Array> {
    listener(1);
    return Promise.resolve(new Uint8Array(22));
  }

  proveClaim(): Promise<Uint8Array> {
    return Promise.resolve(new TextEncoder().encode('{}'));
  }

  eraseAll(): Promise<void> {
    this.#sources = [];
    this.#runs.clear();
    this.#push();
    return Promise.resolve();
  }

  rebuild(listener: (fraction: number) => void): Promise<CommandOutcome> {
    listener(1);
    return Promise.resolve({ ok: true, sequence: this.#entries.length - 1 });
  }

  doomOf(doomed: Doomed): Promise<DoomView> {
    return Promise.resolve({ entries: 3, runs: doomed.kind === 'run' ? [doomed.id] : [] });
  }

  destroy(doomed: Doomed, listener: (fraction: number) => void): Promise<CommandOutcome> {
    listener(1);
    if (doomed.kind === 'run') this.#runs.delete(doomed.id);
    else this.#sources = this.#sources.filter(({ id }) => id !== doomed.id);
    this.#push();
    return Promise.resolve({ ok: true, sequence: this.#entries.length - 1 });
  }

  #apply(command: Command): string | null {
    switch (command.type) {
      case 'start-run':
        this.#startRun(command.run, command.goal, command.overrides, null);
        return null;
      case 'save-answer':
        this.#startRun(command.as, this.#runs.get(command.run)?.run.goal ?? '', {}, command.fileName);
        return null;
      case 'stop-run':
        return this.#move(command.run, 'cancelled', 'You stopped the run.');
      case 'pause-run':
        return this.#move(command.run, 'paused', 'You paused the run.');
      case 'resume-run':
        void this.#advance(command.run);
        return this.#move(command.run, 'executing', 'You resumed the run.');
      case 'approve':
      case 'deny':
        return this.#decide(command.run, command.type === 'approve');
      case 'edit-approval':
        return 'The text cannot be changed in this demonstration.';
      case 'remove-source':
      case 'restore-source': {
        const removedAt = command.type === 'remove-source' ? FAKE_NOW : null;
        this.#sources = this.#sources.map((source) =>
          source.id === command.source ? { ...source, removedAt } : source,
        );
        this.#record('source.changed', null, { source: command.source });
        return null;
      }
      case 'forget-run':
        this.#forgotten.add(command.run);
        return null;
      case 'remember-run':
        this.#forgotten.delete(command.run);
        return null;
      case 'change-settings':
        this.#settings = command.settings;
        this.#settingsSaved = true;
        this.#record('settings.changed', null, {});
        return null;
      case 'add-source':
        return null;
      default:
        return 'The fake does not know this command.';
    }
  }

  #startRun(id: RunId, goal: string, overrides: Run['overrides'], save: string | null): void {
    const plan = fakePlan(fakeUnderstood(goal, overrides), save);
    const waiting: StepState = {
      status: 'waiting',
      attempts: 0,
      startedAt: null,
      endedAt: null,
      observation: null,
      error: null,
    };
    const run: Run = {
      id,
      status: 'executing',
      pausedFrom: null,
      goal,
      overrides,
      startedAt: FAKE_NOW,
      endedAt: null,
      sources: [],
      now: FAKE_NOW,
      zone: this.#settings.zone,
      plan,
      steps: Object.fromEntries(plan.steps.map((step) => [step.id, waiting])),
      approval: null,
      answer: null,
      answerDigest: null,
      verdict: null,
      failure: null,
    };
    this.#runs.set(id, { run, timeline: [], progress: {}, spent: null, left: [] });
    this.#note(id, 'run.started', 'You stated the goal.');
    this.#note(id, 'plan.committed', `A plan of ${String(plan.steps.length)} steps was made.`);
    void this.#advance(id);
  }

  async #advance(id: RunId): Promise<void> {
    for (const step of this.#runs.get(id)?.run.plan?.steps ?? []) {
      const current = this.#runs.get(id)?.run;
      if (current?.steps[step.id]?.status === 'done') continue;
      if (current?.status !== 'executing') return;
      if (step.approval) {
        this.#ask(id, step.id);
        return;
      }
      this.#setStep(id, step.id, { status: 'running', startedAt: FAKE_NOW });
      for (let done = 1; done <= 4; done++) {
        await pause(STEP_MS / 4);
        const held = this.#runs.get(id);
        if (held) this.#runs.set(id, { ...held, progress: { [step.id]: { done: done * 300, total: 1_200 } } });
        this.#push();
      }
      if (this.#runs.get(id)?.run.status !== 'executing') return;
      this.#setStep(id, step.id, { status: 'done', endedAt: (FAKE_NOW + 41) as UnixMs });
      this.#note(id, 'step.finished', `${step.title}: done.`);
    }
    this.#finish(id);
  }

  #ask(id: RunId, step: Run['plan'] extends null ? never : string): void {
    this.#setStep(id, step, { status: 'asking' });
    this.#change(id, {
      status: 'waiting-approval',
      approval: {
        id: `approval-${id}` as ApprovalId,
        step: step as never,
        digest: fakeDigest(fakeMarkdown),
        sentence: 'Save 1 file, 312 bytes, as what-is-asked-of-you.md',
        reason: 'Writing a file outside the journal is always asked about.',
        fileName: 'what-is-asked-of-you.md',
        mediaType: 'text/markdown',
        content: fakeMarkdown,
        nonce: 'n',
      },
    });
    this.#note(id, 'approval.requested', 'Asked you whether to save 1 file.');
  }

  #decide(id: RunId, yes: boolean): string | null {
    const run = this.#runs.get(id)?.run;
    if (!run?.approval) return 'Nothing waits for an approval there.';
    this.#setStep(id, run.approval.step, {
      status: yes ? 'done' : 'skipped',
      startedAt: FAKE_NOW,
      endedAt: (FAKE_NOW + 9) as UnixMs,
    });
    this.#change(id, { approval: null, status: 'executing' });
    this.#note(id, yes ? 'approval.given' : 'approval.denied', yes ? 'You approved.' : 'You denied.');
    this.#finish(id);
    return null;
  }

  #finish(id: RunId): void {
    this.#change(id, {
      status: 'complete',
      answer: fakeAnswer,
      answerDigest: fakeDigest('answer'),
      verdict: fakeVerdict,
      endedAt: (FAKE_NOW + 260) as UnixMs,
    });
    this.#note(id, 'run.completed', 'The answer was verified and the run is complete.');
  }

  #move(id: RunId, status: RunStatus, text: string): string | null {
    if (!this.#runs.has(id)) return 'There is no such run.';
    this.#change(id, { status, ...(status === 'cancelled' ? { endedAt: FAKE_NOW, approval: null } : {}) });
    this.#note(id, `run.${status}`, text);
    return null;
  }

  #change(id: RunId, change: Partial<Run>): void {
    const held = this.#runs.get(id);
    if (held) this.#runs.set(id, { ...held, run: { ...held.run, ...change } });
    this.#push();
  }

  #setStep(id: RunId, step: string, change: Partial<StepState>): void {
    const run = this.#runs.get(id)?.run;
    const state = run?.steps[step];
    if (run && state) this.#change(id, { steps: { ...run.steps, [step]: { ...state, attempts: 1, ...change } } });
  }

  #note(id: RunId, type: string, text: string): void {
    const held = this.#runs.get(id);
    this.#record(type, id, { text });
    if (held)
      this.#runs.set(id, {
        ...held,
        timeline: [...held.timeline, { sequence: this.#entries.length - 1, at: FAKE_NOW, type, text }],
      });
    this.#push();
  }

  #record(type: string, run: RunId | null, payload: Json): void {
    const sequence = this.#entries.length;
    this.#entries.push({
      sequence,
      epoch: 1,
      time: FAKE_NOW,
      type,
      run,
      payloadDigest: fakeDigest(`${type}${String(sequence)}`),
      payload,
      destroyed: false,
    });
  }

  async #import(
    id: string,
    inputs: readonly { path: string; bytes: number; sample: boolean }[],
    listener: (progress: ImportProgress) => void,
  ): Promise<ImportProgress> {
    const results: ImportResult[] = [];
    const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0);
    let bytesDone = 0;
    const progress = (state: ImportProgress['state'], current: string): ImportProgress => ({
      id,
      files: inputs.length,
      filesDone: results.length,
      bytes,
      bytesDone,
      current,
      results: [...results],
      state,
    });
    for (const input of inputs) {
      if (this.#cancelled.has(id)) return progress('cancelled', '');
      listener(progress('running', input.path));
      await pause(150);
      bytesDone += input.bytes;
      results.push(this.#take(input));
    }
    this.#push();
    return progress('done', '');
  }

  #take(input: { path: string; bytes: number; sample: boolean }): ImportResult {
    const known = this.#sources.find((source) => source.path === input.path);
    if (known) return { path: input.path, outcome: 'duplicate', source: known.id, of: known.path };
    if (input.bytes === 0) {
      return {
        path: input.path,
        outcome: 'failed',
        problem: { code: 'empty', where: '', message: 'The file is empty, so there is nothing to read.' },
      };
    }
    const sample = fakeSources.find((source) => source.path === input.path);
    const source: SourceView = sample ?? {
      id: fakeDigest(input.path) as unknown as SourceId,
      path: input.path,
      kind: 'document',
      bytes: input.bytes,
      importedAt: FAKE_NOW,
      modifiedAt: null,
      counts: { messages: 0, events: 0, documents: 1, tables: 0 },
      warnings: [],
      sample: input.sample,
      removedAt: null,
    };
    this.#sources.push(source);
    this.#record('source.added', null, { path: input.path });
    return { path: input.path, outcome: 'added', source: source.id, items: 1, warnings: source.warnings };
  }

  #fill(): void {
    for (const source of fakeSources) this.#record('source.added', null, { path: source.path });
    const goals = [
      'Summarise this mailbox: what is asked of me, by whom and by when?',
      'Total expenses by category since September',
    ];
    goals.forEach((goal, index) => {
      const id = fakeRunId(index + 1);
      this.#startRun(id, goal, {}, index === 1 ? 'expenses.md' : null);
      for (const step of this.#runs.get(id)?.run.plan?.steps ?? []) {
        if (step.approval) this.#ask(id, step.id);
        else
          this.#setStep(id, step.id, {
            status: 'done',
            startedAt: FAKE_NOW,
            endedAt: (FAKE_NOW + 20 + 14 * step.title.length) as UnixMs,
          });
      }
      if (index === 0) this.#finish(id);
    });
  }

  #overview(): Overview {
    const listed = [...this.#runs.values()].filter(({ run }) => !this.#forgotten.has(run.id));
    const runs = listed.map(({ run }) => ({
      id: run.id,
      goal: run.goal,
      kind: run.plan?.goal.kind ?? null,
      status: run.status,
      startedAt: run.startedAt,
      endedAt: run.endedAt,
      stepsDone: Object.values(run.steps).filter((step) => step.status === 'done').length,
      steps: Object.keys(run.steps).length,
      questions: run.approval === null ? 0 : 1,
    }));
    return {
      role: 'leading',
      health: HEALTH[this.scene],
      settings: this.#settings,
      settingsSaved: this.#settingsSaved,
      newFiles: DEFAULT_PURPOSES,
      sealedFolders: [],
      grants: [],
      agentNames: {},
      sources: this.#sources,
      runs,
      approvals: [...this.#runs.values()].flatMap(({ run }) =>
        run.approval ? [{ run: run.id, goal: run.goal, askedAt: FAKE_NOW, questions: 1, approval: run.approval }] : [],
      ),
      journal: {
        size: this.#entries.length,
        verifiedUpTo: this.#entries.length,
        verification: 'verified',
        problem: null,
        root: fakeDigest('root'),
        secondCopyLag: 0,
        full: false,
        mended: [],
        copies: ['opfs', 'indexeddb'],
        agent: 'did:key:z6MkfVkqZvHmXKLfakeAgentKeyForTryingThePages1',
      },
    };
  }

  #push(): void {
    for (const listener of this.#overviewListeners) listener(this.#overview());
    for (const [id, listeners] of this.#runListeners)
      for (const listener of listeners) listener(this.#runs.get(id) ?? null);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
