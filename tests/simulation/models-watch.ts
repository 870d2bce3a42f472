import { INTERRUPTIONS_MAX } from '#core/agent/transition.ts';
import { STEP_ATTEMPTS_MAX } from '#core/base/limits.ts';
import { claimsOf, type Answer } from '#core/tools/answer.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { History } from './history.ts';
import { MADE_UP } from './sim-models.ts';
import { SAMPLE, VAULT } from './vault.ts';

/** What the owner's files say, by path: known apart from anything that the product keeps of them. */
const TEXTS = new Map([
  ...VAULT.map(({ path, text }) => [path, squeezed(text)] as const),
  ...Object.entries(SAMPLE).map(([path, text]) => [path.replace('/sample/', ''), squeezed(text)] as const),
]);

/** A row of a table is quoted with other space between its cells. */
function squeezed(text: string): string {
  return text.replace(/\s+/g, '');
}

/** Watches what a model may have had a part in: that nothing of an answer is made up, and that no failure is silent. */
export class ModelsWatch {
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  /** Before the fact joins what was acknowledged. */
  check(fact: Fact): void {
    if (fact.type === 'plan.committed') this.#checkPlan(fact);
    if (fact.type === 'answer.verified') this.#checkAnswer(fact);
    if (fact.type === 'step.started') this.#checkRounds(fact);
  }

  /** A plan does outside what its owner asked for, whatever a model would have it do. */
  #checkPlan({ run, plan }: Extract<Fact, { type: 'plan.committed' }>): void {
    const wanted = this.#history.state.runs.get(run)?.overrides['saveAs'];
    for (const step of plan.steps)
      if (step.approval && (step.tool !== 'save-file' || step.args['name'] !== wanted))
        this.#violated(
          `${run} plans ${step.tool} with ${JSON.stringify(step.args)}; its owner wants ${JSON.stringify(wanted ?? null)}`,
        );
  }

  #checkAnswer({ run, answer }: Extract<Fact, { type: 'answer.verified' }>): void {
    for (const { id, file, quote, exact } of answer.evidence)
      if (exact && TEXTS.get(file)?.includes(squeezed(quote)) === false)
        this.#violated(`${run} cites “${quote}” (${id}), which ${file} does not say`);
    const known = new Set(answer.evidence.map(({ id }) => id));
    for (const { text, basis, evidence } of claimsOf(answer)) {
      const lie = MADE_UP.find((word) => text.includes(word));
      if (lie !== undefined) this.#violated(`${run} says “${text}”; nobody wrote ${lie}`);
      if (basis === 'extract' && (evidence.length === 0 || evidence.some((id) => !known.has(id))))
        this.#violated(`${run} says “${text}” without evidence`);
    }
    this.#checkTold(run, answer);
  }

  /** That a model was of no use is told with the answer. */
  #checkTold(run: string, { engines = [], notes, outcome }: Answer): void {
    const plan = this.#history.state.runs.get(run as never)?.plan;
    const asked = plan?.steps.some(({ tool }) => tool === 'answer-with-model') === true && outcome === 'answered';
    const told = notes.some((note) => note.includes('without it'));
    if (asked && !told && !engines.some(({ job }) => job === 'answering'))
      this.#violated(`${run} was to be answered by a model, was not, and does not say so`);
    if (outcome === 'not-understood' && notes.length === 0) this.#violated(`${run} gives up and does not say why`);
  }

  /** However a model goes round in circles, its run does not. */
  #checkRounds({ run: id }: Extract<Fact, { type: 'step.started' }>): void {
    const run = this.#history.state.runs.get(id);
    const most = (run?.plan?.steps.length ?? 0) * STEP_ATTEMPTS_MAX + INTERRUPTIONS_MAX;
    const begun = Object.values(run?.steps ?? {}).reduce((sum, { attempts }) => sum + attempts, 0);
    if (run?.letGoOn === undefined && begun > most) this.#violated(`${id} began ${String(begun)} steps`);
  }

  #violated(message: string): void {
    this.#history.violated('model', message);
  }
}
