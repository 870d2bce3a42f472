import type { Item } from '#core/items/item.ts';
import type { ImportProblem, Source } from '#core/items/source.ts';

/** Shown of one source; the others are counted. */
const WARNINGS_SHOWN_MAX = 100;

/** What one file held, and what of it could not be used. */
export class SourceTally {
  private readonly found = { messages: 0, events: 0, documents: 0, tables: 0 };
  private readonly shown: ImportProblem[] = [];
  private unshown = 0;

  count(item: Item): void {
    this.found[PLURAL[item.kind]]++;
  }

  warn(problem: ImportProblem): void {
    if (this.shown.length < WARNINGS_SHOWN_MAX) this.shown.push(problem);
    else this.unshown++;
  }

  get counts(): Source['counts'] {
    return { ...this.found };
  }

  get items(): number {
    return Object.values(this.found).reduce((sum, count) => sum + count, 0);
  }

  get warnings(): readonly ImportProblem[] {
    const first = this.shown[0];
    if (!first || this.unshown === 0) return this.shown;
    return [
      ...this.shown,
      { code: first.code, where: '', message: `${String(this.unshown)} more places like these are not listed.` },
    ];
  }
}

const PLURAL = { message: 'messages', event: 'events', document: 'documents', table: 'tables' } as const;

/** Characters of an item, near enough to bound a batch. */
export function itemSize(item: Item): number {
  switch (item.kind) {
    case 'message':
      return item.text.length + item.subject.length + 500;
    case 'event':
      return item.component.length + item.description.length + 500;
    case 'document':
      return item.blocks.reduce((sum, block) => sum + block.text.length + 150, 500);
    case 'table':
      return item.rows.reduce((sum, row) => sum + row.cells.reduce((cells, cell) => cells + cell.length + 3, 120), 500);
  }
}
