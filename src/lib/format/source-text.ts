import type { Source, SourceKind } from '#core/items/source.ts';
import type { IconName } from '#lib/components/icons.ts';
import { t } from '#lib/messages/t.ts';

/** What was found in a file: "204 messages", "12 events, 1 table". */
export function countsText(source: Pick<Source, 'counts'>): string {
  const { messages, events, documents, tables } = source.counts;
  const parts = [
    messages > 0 ? t('files.messages', { count: messages }) : null,
    events > 0 ? t('files.events', { count: events }) : null,
    documents > 0 ? t('files.documents', { count: documents }) : null,
    tables > 0 ? t('files.tables', { count: tables }) : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? t('files.nothing-inside') : parts.join(', ');
}

const ICONS: { readonly [kind in SourceKind]: IconName } = {
  calendar: 'calendar',
  mail: 'mail',
  mailbox: 'mail',
  table: 'table',
  document: 'files',
  data: 'braces',
};

export function kindIcon(kind: SourceKind): IconName {
  return ICONS[kind];
}

/** Every folder that a file lies in, with the folders around it, in order. */
export function foldersOf(sources: readonly Pick<Source, 'path'>[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path } of sources)
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at));
  return [...folders].sort();
}

/** "archive.zip/letters/spring.md" -> name "spring.md", folder "archive.zip/letters" */
export function splitPath(path: string): { readonly name: string; readonly folder: string } {
  const slash = path.lastIndexOf('/');
  return { name: path.slice(slash + 1), folder: path.slice(0, Math.max(0, slash)) };
}
