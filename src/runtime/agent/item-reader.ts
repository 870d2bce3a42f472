import { assert } from '#core/base/assert.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { CalendarItem, Item, Message, Table, TextDocument } from '#core/items/item.ts';
import type { Source } from '#core/items/source.ts';
import type { SourceReader } from '../blobs/source-gate.ts';
import type { ItemReader } from '../tools/tool.ts';

/**
 * Streams the items of a run's sources, touching only the sources that hold the kind asked for.
 * @param reading told of each source before anything is read from it
 */
export function itemReader(
  blobs: SourceReader,
  sources: readonly Source[],
  reading: (source: SourceId) => void = () => undefined,
): ItemReader {
  const byId = new Map(sources.map((source) => [source.id, source]));
  async function* read<T extends Item>(kind: T['kind'], holds: (source: Source) => number): AsyncIterable<T> {
    for (const source of sources) {
      if (holds(source) === 0) continue;
      reading(source.id);
      for await (const batch of blobs.items(source.id)) {
        for (const item of batch as readonly Item[]) if (item.kind === kind) yield item as T;
      }
    }
  }
  return {
    messages: () => read<Message>('message', (source) => source.counts.messages),
    events: () => read<CalendarItem>('event', (source) => source.counts.events),
    documents: () => read<TextDocument>('document', (source) => source.counts.documents),
    tables: () => read<Table>('table', (source) => source.counts.tables),
    count: (...kinds) =>
      sources.reduce((sum, { counts }) => sum + kinds.reduce((held, kind) => held + counts[kind], 0), 0),
    source: (id) => {
      const source = byId.get(id);
      assert(source !== undefined, 'an item comes from a source of its run');
      return source;
    },
  };
}
