import type { StepMaker } from '#core/agent/events.ts';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import { assert } from '#core/base/assert.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { ApprovalId, Digest, SourceId, StepId } from '#core/base/ids.ts';
import { canonicalJson, digestOf, type Json } from '#core/base/json.ts';
import { OBSERVATION_BYTES_MAX, STEP_ATTEMPTS_MAX, STEP_TIMEOUT_MS } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Ms } from '#core/base/ids.ts';
import { leftOutNote, mayBeUsedFor } from '#core/items/purposes.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Source } from '#core/items/source.ts';
import { decide, requestDigest, type PolicyState } from '#core/policy/decide.ts';
import { fileLabel, joinAll, OWNER_TYPED } from '#core/labels/label.ts';
import type { ActionRequest } from '#core/policy/permit.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import type { GoalContext, UnderstoodGoal } from '#core/planner/goal.ts';
import type { Plan, Step } from '#core/planner/plan.ts';
import type { Answer, AnswerDraft } from '#core/tools/answer.ts';
import type { ToolDefinition, ToolError } from '#core/tools/definition.ts';
import type { Verdict } from '#core/verifier/verdict.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import type { SourceReader } from '../blobs/source-gate.ts';
import { InventoryTaker } from './inventory.ts';
import { itemReader } from './item-reader.ts';
import type { EventBody, RunInterpreter } from './run-interpreter.ts';
import type { AgentPorts } from './ports.ts';
import { observationKey, type AgentState } from './projection.ts';

type Outcome<T> = Promise<Result<T, ToolError>>;

/** Does what a run's effects call for, through the ports; decides nothing about the run's course. */
export class Interpreter implements RunInterpreter {
  readonly #ports: AgentPorts;
  readonly #owner: (state: AgentState) => OwnerSettings;
  readonly #inventory: InventoryTaker;

  /** @param owner the settings in force: the owner's own, else the sample's, else the browser's */
  constructor(ports: AgentPorts, owner: (state: AgentState) => OwnerSettings) {
    this.#ports = ports;
    this.#owner = owner;
    this.#inventory = new InventoryTaker();
  }

