import { blanked, goalsOfRuns } from '#core/actors/blank.ts';
import type { ProjectionRow } from '#ports/agent-store.ts';
import type { RowKind } from '../agent/projection.ts';

/** What the owner sealed, and the runs over it: no copy outside the vault holds any of it. */
export interface SealedAway {
  readonly sources: ReadonlyMap<string, string>;
  readonly runs: ReadonlySet<string>;
}

/** The rows of one kind without what is sealed. */
export function withoutSealed(
  kind: RowKind,
  rows: readonly ProjectionRow[],
  { sources, runs }: SealedAway,
): readonly ProjectionRow[] {
  switch (kind) {
    case 'source':
      return rows.filter(({ id }) => !sources.has(id));
    case 'run':
    case 'summary':
    case 'timeline':
      return rows.filter(({ id }) => !runs.has(id));
    case 'observation':
      return rows.filter(({ id }) => !runs.has(id.slice(0, id.indexOf('/'))));
    case 'actor': {
      const goals = goalsOfRuns([...runs]);
      return rows.map((row) => ({ ...row, value: blanked(row.value, goals) }));
    }
    default:
      return rows;
  }
}

/** What is not in the export, in plain language, without the names of the files: they stay, too. '' where nothing is sealed. */
export function sealedNote({ sources, runs }: SealedAway): string {
  if (sources.size === 0) return '';
  return [
    '',
    'Left out because you sealed it',
    '',
    `${counted(sources.size, 'file')}, and ${counted(runs.size, 'run')} that had sealed files to read.`,
    'What is sealed never leaves the device; an encrypted backup holds it. To have it here, take the seal off on the',
    'Files page and export again.',
    '',
  ].join('\n');
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
