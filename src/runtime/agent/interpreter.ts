import type { StepMaker } from '#core/agent/events.ts';
import { labelOfAnswer, labelOfObservation, labelToUse } from '#core/agent/run-labels.ts';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import { assert } from '#core/base/assert.ts';
import type { Digest, RunId, SourceId, StepId } from '#core/base/ids.ts';
import { digestOf, type Json } from '#core/base/json.ts';
import { OBSERVATION_BYTES_MAX, STEP_ATTEMPTS_MAX, STEP_TIMEOUT_MS } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Ms } from '#core/base/ids.ts';
import { leftOutNote, mayBeUsedFor } from '#core/items/purposes.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Source } from '#core/items/source.ts';
import { answeredBy, join, type Label } from '#core/labels/label.ts';
import type { WhyAnew } from '#core/policy/approval.ts';
import { decide, type PolicyState } from '#core/policy/decide.ts';
import type { GoalContext, GoalLanguage, Inventory, KnownChannel } from '#core/planner/goal.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import type { Answer, AnswerDraft } from '#core/tools/answer.ts';
import { isRepeatable, type ToolError } from '#core/tools/definition.ts';
import type { Verdict } from '#core/verifier/verdict.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import { ToolCache } from '../tools/tool-cache.ts';
import type { SourceReader } from '../blobs/source-gate.ts';
import { InventoryTaker } from './inventory.ts';
import { itemReader } from './item-reader.ts';
import { denialText } from '../channels/channel-words.ts';
import { labelledPlan, type LabelledPlan } from './labelled-plan.ts';
import { helpersOf, modelOfStep } from '../models/models-of-runs.ts';
import { MODEL_STEP_LIMIT_MS } from '../models/step-model.ts';
import { readRequest, RunRules } from '../policy/run-rules.ts';
import type { OutwardActs } from './outward-acts.ts';
import type { EventBody, Observed, RunInterpreter } from './run-interpreter.ts';
import type { AgentPorts } from './ports.ts';
import { observationKey, type AgentState } from './projection.ts';
import { withinLimit } from '../time-limit.ts';
import { inputsOf } from './step-inputs.ts';
import { stillCovers } from './still-covers.ts';

type Outcome<T> = Promise<Result<T, ToolError>>;

/** Does what a run's effects call for, through the ports; decides nothing about the run's course. */
export class Interpreter implements RunInterpreter {
  readonly #ports: AgentPorts;
  readonly #owner: (state: AgentState) => OwnerSettings;
  readonly #inventory: InventoryTaker;
  /** Most runs do nothing outside the app: what does is loaded for the first that would. */
  readonly #acts: () => Promise<OutwardActs>;
  readonly #rules: RunRules;
  readonly #cache: ToolCache;
  /** The files of the step before: mostly those of the next one too. */
  #files: (Pick<AgentState, 'sources'> & { readonly of: Run['sources']; readonly key: Digest }) | null = null;
  readonly #digests = new WeakMap<object, Digest>();
  /** What was found out of the tools so far. */
  readonly #makers = new Map<Step['tool'], StepMaker>();

