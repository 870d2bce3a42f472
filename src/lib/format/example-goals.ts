import type { Source } from '#core/items/source.ts';
import { t } from '#lib/messages/t.ts';

/** Goals that fit what is there: the sample's own while it is in, else one or two for each kind of thing found. */
export function exampleGoals(sources: readonly Pick<Source, 'path' | 'counts' | 'sample'>[]): string[] {
  if (sources.some((source) => source.sample)) return SAMPLE_GOALS.map((key) => t(key));
  const has = (kind: keyof Source['counts']): boolean => sources.some((source) => source.counts[kind] > 0);
  const table = sources.find((source) => source.counts.tables > 0);
  const goals: string[] = [];
  if (has('messages')) goals.push(t('example.mail'), t('example.waiting'));
  if (has('events')) goals.push(t('example.free'));
  if (has('documents')) goals.push(t('example.report'));
  if (table) goals.push(t('example.table', { table: baseName(table.path) }));
  return goals;
}

const SAMPLE_GOALS = [
  'sample.mail',
  'sample.meeting',
  'sample.report',
  'sample.question',
  'sample.table',
  'sample.waiting',
  'sample.hours',
] as const;

/** "reports/q3/sales.csv" -> "sales" */
function baseName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
