import type { ActorEntry } from '#core/actors/actor.ts';
import type { AgentEvent, Citation, Outcome, Task } from '#core/actors/agent-messages.ts';
import type { AgentView } from '#runtime/contract/agents-api.ts';
import type { RunSummary } from '#runtime/contract/views.ts';
import { t } from '#lib/messages/t.ts';
import { showRunStatus, type Shown } from './status.ts';

/** How an agent stands, in one word. */
export function showAgent(agent: AgentView, now: number): Shown {
  const { retryAt } = agent.crashes;
  if (agent.failure !== null) return { word: t('agents.failing'), tone: 'failed', icon: 'alert' };
  if (retryAt !== null && retryAt > now) return { word: t('agents.backing-off'), tone: 'failed', icon: 'clock' };
  if (agent.phase === 'stopped') return { word: t('agents.stopped'), tone: 'plain', icon: 'pause' };
  if (agent.tasks.some(({ status }) => status === 'working'))
    return { word: t('agents.working'), tone: 'busy', icon: 'circle-dashed' };
  if (agent.tasks.some(({ status }) => status === 'asking'))
    return { word: t('agents.asking'), tone: 'busy', icon: 'circle-dashed' };
  return { word: agent.awake ? t('agents.ready') : t('agents.asleep'), tone: 'plain', icon: 'circle' };
}

/** A goal in the owner's words, or that they are gone. */
export function goalText(goal: string): string {
  return goal === '' ? t('agents.destroyed') : goal;
}

/** Where a sentence comes from, each place once: the rows of one table together. */
export function citedPlaces(citations: readonly Pick<Citation, 'file' | 'locator'>[]): string[] {
  const rows = new Map<string, string[]>();
  for (const { file, locator } of citations) {
    const row = /^(.*)\brow (\d+)$/.exec(locator);
    const place = row === null ? [file, locator].filter((part) => part !== '').join(', ') : `${file}, ${row[1] ?? ''}`;
    rows.set(place, [...(rows.get(place) ?? []), ...(row === null ? [] : [row[2] ?? ''])]);
  }
  return [...rows].map(([place, numbers]) =>
    numbers.length === 0 ? place : `${place}${t('agents.rows', { count: numbers.length, rows: numbers.join(', ') })}`,
  );
}

/** How one of its goals stands. */
export function showTask(task: Task, run: RunSummary | undefined): Shown {
  if (task.outcome !== null) return showOutcome(task.outcome);
  if (task.status === 'asking') return { word: t('agents.asking'), tone: 'busy', icon: 'circle-dashed' };
  return run === undefined
    ? { word: t('status.planning'), tone: 'busy', icon: 'circle-dashed' }
    : showRunStatus(run.status);
}

const OUTCOME: { readonly [status in Outcome['status']]: () => Shown } = {
  answered: () => ({ word: t('agents.answered'), tone: 'verified', icon: 'check' }),
  'not-found': () => ({ word: t('agents.not-found'), tone: 'plain', icon: 'minus' }),
  failed: () => ({ word: t('status.failed'), tone: 'failed', icon: 'cross' }),
  cancelled: () => ({ word: t('status.cancelled'), tone: 'plain', icon: 'stop' }),
  refused: () => ({ word: t('agents.refused'), tone: 'failed', icon: 'cross' }),
};

function showOutcome({ status }: Outcome): Shown {
  return OUTCOME[status]();
}

/** One line of an agent's log as a sentence. */
export function sentenceForEntry({ event, crash }: ActorEntry): string {
  if (crash !== null)
    return crash.setAside
      ? t('agents.log-set-aside', { reason: crash.reason })
      : t('agents.log-crash', { reason: crash.reason });
  const said = event as unknown as AgentEvent;
  switch (said.type) {
    case 'goal-taken':
      return said.task.asks.length > 0
        ? t('agents.log-asks', {
            goal: goalText(said.task.goal),
            names: said.task.asks.map(({ name }) => name).join(', '),
          })
        : said.task.asker === ''
          ? t('agents.log-goal-taken', { goal: goalText(said.task.goal) })
          : t('agents.log-asked', { goal: goalText(said.task.goal), asker: said.task.asker });
    case 'run-ended':
    case 'goal-refused':
      return t('agents.log-ended', {
        goal: goalText(said.task.goal),
        outcome: said.task.outcome === null ? '' : showOutcome(said.task.outcome).word,
      });
    case 'answer-came':
      return said.task.outcome === null
        ? t('agents.log-answer', { goal: goalText(said.task.goal) })
        : t('agents.log-ended', { goal: goalText(said.task.goal), outcome: showOutcome(said.task.outcome).word });
    case 'goal-cancelled':
      return t('agents.log-cancelled', { goal: goalText(said.task.goal) });
    case 'ignored':
      return t('agents.log-ignored', { reason: said.reason });
    case 'created':
    case 'changed':
      return t(`agents.log-${said.type}`, { name: said.name });
    default:
      return t(`agents.log-${said.type}`);
  }
}