  /** @param owner the settings in force: the owner's own, else the sample's, else the browser's */
  constructor(ports: AgentPorts, owner: (state: AgentState) => OwnerSettings) {
    this.#ports = ports;
    this.#owner = owner;
    this.#inventory = new InventoryTaker();
    this.#rules = new RunRules(ports);
    this.#cache = new ToolCache(ports.sha256);
    let acts: Promise<OutwardActs> | undefined;
    this.#acts = () =>
      (acts ??= import('./outward-acts.ts').then(
        (outward) => new outward.OutwardActs(ports, this.#rules),
        (error: unknown) => {
          acts = undefined;
          throw error;
        },
      ));
  }

  /**
   * Reads the goal and plans it, over the sources and the clock the run began with.
   * @param helped the run that a model may be asked for, where no method fits; left out where none is to be asked
   */
  async plan(
    run: Pick<Run, 'goal' | 'overrides' | 'sources' | 'now' | 'zone'>,
    state: AgentState,
    helped?: { readonly run: RunId; readonly signal: AbortSignal },
  ): Outcome<LabelledPlan> {
    const [{ languageOf, ...context }, reader, { readByModel }, { planGoal }, { PLAN_METHODS }] = await Promise.all([
      this.#goalContext(run, state),
      this.#owner(state).goalReader === false ? null : (this.#ports.goalReader?.() ?? null),
      import('#core/planner/model-reading.ts'),
      import('#core/planner/plan-goal.ts'),
      import('#core/planner/domain.ts'),
    ]);
    const contextOver = (inventory: Inventory): GoalContext => {
      const reading = reader === null ? null : readByModel(run.goal, inventory, reader, languageOf);
      return { ...context, inventory, ...(reading === null ? {} : { reading }) };
    };
    const planning = {
      sources: sourcesOf(run, state).used,
      inventory: (sources: readonly Source[]) => this.#inventory.take(this.#reader(state), sources),
      methods: PLAN_METHODS,
    };
    const planOver = (inventory: Inventory): Plan =>
      planGoal(run.goal, contextOver(inventory), run.overrides, this.#ports.sha256);
    const planned = await labelledPlan({ ...planning, planOver });
    const { engineFor, clock, sha256 } = this.#ports;
    const helper = context.helpers?.find(({ job }) => job === 'planning');
    if (helped === undefined || helper === undefined || engineFor === undefined) return ok(planned);
    const { planWithModel } = await import('../models/plan-with-model.ts');
    return ok(
      await planWithModel({
        ...{ planned, planning, planOver, contextOver, engineFor, clock, sha256 },
        ...{ goal: run.goal, overrides: run.overrides, run: helped.run, engine: helper.engine, signal: helped.signal },
      }),
    );
  }

  async runStep(
    run: Run,
    id: StepId,
    state: AgentState,
    signal: AbortSignal,
    progress: ToolContext['progress'],
  ): Outcome<Observed> {
    const step = stepOf(run, id);
    const tool = await toolOf(step);
    const request = readRequest(run, step, this.#rules.version(state));
    const verdicts = await this.#rules.verdicts(request, run, state);
    const allowed = decide(NOTHING_APPROVED, request, verdicts, this.#ports.sha256);
    if (allowed.kind !== 'allow')
      return err({ code: 'denied', message: `${tool.definition.title}: ${denialText(allowed, '')}` });
    const model = tool.definition.effects.egress === 'model' ? await this.#model(run, step, state, signal) : null;
    const read = new Set<SourceId>();
    const context = { ...(await this.#toolContext(run, step, state, read)), model, signal, progress };
    const key = isRepeatable(tool.definition) ? this.#callKey(run, step, tool, state, context) : null;
    const by = { run: run.id, step: id };
    const limit = (model === null ? STEP_TIMEOUT_MS : MODEL_STEP_LIMIT_MS) as Ms;
    const called = await withinLimit(
      this.#ports.clock,
      limit,
      (within) =>
        this.#cache.call({
          ...{ key, by, read, context: { ...context, signal: within } },
          work: (watched) => tool.run(step.args, watched),
        }),
      () => err(tookTooLong(step, limit)),
      signal,
    );
    if (!called.ok) return called;
    const { observation, bytes } = called.value;
    if (bytes > OBSERVATION_BYTES_MAX) {
      return err({
        code: 'too-large',
        message: `${step.title} found ${String(bytes)} bytes, more than a step may keep (${String(OBSERVATION_BYTES_MAX)}). Narrow the goal.`,
      });
    }
    const found = labelOfObservation(run, step, called.value.read, state.sources);
    const label = model === null ? found : join(found, model.label());
    return ok({ observation, label, ...(called.value.by === by ? {} : { from: called.value.by }) });
  }

  forget(): void {
    this.#cache.forget();
  }

  /** What a call depends on, but for the circumstances that the cache sees it look at. */
  #callKey(run: Run, { args }: Step, { definition }: Tool, state: AgentState, { inputs }: ToolContext): Digest {
    const { name, version } = definition;
    const { agents = [] } = run;
    const given = Array.from(inputs, ([artifact, observation]) => [artifact, this.#digestOf(observation)]);
    const files = this.#filesKey(run, state);
    return digestOf(this.#ports.sha256, { name, version, args, given, files, agents });
  }

  /** What a step found is kept as it is and handed on: its digest is needed more than once. */
  #digestOf(observation: Json): Digest {
    const { sha256 } = this.#ports;
    if (typeof observation !== 'object' || observation === null) return digestOf(sha256, observation);
    const digest = this.#digests.get(observation) ?? digestOf(sha256, observation);
    this.#digests.set(observation, digest);
    return digest;
  }

  /** Of all that is known of the files that a run may read now: what they are allowed for and how they are sealed too. */
  #filesKey(run: Run, state: AgentState): Digest {
    const known = this.#files;
    if (known !== null && known.sources === state.sources && known.of === run.sources) return known.key;
    const key = digestOf(this.#ports.sha256, sourcesOf(run, state).used);
    this.#files = { sources: state.sources, of: run.sources, key };
    return key;
  }

  doneBy(run: Run, id: StepId): StepMaker | Promise<StepMaker> {
    const { tool } = stepOf(run, id);
    const known = this.#makers.get(tool);
    return known ?? this.#findMaker(tool);
  }

  async #findMaker(tool: Step['tool']): Promise<StepMaker> {
    const { definitions } = await import('#core/tools/definitions.ts');
    const maker = { version: definitions[tool].version, model: null };
    this.#makers.set(tool, maker);
    return maker;
  }

  finished(step: StepId, { observation, label, from }: Observed): EventBody {
    const digest = this.#digestOf(observation);
    return { type: 'step.finished', step, observation, digest, label, ...(from === undefined ? {} : { from }) };
  }

  mayRetry(error: ToolError, attempt: number): boolean {
    return attempt < STEP_ATTEMPTS_MAX && (error.code === 'io' || error.code === 'timeout');
  }

  async ask(run: Run, id: StepId, state: AgentState, again: WhyAnew | null): Outcome<PendingApproval> {
    return (await this.#acts()).ask(run, stepOf(run, id), state, again);
  }

  stillCovers(approval: PendingApproval, run: Run, state: AgentState): boolean {
    return stillCovers(approval, run, state, this.#ports.clock.now());
  }

  async whyAnew(run: Run, state: AgentState, used: boolean): Promise<WhyAnew | null> {
    return (await this.#acts()).whyAnew(run, state, used);
  }

  async act(run: Run, id: StepId, state: AgentState, stopped: () => Promise<boolean>): Outcome<Observed> {
    const acted = await (await this.#acts()).act(run, id, state, stopped);
    if (!acted.ok) return acted;
    const asked = stepOf(run, id).tool === 'ask-model' ? run.approval?.action : undefined;
    // What a model of a provider says comes from that host, and of all that it was shown.
    const label = asked === undefined ? labelToUse(run, state.sources) : answeredBy('ask-model', asked.label);
    return ok({ observation: acted.value, label });
  }

  async reconcile(run: Run, id: StepId, state: AgentState): Promise<Observed | null> {
    const observation = await (await this.#acts()).reconcile(run, id, state);
    return observation === null ? null : { observation, label: labelToUse(run, state.sources) };
  }

  async verify(
    run: Run,
    state: AgentState,
  ): Outcome<{ answer: Answer; verdict: Verdict; digest: Digest; label: Label }> {
    const plan = run.plan;
    assert(plan !== null, 'only a planned run is verified');
    const draft = state.observations.get(observationKey(run.id, plan.answerStep)) as unknown as AnswerDraft | undefined;
    assert(draft !== undefined, 'the answer step left an observation');
    const { withConversions } = await import('#core/tools/conversions.ts');
    const converted = withConversions(draft, this.#owner(state).units);
    const { completeEvidence } = await import('./complete-evidence.ts');
    const evidence = await completeEvidence(draft.evidence, this.#reader(state), this.#ports.sha256);
    if (!evidence.ok) return evidence;
    const { verifyAnswer } = await import('#core/verifier/verify.ts');
    const leftOut = leftOutNote(sourcesOf(run, state).leftOut);
    const notes = leftOut === null ? converted.notes : [...converted.notes, leftOut];
    const { answer, verdict } = verifyAnswer({ ...converted, notes, evidence: evidence.value });
    const label = labelOfAnswer(run, answer, state.sources);
    return ok({ answer, verdict, digest: digestOf(this.#ports.sha256, answer), label });
  }

  /** What understanding a goal looks at beside the files. */
  async #goalContext(
    run: Pick<Run, 'goal' | 'now' | 'zone'>,
    state: AgentState,
  ): Promise<Omit<GoalContext, 'inventory'> & { readonly languageOf: (text: string) => GoalLanguage }> {
    const language = await this.#ports.language();
    const local = language.zones.toLocal(run.now, run.zone);
    const languageOf = (text: string): GoalLanguage => ({
      code: language.detector.detect(text),
      dates: language.dates.find(text, run.now, run.zone),
      ...language.entities.find(text),
    });
    return {
      now: run.now,
      owner: this.#owner(state),
      today: { iso: local.date, weekday: local.weekday },
      channels: openChannels(state),
      helpers: helpersOf(this.#owner(state).engines ?? {}, state),
      language: languageOf(run.goal),
      languageOf,
    };
  }

  /** What the plan names for a step; null where it names nothing, or what it names is gone. */
  async #model(run: Run, step: Step, state: AgentState, signal: AbortSignal): ReturnType<typeof modelOfStep> {
    const { engineFor, clock } = this.#ports;
    if (engineFor === undefined) return null;
    return modelOfStep({ engineFor, clock, run, step, sources: state.sources, signal });
  }

  /** @param read comes to hold the files that the tool reads */
  async #toolContext(
    run: Run,
    step: Step,
    state: AgentState,
    read: Set<SourceId>,
  ): Promise<Omit<ToolContext, 'model' | 'signal' | 'progress'>> {
    const language = await this.#ports.language();
    return {
      owner: this.#owner(state),
      now: run.now,
      zone: run.zone,
      items: itemReader(this.#reader(state), sourcesOf(run, state).used, (source) => read.add(source)),
      language: { dates: language.dates, entities: language.entities },
      calendar: language.calendar,
      zones: language.zones,
      inputs: inputsOf(run, step, state),
    };
  }

  /** Whatever an answer is made from is read here, and only as far as it may be used for answers. */
  #reader(state: AgentState): SourceReader {
    return this.#ports.blobs.readFor('inference', (id) => state.sources.get(id));
  }
}

/** Nothing leaves the device: there is no channel yet. */
const NOTHING_APPROVED: PolicyState = { approved: new Set(), channels: new Map() };

function openChannels({ channels }: AgentState): readonly KnownChannel[] {
  return [...channels.values()]
    .filter(({ revokedAt }) => revokedAt === null)
    .map(({ channel: { id, origin, pathPrefix, methods }, name }) => ({ id, name, origin, pathPrefix, methods }));
}

/** The tools and what they need are loaded when a first run takes its first step, not when the app starts. */
async function toolOf(step: Step): Promise<Tool> {
  const { tools } = await import('../tools/registry.ts');
  const tool = tools.get(step.tool);
  assert(tool !== undefined, `there is a tool ${step.tool}`);
  return tool;
}

/** The run's files that may be used for answers now, and those that its owner does not allow, now or when it began. */
function sourcesOf(
  run: Pick<Run, 'sources' | 'leftOut'>,
  state: AgentState,
): { readonly used: Source[]; readonly leftOut: SourceId[] } {
  const sources = run.sources.flatMap((id) => state.sources.get(id) ?? []);
  const used = sources.filter((source) => mayBeUsedFor('inference', source));
  const since = sources.filter((source) => !mayBeUsedFor('inference', source)).map(({ id }) => id);
  return { used, leftOut: [...(run.leftOut ?? []), ...since] };
}

function stepOf(run: Run, id: StepId): Step {
  const step = run.plan?.steps.find((candidate) => candidate.id === id);
  assert(step !== undefined, `the plan has a step ${id}`);
  return step;
}

function tookTooLong({ title }: Step, limit: Ms): ToolError {
  return { code: 'timeout', message: `${title} took longer than ${String(limit / 1000)} seconds.` };
}
