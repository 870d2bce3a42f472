import { parseFragment } from 'parse5';
import { readHtml } from './html-blocks.ts';

/** HTML as plain text: blocks on lines of their own, quotes with `>`, lists with dashes. */
export function htmlText(html: string): string {
  const lines: string[] = [];
  let before = '';
  for (const block of readHtml(html).blocks) {
    const together =
      block.type === before && (block.type === 'list-item' || block.type === 'table-row' || block.type === 'quote');
    if (lines.length > 0 && !together) lines.push('');
    if (block.type === 'quote') lines.push(...block.text.split('\n').map((line) => `> ${line}`));
    else if (block.type === 'list-item') lines.push(`- ${block.text}`);
    else lines.push(...block.text.split('\n'));
    before = block.type;
  }
  return lines.join('\n');
}

/** `caf&eacute; &amp; bar` to what it means. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  const [node] = parseFragment(text.replaceAll('<', '&lt;')).childNodes;
  return node && 'value' in node ? node.value : text;
}
