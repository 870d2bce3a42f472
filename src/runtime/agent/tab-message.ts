import type { CommandId, RunId, StepId } from '#core/base/ids.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import type { Health, StepProgress } from '../contract/views.ts';
import type { JournalState } from '../journal/parts.ts';

/** What tabs tell each other. Nothing in it is trusted: it only says that something may be read again. */
export type TabMessage =
  | { readonly type: 'changed'; readonly rows: readonly RowName[]; readonly journal: JournalState | null }
  | { readonly type: 'done'; readonly id: CommandId; readonly outcome: CommandOutcome }
  /** How far a long order is, from 0 to 1. */
  | { readonly type: 'working'; readonly order: CommandId; readonly fraction: number }
  | ({ readonly type: 'progress' } & ProgressReport)
  /** An order waits in the inbox. */
  | { readonly type: 'nudge' }
  /** One tab erases everything: the others stop, say so, and begin anew when it is done. */
  | { readonly type: 'erasing'; readonly part: 'stop' | 'done' }
  | { readonly type: 'erasing'; readonly part: 'stopping' | 'stopped'; readonly tab: string }
  /** A tab that has just joined: who knows of a loss tells it. */
  | { readonly type: 'joined' }
  | { readonly type: 'lost'; readonly state: Loss; readonly message: string };

/** How far a step is that is running now. */
export interface ProgressReport extends StepProgress {
  readonly run: RunId;
  readonly step: StepId;
}

/** Names a projection row. */
export interface RowName {
  readonly kind: string;
  readonly id: string;
}

/** What has befallen the data, and not just one tab. */
export type Loss = Extract<Health['state'], 'amnesia' | 'damaged'>;
