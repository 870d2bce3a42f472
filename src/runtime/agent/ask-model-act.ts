import type { Run } from '#core/agent/run.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { labelOfSource } from '#core/items/sealing.ts';
import { joinAll, NEUTRAL, WORST } from '#core/labels/label.ts';
import type { EngineChoice, EngineUse, ModelJob } from '#core/models/jobs.ts';
import type { Step } from '#core/planner/plan.ts';
import type { ToolError } from '#core/tools/definition.ts';
import { questionOf, type ModelQuestion } from '#core/writing/question.ts';
import type { InferenceRequest } from '#ports/engine.ts';
import type { ModelQuestions } from '../models/model-question.ts';
import { inKilobytes } from './in-kilobytes.ts';
import { labelOfPlanner } from './labelled-plan.ts';
import type { OutwardAct, PrepareAct } from './outward-act.ts';
import type { AgentState } from './projection.ts';
import { inputsOf } from './step-inputs.ts';

/** Finds what asks a provider; or says in words for the owner why nothing does. */
export type QuestionsTo = (provider: string) => Promise<Result<ModelQuestions, string>>;

/** What came of asking a model: what it said in the form that was asked for, or why it said nothing. */
export type Said =
  | { readonly kind: 'said'; readonly value: Json; readonly use: EngineUse }
  | { readonly kind: 'not-said'; readonly why: string };

/** Asking a model of a provider, with what it is shown of the owner's files to the byte. */
export function askModelAct(questionsTo: QuestionsTo | undefined): PrepareAct {
  return async (run, step, state, content, nonce) => {
    const composed = await compose(questionsTo, run, step, state);
    if (!composed.ok) return composed;
    const { questions, question, job, model } = composed.value;
    const considered = await question.consider(content, step.args, nonce);
    if (!considered.ok) return denied(considered.error);
    const { action, name, today, decide } = considered.value;
    const bytes = utf8(content).length;
    const { host } = questions.describe();
    const act: OutwardAct = {
      ...{ action, bytes, decide },
      card: {
        sentence: `Ask ${model} 1 question, ${inKilobytes(bytes)}, at ${(host ?? name).replace(/^https?:\/\//, '')}`,
        ...{ fileName: '', mediaType: 'application/json', content },
        sends: {
          ...{ method: 'POST', url: question.url, headers: question.headers, channel: name },
          ...(today === null ? {} : { today }),
        },
      },
      unknown: () =>
        Promise.resolve(`The app stopped while asking, and whether ${name} got the question is not known.`),
      perform: async () => {
        const answer = await question.ask(content, step.args, nonce, new AbortController().signal);
        if (!answer.ok) return ok({ kind: 'not-said', why: answer.error.message } satisfies Said as Json);
        const { tokens, bytesSent, spent, digest, answer: said } = answer.value;
        const use: EngineUse = {
          ...{ job, name, model, where: 'channel', host, digest, requests: 1, bytesSent },
          ...{ tokensIn: tokens.in.count, tokensOut: tokens.out.count, ...(spent === null ? {} : { spent }) },
        };
        const value = said.kind === 'json' ? said.value : null;
        return ok({ kind: 'said', value, use } as unknown as Json);
      },
      readBack: () => Promise.resolve(null),
    };
    return ok(act);
  };
}

/** What a model would be asked in a step, to the byte. */
export async function askModelContent(
  questionsTo: QuestionsTo | undefined,
  run: Run,
  step: Step,
  state: AgentState,
): Promise<Result<string, ToolError>> {
  const composed = await compose(questionsTo, run, step, state);
  return composed.ok ? ok(composed.value.question.body) : composed;
}

async function compose(questionsTo: QuestionsTo | undefined, run: Run, step: Step, state: AgentState) {
  const { provider, model } = step.args['engine'] as unknown as Extract<EngineChoice, { at: 'provider' }>;
  const job = step.args['job'] as ModelJob;
  const questions = (await questionsTo?.(provider)) ?? err('Nothing can be asked from here.');
  if (!questions.ok) return denied(`${model} could not be asked: ${questions.error}`);
  const asked = questionOf(job, inputsOf(run, step, state));
  if (asked === null) return denied('There is nothing to ask a model about.');
  const composed = await questions.value.compose(requestOf(asked, run, step, state, model));
  if (!composed.ok) return denied(composed.error);
  return ok({ questions: questions.value, question: composed.value, job, model });
}

function requestOf(
  { told, shown, from, schema, tokensMax }: ModelQuestion,
  run: Run,
  step: Step,
  { sources }: AgentState,
  model: string,
): InferenceRequest {
  const files = Array.from(from, (id: SourceId) => labelOfSource(sources.get(id)));
  return {
    model,
    messages: [
      { role: 'system', text: told, label: NEUTRAL },
      { role: 'user', text: shown, label: joinAll([run.planLabel ?? WORST, ...files]) },
    ],
    ...{ tools: [], answer: { kind: 'json', schema }, tokensMax, temperature: 0, seed: 0 },
    ...{ by: { tool: step.tool, run: run.id, step: step.id }, planned: true, planner: labelOfPlanner(run) },
  };
}

function denied(message: string): Result<never, ToolError> {
  return err({ code: 'denied', message });
}
