import { PURPOSES, purposesOf } from '#core/items/purposes.ts';
import type { Overview } from '#runtime/contract/views.ts';
import type { CommandBody } from '#lib/state/agent-state.svelte.ts';

/** What of the app a command may change that another can change back. */
export type Before = Pick<Overview, 'sources' | 'newFiles' | 'settings' | 'settingsSaved'>;

/**
 * The commands that take one back, told before it is given; none where nothing changes, or where nothing can take it back:
 * what is destroyed, approved, signed or given to others.
 */
export function inverseOf(body: CommandBody, before: Before): readonly CommandBody[] {
  switch (body.type) {
    case 'remove-source':
      return [{ type: 'restore-source', source: body.source }];
    case 'restore-source':
      return [{ type: 'remove-source', source: body.source }];
    case 'forget-run':
      return [{ type: 'remember-run', run: body.run }];
    case 'remember-run':
      return [{ type: 'forget-run', run: body.run }];
    case 'change-settings':
      return before.settingsSaved ? [{ type: 'change-settings', settings: before.settings }] : [];
    case 'change-seal':
      return unsealing(body, before);
    case 'change-purposes':
      return earlierPurposes(body, before);
    default:
      return [];
  }
}

/** Files that were sealed before stay sealed. */
function unsealing(
  { type, of, sealed }: Extract<CommandBody, { type: 'change-seal' }>,
  { sources }: Before,
): readonly CommandBody[] {
  if ('folder' in of) return [{ type, of, sealed: !sealed }];
  const changing = sources.filter((source) => of.sources.includes(source.id) && (source.sealed === 'file') !== sealed);
  return changing.length === 0 ? [] : [{ type, of: { sources: changing.map(({ id }) => id) }, sealed: !sealed }];
}

/** Files that had different purposes have them again. */
function earlierPurposes(
  { type, sources: named, purposes }: Extract<CommandBody, { type: 'change-purposes' }>,
  { sources, newFiles }: Before,
): readonly CommandBody[] {
  return PURPOSES.flatMap((purpose): readonly CommandBody[] => {
    const chosen = purposes[purpose];
    if (chosen === undefined) return [];
    const back = { type, purposes: { [purpose]: !chosen } };
    if (named === 'new') return newFiles[purpose] === chosen ? [] : [{ ...back, sources: 'new' }];
    const changing = sources.filter((source) => named.includes(source.id) && purposesOf(source)[purpose] !== chosen);
    return changing.length === 0 ? [] : [{ ...back, sources: changing.map(({ id }) => id) }];
  });
}