  /** Reads the goal and plans it, over the sources and the clock the run began with. */
  async plan(run: Pick<Run, 'goal' | 'overrides' | 'sources' | 'now' | 'zone'>, state: AgentState): Outcome<Plan> {
    const context = await this.#goalContext(run, state);
    const { planGoal } = await import('#core/planner/plan-goal.ts');
    return ok(planGoal(run.goal, context, run.overrides, this.#ports.sha256));
  }

  async runStep(
    run: Run,
    id: StepId,
    state: AgentState,
    signal: AbortSignal,
    progress: ToolContext['progress'],
  ): Outcome<Json> {
    const step = stepOf(run, id);
    const tool = await toolOf(step);
    const request = sinkRequest(actionOf(run, step, null), tool.definition, []);
    const allowed = decide(NOTHING_APPROVED, request, [], this.#ports.sha256);
    if (allowed.kind !== 'allow')
      return err({ code: 'denied', message: `${tool.definition.title} is not allowed: ${allowed.reason}.` });
    const context = { ...(await this.#toolContext(run, step, state)), signal, progress };
    const result = await withTimeout(this.#ports, tool, step, context);
    if (!result.ok) return result;
    const bytes = utf8(canonicalJson(result.value)).length;
    if (bytes > OBSERVATION_BYTES_MAX) {
      return err({
        code: 'too-large',
        message: `${step.title} found ${String(bytes)} bytes, more than a step may keep (${String(OBSERVATION_BYTES_MAX)}). Narrow the goal.`,
      });
    }
    return result;
  }

  async doneBy(run: Run, id: StepId): Promise<StepMaker> {
    const { definitions } = await import('#core/tools/definitions.ts');
    return { version: definitions[stepOf(run, id).tool].version, model: null };
  }

  finished(step: StepId, observation: Json): EventBody {
    return { type: 'step.finished', step, observation, digest: digestOf(this.#ports.sha256, observation) };
  }

  mayRetry(error: ToolError, attempt: number): boolean {
    return attempt < STEP_ATTEMPTS_MAX && (error.code === 'io' || error.code === 'timeout');
  }

  async ask(run: Run, id: StepId, again: 'unknown-outcome' | null): Outcome<PendingApproval> {
    const step = stepOf(run, id);
    const { content, name } = await fileContent(run, step);
    const request = actionOf(run, step, digestText(this.#ports, content), hex(this.#ports.entropy.bytes(16)));
    const approval: PendingApproval = {
      id: hex(this.#ports.entropy.bytes(16)) as ApprovalId,
      step: id,
      digest: requestDigest(request, this.#ports.sha256),
      sentence: `Save 1 file, ${inKilobytes(utf8(content).length)}, as ${name}`,
      reason:
        again === null
          ? 'Saving a file changes something outside the app, so you are always asked first.'
          : 'The app stopped while saving and cannot tell whether the file was written. Saving again may leave two copies.',
      fileName: name,
      mediaType: 'text/markdown',
      content,
      nonce: request.nonce,
    };
    return ok(approval);
  }

  /** Does what the owner approved, with the bytes the owner saw and no others. */
  async act(run: Run, id: StepId): Outcome<Json> {
    const approval = run.approval;
    if (approval?.step !== id) return err({ code: 'denied', message: 'There is no approval for this step.' });
    const step = stepOf(run, id);
    const { definitions } = await import('#core/tools/definitions.ts');
    const action = actionOf(run, step, digestText(this.#ports, approval.content), approval.nonce);
    const request = sinkRequest(action, definitions[step.tool], run.sources);
    const approved = { ...NOTHING_APPROVED, approved: new Set([approval.digest]) };
    const decision = decide(approved, request, [], this.#ports.sha256);
    if (decision.kind !== 'allow')
      return err({ code: 'denied', message: 'What would be saved is not what was approved, so nothing was saved.' });
    const saved = await this.#ports.files.save(decision.permit, action, utf8(approval.content));
    return saved.ok
      ? ok({ ...saved.value })
      : err({ code: saved.error.code === 'denied' ? 'denied' : 'io', message: saved.error.message });
  }

  /** Downloads cannot be read back; a file in the owner's folder can. */
  async reconcile(run: Run, id: StepId): Promise<Json | null> {
    const approval = run.approval;
    if (approval?.step !== id) return null;
    const name = await this.#ports.files.written(approval.fileName, digestText(this.#ports, approval.content));
    return name === null ? null : { name, where: 'folder' };
  }

  async verify(run: Run, state: AgentState): Outcome<{ answer: Answer; verdict: Verdict; digest: Digest }> {
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
    return ok({ answer, verdict, digest: digestOf(this.#ports.sha256, answer) });
  }

  async #goalContext(run: Pick<Run, 'goal' | 'sources' | 'now' | 'zone'>, state: AgentState): Promise<GoalContext> {
    const [language, inventory] = await Promise.all([
      this.#ports.language(),
      this.#inventory.take(this.#reader(state), sourcesOf(run, state).used),
    ]);
    const local = language.zones.toLocal(run.now, run.zone);
    return {
      now: run.now,
      owner: this.#owner(state),
      today: { iso: local.date, weekday: local.weekday },
      inventory,
      language: {
        code: language.detector.detect(run.goal),
        dates: language.dates.find(run.goal, run.now, run.zone),
        ...language.entities.find(run.goal),
      },
    };
  }

  async #toolContext(run: Run, step: Step, state: AgentState): Promise<Omit<ToolContext, 'signal' | 'progress'>> {
    const language = await this.#ports.language();
    return {
      owner: this.#owner(state),
      now: run.now,
      zone: run.zone,
      items: itemReader(this.#reader(state), sourcesOf(run, state).used),
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

function actionOf(run: Run, step: Step, contentDigest: Digest | null, nonce = ''): ActionRequest {
  return { tool: step.tool, run: run.id, step: step.id, arguments: step.args, contentDigest, nonce };
}

/**
 * What a step of a plan asks of the policy. The plan is made of the owner's words alone; what is written to a file is
 * made of the run's files too.
 */
function sinkRequest(
  action: ActionRequest,
  { effects }: Pick<ToolDefinition, 'effects'>,
  sources: readonly SourceId[],
): SinkRequest {
  const content = joinAll(sources.map((source) => fileLabel(source, false)));
  return {
    action,
    sink: effects.writes.includes('file') ? 'file-export' : 'vault-read',
    channel: null,
    arguments: [
      { name: 'arguments', role: 'address', label: OWNER_TYPED },
      { name: 'content', role: 'content', label: content },
    ],
    planned: true,
    planner: OWNER_TYPED,
    destructive: effects.irreversible,
  };
}

/** The tools and what they need are loaded when a first run takes its first step, not when the app starts. */
async function toolOf(step: Step): Promise<Tool> {
  const { tools } = await import('../tools/registry.ts');
  const tool = tools.get(step.tool);
  assert(tool !== undefined, `there is a tool ${step.tool}`);
  return tool;
}

async function fileContent(run: Run, step: Step): Promise<{ content: string; name: string }> {
  assert(run.answer !== null && run.plan !== null, 'only a verified answer is saved');
  const { answerMarkdown } = await import('#core/tools/answer-markdown.ts');
  const name = typeof step.args['name'] === 'string' ? step.args['name'] : 'answer.md';
  return { content: answerMarkdown(titleFor(run.plan.goal), run.answer), name };
}

function titleFor(goal: UnderstoodGoal): string {
  return goal.text.length <= 80 ? goal.text : goal.restated;
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

/** Artifact name -> observation, for what the step consumes. */
function inputsOf(run: Run, step: Step, state: AgentState): Map<string, Json> {
  const inputs = new Map<string, Json>();
  for (const other of run.plan?.steps ?? []) {
    const observation = state.observations.get(observationKey(run.id, other.id));
    if (observation === undefined) continue;
    for (const artifact of other.produces) if (step.consumes.includes(artifact)) inputs.set(artifact, observation);
  }
  return inputs;
}

async function withTimeout(ports: AgentPorts, tool: Tool, step: Step, context: ToolContext): Outcome<Json> {
  let cancel = (): void => undefined;
  const timeout = new Promise<Result<Json, ToolError>>((resolve) => {
    cancel = ports.clock.after(STEP_TIMEOUT_MS as Ms, () => {
      resolve(
        err({ code: 'timeout', message: `${step.title} took longer than ${String(STEP_TIMEOUT_MS / 1000)} seconds.` }),
      );
    });
  });
  try {
    return await Promise.race([tool.run(step.args, context), timeout]);
  } finally {
    cancel();
  }
}

function digestText(ports: AgentPorts, text: string): Digest {
  return hex(ports.sha256(utf8(text))) as Digest;
}

function inKilobytes(bytes: number): string {
  return bytes < 1000 ? `${String(bytes)} bytes` : `${(bytes / 1000).toFixed(1)} kB`;
}
