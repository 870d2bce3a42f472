import type { Label } from '#core/labels/label.ts';
import type { SourceView } from '#runtime/contract/views.ts';
import { t } from '#lib/messages/t.ts';
import { splitPath } from './source-text.ts';

/** So many files are named; the others are counted. */
const NAMED_MAX = 3;

/** What something carries, in words: "private content, from budget.csv, notes.md and 4 more files". */
export function labelText(label: Label, sources: readonly Pick<SourceView, 'id' | 'path'>[]): string {
  const what = t(`approval.contains-${label.confidentiality}`);
  const paths = new Map<string, string>(sources.map(({ id, path }) => [`file:${id}`, path]));
  const files = label.sources.flatMap((source) => {
    const path = paths.get(source);
    return path === undefined ? [] : [splitPath(path).name];
  });
  const from = [...(files.length > 0 ? [filesText(files)] : []), ...(isOwners(label) ? [t('approval.you')] : [])];
  return from.length === 0 ? what : t('approval.contains-from', { what, sources: from.join('; ') });
}

function isOwners({ sources }: Label): boolean {
  return sources.includes('owner');
}

function filesText(files: readonly string[]): string {
  const names = files.slice(0, NAMED_MAX).join(', ');
  const more = files.length - NAMED_MAX;
  return more > 0
    ? t('approval.files-more', { names, count: more })
    : t('approval.files', { names, count: files.length });
}
