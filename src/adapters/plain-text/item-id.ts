import type { ItemId, SourceId } from '#core/base/ids.ts';
import type { Item } from '#core/items/item.ts';

/** The same file parsed twice gives the same ids: an item is known by its source and where it starts. */
export function itemId(kind: Item['kind'], source: SourceId, start: number): ItemId {
  return `${kind}:${source}:${String(start)}` as ItemId;
}
