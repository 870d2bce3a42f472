import type { EvidenceId, RunId } from '#core/base/ids.ts';
import type { Evidence } from '#core/tools/answer.ts';
import type { SourceExcerpt } from '#runtime/contract/agent-api.ts';
import type { RunView } from '#runtime/contract/views.ts';
import type { AgentClient } from '#lib/client/agent.ts';
import { numberEvidence, type NumberedEvidence } from '#lib/format/answer-text.ts';

/** One run as it goes on, and the piece of evidence that is open beside its answer. */
export class RunState {
  /** undefined while it is opened, null when there is no such run. */
  view = $state.raw<RunView | null | undefined>(undefined);
  selected = $state.raw<EvidenceId | null>(null);
  /** undefined while it is read, null when the source is gone. */
  excerpt = $state.raw<SourceExcerpt | null | undefined>(undefined);

  readonly run = $derived(this.view?.run ?? null);
  readonly numbered: NumberedEvidence = $derived(this.run?.answer ? numberEvidence(this.run.answer) : new Map());

  constructor(
    readonly client: Pick<AgentClient, 'watchRun' | 'readSource'>,
    readonly id: RunId,
  ) {}

  /** @returns what ends the watching */
  watch(): () => void {
    let ended = false;
    const ending = this.client.watchRun(this.id, (view) => {
      if (!ended) this.view = view;
    });
    void ending.then(
      (end) => {
        if (ended) end();
      },
      () => {
        this.view = null;
      },
    );
    return () => {
      ended = true;
      void ending.then(
        (end) => {
          end();
        },
        () => undefined,
      );
    };
  }

  /** Opens a piece of evidence in its source. */
  async open(evidence: Evidence): Promise<void> {
    this.selected = evidence.id;
    this.excerpt = undefined;
    const { source, start, end, exact, quote, locator } = evidence;
    const extracted = exact ? null : { quote, locator };
    const excerpt = await this.client.readSource(source, start, end, extracted).catch(() => null);
    if (this.selected === evidence.id) this.excerpt = excerpt;
  }

  close(): void {
    this.selected = null;
  }
}
