import type { TextDocument } from '../../items/item.ts';
import { contentStems } from '../../text/tokens.ts';

/** How much of a document is about a topic: all of it, the parts whose headings or sentences say so, or nothing. */
export interface TopicFit {
  readonly whole: boolean;
  /** Its title or file name shares a word with the topic. */
  readonly named: boolean;
  /** Indexes of the blocks that are about it when not all is. */
  readonly blocks: ReadonlySet<number>;
}

/** @param topic stems; empty means any topic */
export function fitTopic(document: TextDocument, file: string, topic: ReadonlySet<string>): TopicFit {
  const name = new Set(contentStems(`${document.title} ${file.replace(/[/._-]+/g, ' ')}`));
  if ([...topic].every((stem) => name.has(stem))) return { whole: true, named: true, blocks: new Set() };
  const blocks = new Set<number>();
  let inSection = false;
  let level = 0;
  document.blocks.forEach((block, i) => {
    const stems = new Set([...contentStems(block.text), ...name]);
    const own = new Set(contentStems(block.text));
    const says = [...topic].every((stem) => stems.has(stem)) && [...topic].some((stem) => own.has(stem));
    if (block.type === 'heading') {
      if (inSection && block.level <= level) inSection = false;
      if (says) {
        inSection = true;
        level = block.level;
      }
    } else if (inSection || says) blocks.add(i);
  });
  return { whole: false, named: [...topic].some((stem) => name.has(stem)), blocks };
}
