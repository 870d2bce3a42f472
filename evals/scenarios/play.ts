import { sourceGate } from '#runtime/blobs/source-gate.ts';
import { memoryBytes } from '#adapters/files/file-bytes.ts';
import { loadArchive, loadParser } from '#adapters/files/parser-list.ts';
import { parseUrl } from '#adapters/http/parse-url.ts';
import { schemaChecker } from '#adapters/json-schema/schema-checker.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { OpenAiEngine } from '#adapters/openai-http/engine.ts';
import { calendarDay } from '#adapters/platform/calendar-day.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { windowFileTarget } from '#adapters/platform/save-file.ts';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import { isEnded } from '#core/agent/transition.ts';
import type { CommandId, RunId, Sequence, SourceId } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { EngineChoice, ModelJob } from '#core/models/jobs.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Egress } from '#ports/egress.ts';
import { Interpreter } from '#runtime/agent/interpreter.ts';
import { LeadingAgent } from '#runtime/agent/leading-agent.ts';
import { openYes } from '#runtime/agent/open-yes.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { EMPTY_STATE } from '#runtime/agent/projection.ts';
import { readRun } from '#runtime/agent/read-views.ts';
import type { RunInterpreter } from '#runtime/agent/run-interpreter.ts';
import { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import type { ImportResult, RunView } from '#runtime/contract/views.ts';
import { importFiles } from '#runtime/import/importer.ts';
import type { JournalFact } from '#runtime/journal/parts.ts';
import { ModelDesk } from '#runtime/models/model-desk.ts';
import { ProviderKeys } from '#runtime/models/provider-keys.ts';
import { RuleJudge } from '#runtime/policy/rule-judge.ts';
import { StoredRules } from '#runtime/policy/stored-rules.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memoryBlobFiles, memoryBlobStore, type MemoryBlobFiles } from '#tests/fakes/memory-blob-store.ts';
import { memorySecretStore } from '#tests/fakes/memory-secret-store.ts';
import { plainRuleEngine } from '#tests/fakes/plain-rule-engine.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';
import { scriptedEngine } from '#tests/fakes/scripted-engine.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { evaluationLanguage } from '../language.ts';
import { countedEngine, type ModelCount } from './counted-engine.ts';
import { leapingClock } from './leaping-clock.ts';
import { outside, SCRIPTED_HOST, type Outside } from './outside.ts';
import { faultyInterpreter } from './faulty-interpreter.ts';
import { plainJournal } from './plain-journal.ts';
import type { Scenario, ScenarioWorld } from './scenario.ts';
import { scriptOf } from './scripted-models.ts';
import { worldOf } from './world-of.ts';

/** A host of models on the network, that is asked in place of scripts. */
export interface RealModel {
  /** "http://localhost:11434/v1" */
  readonly address: string;
  readonly model: string;
  readonly key: string;
  /** A way out of its own for each run. */
  readonly egress: () => Egress;
}

/** A run as it ended, and all that can be seen of it from outside. */
export interface Played {
  readonly world: ScenarioWorld;
  readonly view: RunView | null;
  readonly facts: readonly Fact[];
  readonly imports: readonly ImportResult[];
  readonly outside: Pick<Outside, 'sent' | 'saved'>;
  readonly models: ModelCount;
  /** From the goal to the end, in milliseconds of this machine. */
  readonly wallMs: number;
  /** Why it did not come to an end; null where it did. */
  readonly stuck: string | null;
}

const RUN = 'run-1' as RunId;
/** Of a run without a real model: no scenario takes a hundredth of it. */
const PATIENCE_MS = 300_000;
const PATIENCE_WITH_MODEL_MS = 600_000;
/** A call of the scripted provider costs a cent; of a real one nobody knows here. */
const SCRIPTED_PRICE = { perCall: '0.01', perDay: '1', until: null, source: 'made up' };
const EURO = 1_000_000;
const SCRIPTED_CAPS = { currency: 'EUR', call: EURO, run: EURO, day: EURO, agent: EURO };
const NO_LIMIT = 1_000_000_000;
const REQUESTS_PER_MINUTE = 600;

/** What can be swapped to see that the scores notice: the interpreter of runs. */
export type Refit = (interpreter: RunInterpreter) => RunInterpreter;

/** Pursues the goal of a scenario with the product's own import, leader, interpreter, gate and verifier, all in memory. */
export async function play(scenario: Scenario, real: RealModel | null, refit: Refit = (same) => same): Promise<Played> {
  const stage = new Stage(scenario, real, refit);
  return stage.play();
}

class Stage {
  readonly #scenario: Scenario;
  readonly #real: RealModel | null;
  readonly #refit: Refit;
  readonly #world: ScenarioWorld;
  readonly #clock;
  readonly #outside: Outside;
  readonly #written: JournalFact[] = [];
  readonly #store = memoryAgentStore();
  readonly #files: MemoryBlobFiles;
  readonly #models: ModelCount = { calls: 0, tokensIn: 0, tokensOut: 0 };
  readonly #ports: AgentPorts;
  readonly #blobs;
  readonly #desk: ChannelDesk;
  readonly #modelDesk: ModelDesk;
  /** Files on the disk, by the path that was brought in. */
  readonly #kept = new Map<string, { readonly id: SourceId; readonly names: readonly string[] }>();
  readonly #answered = new Set<string>();
  readonly #struck = { died: false, failed: 0 };
  #owner: OwnerSettings;
  #agent!: LeadingAgent;
  #life = new AbortController();
  #orders = 0;
  #changed: () => void = () => undefined;
  #broken: string | null = null;

  constructor(scenario: Scenario, real: RealModel | null, refit: Refit) {
    const { fault, model } = scenario;
    this.#scenario = scenario;
    this.#real = real;
    this.#refit = refit;
    this.#world = worldOf(scenario.files, fault);
    this.#owner = this.#world.owner;
    const clock = leapingClock(this.#world.now, platformClock);
    this.#clock = clock;
    const script = model === undefined || real !== null ? null : scriptOf(model.manner, clock);
    const host = real === null ? null : { origin: new URL(real.address).origin, egress: real.egress() };
    this.#outside = outside(fault, script, host, this.#models);
    this.#files = memoryBlobFiles(() => (fault?.kind === 'disk-full' ? fault.bytes : Infinity));
    this.#blobs = memoryBlobStore(clock, this.#files);
    const rules = (): ReturnType<AgentPorts['rules']> => Promise.resolve(plainRuleEngine());
    const zone = (): Promise<string> => Promise.resolve(this.#owner.zone);
    const zones = async (): Promise<Awaited<ReturnType<AgentPorts['language']>>['zones']> =>
      (await evaluationLanguage()).zones;
    const [store, entropy] = [this.#store, seededEntropy(1)];
    this.#desk = new ChannelDesk({
      ...{ store, clock, entropy, sha256, incrementalSha256, egress: this.#outside.egress, parse: parseUrl },
      publicKey: () => new Uint8Array(32),
      day: async (at) => calendarDay(at, await zone()),
      rules: new StoredRules({ store, zone, judge: new RuleJudge({ clock, sha256, rules, zones }) }),
      approval: (digest) => openYes(store, clock, digest),
      granted: (digest) => openYes(store, clock, digest, 'grant'),
      command: (command) => this.#agent.handle(command),
    });
    this.#modelDesk = new ModelDesk({
      ...{ desk: this.#desk, store, clock },
      keys: new ProviderKeys({ secrets: memorySecretStore(), sealer: plainSealer() }),
      engine: (of) => countedEngine(new OpenAiEngine({ ...of, clock, schemaChecker }), this.#models, 'tokens'),
    });
    const scripted = script === null ? null : countedEngine(scriptedEngine(script), this.#models, 'all');
    this.#ports = {
      ...{ clock, entropy, sha256, store, rules },
      blobs: sourceGate(this.#blobs),
      files: windowFileTarget(this.#outside.window, sha256),
      outbox: () => Promise.resolve(this.#desk),
      language: evaluationLanguage,
      engineFor: (choice) =>
        choice.at === 'provider'
          ? this.#modelDesk.engineOf(choice.provider)
          : Promise.resolve(scripted === null ? err('There is no such model on this device.') : ok(scripted)),
      questionsTo: (provider) => this.#modelDesk.questionsTo(provider),
    };
  }

  async play(): Promise<Played> {
    await this.#lead();
    const imports = await this.#bringIn();
    await this.#openWaysOut();
    const engines = await this.#engines();
    this.#owner = { ...this.#world.owner, engines };
    await this.#order({ type: 'change-settings', settings: this.#owner });
    const began = performance.now();
    await this.#order({ type: 'start-run', run: RUN, goal: this.#scenario.goal, overrides: {}, now: this.#world.now });
    const stuck = await this.#untilEnded();
    const wallMs = performance.now() - began;
    this.#life.abort();
    return {
      ...{ world: this.#world, imports, stuck, wallMs, outside: this.#outside, models: this.#models },
      view: await readRun(this.#store, RUN),
      facts: this.#written.map(({ value }) => value as unknown as Fact),
    };
  }

  /** One more tab over the same journal and stores. */
  async #lead(): Promise<void> {
    const life = new AbortController();
    this.#life = life;
    const written = this.#written;
    const owner = (): OwnerSettings => this.#owner;
    const interpreter = faultyInterpreter(this.#refit(new Interpreter(this.#ports, owner)), this.#scenario.fault, {
      struck: this.#struck,
      dies: () => this.#die(),
      stops: () => this.#order({ type: 'stop-run', run: RUN }),
      deletes: (path) => this.#order({ type: 'remove-source', source: this.#kept.get(path)?.id ?? '' }),
      forbids: (path) =>
        this.#order({
          ...{ type: 'change-purposes', purposes: { inference: false } },
          sources: [this.#kept.get(path)?.id ?? ''],
        }),
      loses: (path) => this.#spoil(path, () => null),
      changes: (path) =>
        this.#spoil(path, (bytes) => bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte))),
    });
    this.#agent = new LeadingAgent(EMPTY_STATE, {
      ...{ ports: this.#ports, journal: plainJournal(written), interpreter, size: written.length },
      epoch: await this.#store.raiseEpoch(),
      zone: () => this.#owner.zone,
      history: async function* (from) {
        for (const [at, { value }] of written.slice(from).entries())
          yield await Promise.resolve({ sequence: (from + at) as Sequence, fact: value as unknown as Fact });
      },
      headAt: () => Promise.resolve(null),
      contents: { find: () => Promise.resolve({ entries: [], runs: [] }), destroy: () => Promise.resolve(null) },
      changed: () => {
        if (life.signal.aborted) return;
        void this.#answer();
        this.#changed();
      },
      ...{ working: () => undefined, progress: () => undefined, lost: life.signal },
      broken: (code, reason) => {
        this.#broken = `${code}: ${reason}`;
        this.#changed();
      },
    });
    if (written.length === 0)
      await this.#agent.commit([{ type: 'agent.created', at: this.#clock.now(), agent: 'did:key:evaluation' }]);
    else await this.#agent.takeUp();
    this.#agent.resume();
  }

  #die(): void {
    this.#life.abort();
    setTimeout(() => void this.#lead().then(() => this.#changed()), 0);
  }

  #spoil(path: string, change: (bytes: Uint8Array) => Uint8Array | null): void {
    for (const name of this.#kept.get(path)?.names ?? []) {
      const changed = change(this.#files.kept.get(name) ?? new Uint8Array());
      if (changed === null) this.#files.kept.delete(name);
      else this.#files.kept.set(name, changed);
    }
  }

  /** One file at a time, so that it is known which of the files on the disk are its own. */
  async #bringIn(): Promise<ImportResult[]> {
    const results: ImportResult[] = [];
    for (const { path, bytes } of this.#world.files) {
      const before = new Set(this.#files.kept.keys());
      const imported = await importFiles({
        files: [memoryBytes(path, bytes)],
        ...{ blobs: this.#blobs, parsers: loadParser, archives: loadArchive, clock: this.#clock },
        sha256: incrementalSha256,
        known: (id) => this.#agent.state.sources.get(id)?.path ?? null,
        signal: this.#life.signal,
        added: async (source) => {
          await this.#order({ type: 'add-source', source });
          const names = [...this.#files.kept.keys()].filter(
            (name) => !before.has(name) && /\.(bytes|items)$/.test(name),
          );
          this.#kept.set(path, { id: source.id, names });
        },
        progress: () => undefined,
      });
      results.push(...imported.results);
    }
    return results;
  }

  async #openWaysOut(): Promise<void> {
    for (const { name, address, clearance } of this.#scenario.waysOut ?? []) {
      const approved = await this.#desk.approve({
        ...{ name, address, clearance, why: 'For this scenario', methods: ['POST'] },
        ...{ headers: ['content-type', 'idempotency-key'], expiresAt: null },
        ...{ bytesPerDay: NO_LIMIT, requestsPerMinute: REQUESTS_PER_MINUTE },
      });
      if (!approved.ok) throw new Error(`The way out ${name} was not opened: ${approved.error}`);
    }
  }

  /** What helps with what, as the owner's settings say it. */
  async #engines(): Promise<Partial<Record<ModelJob, EngineChoice>>> {
    const { model } = this.#scenario;
    if (this.#real !== null) {
      const { address, model: name, key } = this.#real;
      const engine = await this.#provider(address, name, key);
      return { answering: engine, planning: engine };
    }
    if (model === undefined) return {};
    const engine: EngineChoice =
      model.at === 'device'
        ? { at: 'device', model: 'scripted' }
        : await this.#provider(`${SCRIPTED_HOST}/v1`, 'scripted', '');
    return { [model.job]: engine };
  }

  async #provider(address: string, model: string, key: string): Promise<EngineChoice> {
    if (this.#real === null) await this.#desk.changeCaps(SCRIPTED_CAPS);
    const added = await this.#modelDesk.add({
      ...{ name: 'Models', address, key, clearance: 'public', costs: this.#real === null ? SCRIPTED_PRICE : null },
      ...{ bytesPerDay: NO_LIMIT, requestsPerMinute: REQUESTS_PER_MINUTE },
    });
    if (!added.ok) throw new Error(`The provider was not added: ${added.error}`);
    return { at: 'provider', provider: added.value, model };
  }

  /** What the owner does with the card that waits, once for each. */
  async #answer(): Promise<void> {
    const run = this.#run();
    const card = run?.approval;
    if (run === undefined || card == null || run.steps[card.step]?.status !== 'asking') return;
    if (this.#answered.has(card.id)) return;
    this.#answered.add(card.id);
    const { fault, owner } = this.#scenario;
    const first = this.#answered.size === 1;
    // A question to a real model is no part of what the scenario is about.
    const asksModel = run.plan?.steps.find(({ id }) => id === card.step)?.tool === 'ask-model';
    if (!asksModel && first && fault?.kind === 'cancelled' && fault.at === 'card')
      return void this.#order({ type: 'stop-run', run: RUN });
    if (!asksModel && first && fault?.kind === 'card-edited')
      return void this.#order({ type: 'edit-approval', run: RUN, approval: card.id, content: fault.to });
    if (first && fault?.kind === 'files-sealed') {
      await this.#order({ type: 'change-seal', of: { sources: [...run.sources] }, sealed: true });
      if (this.#run()?.approval?.id !== card.id) return;
    }
    if (first && fault?.kind === 'way-out-closed')
      for (const id of this.#agent.state.channels.keys()) await this.#order({ type: 'revoke-channel', channel: id });
    await this.#say(card, owner === 'says-no' && !(asksModel && this.#real !== null));
  }

  async #say(card: PendingApproval, no: boolean): Promise<void> {
    const about = { run: RUN, approval: card.id };
    await this.#order(
      no
        ? { type: 'deny', ...about, reason: 'Not this time.' }
        : {
            ...{ type: 'approve', ...about, digest: card.digest },
            ...(card.acts === undefined
              ? {}
              : {
                  acts: card.acts.flatMap((act) =>
                    act.standing === 'asked' ? [{ step: act.step, digest: act.digest }] : [],
                  ),
                }),
          },
    );
  }

  #order(body: Record<string, unknown>): Promise<CommandOutcome> {
    return this.#agent.handle({ id: `order-${String(++this.#orders)}` as CommandId, ...body } as unknown as Command);
  }

  #run(): Run | undefined {
    return this.#agent.state.runs.get(RUN);
  }

  /** @returns why it did not end, or null */
  async #untilEnded(): Promise<string | null> {
    const until = performance.now() + (this.#real === null ? PATIENCE_MS : PATIENCE_WITH_MODEL_MS);
    while (performance.now() < until) {
      const stored = (await readRun(this.#store, RUN))?.run;
      if (stored !== undefined && isEnded(stored)) return null;
      if (this.#broken !== null) return this.#broken;
      const left = until - performance.now();
      await new Promise<void>((resolve) => {
        const cancel = platformClock.after(Math.max(0, left) as never, resolve);
        this.#changed = () => {
          cancel();
          resolve();
        };
      });
    }
    return `${this.#run()?.status ?? 'not begun'} after ${String(PATIENCE_MS / 1000)} seconds`;
  }
}
