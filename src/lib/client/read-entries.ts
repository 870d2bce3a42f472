import type { AgentApi } from '#runtime/contract/agent-api.ts';
import type { EntryView } from '#runtime/contract/views.ts';

const ENTRIES_PER_READ = 250;

/**
 * Reads entries backwards from `before` until a page of fitting ones is full.
 * @returns the page, newest first; where the next older page starts, or null at the journal's beginning; all types met
 */
export async function readEntries(
  api: Pick<AgentApi, 'entries'>,
  before: number,
  wanted: number,
  fits: (entry: EntryView) => boolean,
): Promise<{ entries: EntryView[]; next: number | null; types: string[] }> {
  const page: EntryView[] = [];
  const types = new Set<string>();
  let end = before;
  while (end > 0) {
    const start = Math.max(0, end - ENTRIES_PER_READ);
    const batch = await api.entries(start, end - start);
    for (const entry of batch.toReversed()) {
      if (page.length === wanted) return { entries: page, next: entry.sequence + 1, types: [...types] };
      types.add(entry.type);
      if (fits(entry)) page.push(entry);
    }
    end = start;
  }
  return { entries: page, next: null, types: [...types] };
}
