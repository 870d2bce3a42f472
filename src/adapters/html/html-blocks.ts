import { defaultTreeAdapter as tree, parse, type DefaultTreeAdapterTypes } from 'parse5';
import type { TextBlock } from '#adapters/plain-text/plain-text-blocks.ts';

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;

export interface HtmlTable {
  readonly caption: string;
  readonly header: readonly string[] | null;
  readonly rows: readonly { readonly cells: readonly string[]; readonly start: number; readonly end: number }[];
  readonly start: number;
  readonly end: number;
}

export interface HtmlContent {
  readonly title: string;
  /** `name` or `property` of the meta tags, lowercase, to their content. */
  readonly meta: ReadonlyMap<string, string>;
  readonly blocks: readonly TextBlock[];
  readonly tables: readonly HtmlTable[];
}

/** The readable content of a page, by UTF-16 offsets in its source. What a reader would not see is left out. */
export function readHtml(html: string): HtmlContent {
  const reader = new Reader();
  reader.walk(parse(html, { sourceCodeLocationInfo: true }));
  reader.flush();
  return { title: reader.title, meta: reader.meta, blocks: reader.blocks, tables: reader.tables };
}

const HIDDEN = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'iframe',
  'object',
  'svg',
  'math',
  'select',
  'textarea',
  'button',
]);
const BLOCK = new Set(
  'address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);

class Reader {
  title = '';
  readonly meta = new Map<string, string>();
  readonly blocks: TextBlock[] = [];
  readonly tables: HtmlTable[] = [];
  private text = '';
  private start = -1;
  private end = -1;
  private pre = 0;
  private quote = 0;
  private list = 0;
  private kind: { type: TextBlock['type']; level: number } = PARAGRAPH;

  walk(node: Node): void {
    if (tree.isTextNode(node)) this.take(node);
    else if (tree.isElementNode(node)) this.element(node);
    else if ('childNodes' in node) for (const child of node.childNodes) this.walk(child);
  }

  flush(): void {
    const text = this.pre > 0 ? this.text.replace(/^\n|\s+$/g, '') : tidy(this.text);
    if (text !== '') {
      const kind =
        this.kind === PARAGRAPH && this.quote > 0 ? { type: 'quote' as const, level: this.quote } : this.kind;
      this.blocks.push({ ...kind, text, start: this.start, end: this.end });
    }
    this.text = '';
    this.start = -1;
  }

  private take(node: DefaultTreeAdapterTypes.TextNode): void {
    const place = node.sourceCodeLocation;
    if (place && node.value.trim() !== '') {
      const lead = node.value.length - node.value.trimStart().length;
      const tail = node.value.length - node.value.trimEnd().length;
      if (this.start < 0) this.start = Math.min(place.startOffset + lead, place.endOffset);
      this.end = Math.max(place.endOffset - tail, this.start);
    }
    this.text += node.value;
  }

  private element(node: Element): void {
    const name = node.tagName;
    if (name === 'title' && this.title === '') this.title = tidy(textOf(node));
    else if (name === 'meta') this.metaTag(node);
    else if (name === 'br') this.text += '\u2028';
    else if (name === 'img') this.text += ` ${attribute(node, 'alt')} `;
    else if (name === 'template' || name === 'title' || HIDDEN.has(name) || isHidden(node)) return;
    else if (!BLOCK.has(name)) for (const child of node.childNodes) this.walk(child);
    else this.block(node);
  }

  private block(node: Element): void {
    this.flush();
    if (node.tagName === 'table' && this.dataTable(node)) return;
    const before = this.kind;
    const heading = /^h([1-6])$/.exec(node.tagName);
    const lists = node.tagName === 'ul' || node.tagName === 'ol' ? 1 : 0;
    const pre = node.tagName === 'pre' ? 1 : 0;
    const quote = node.tagName === 'blockquote' ? 1 : 0;
    this.list += lists;
    this.pre += pre;
    this.quote += quote;
    if (heading) this.kind = { type: 'heading', level: Number(heading[1]) };
    else if (node.tagName === 'li') this.kind = { type: 'list-item', level: Math.max(1, this.list) };
    else if (pre) this.kind = { type: 'code', level: 0 };
    else if (quote) this.kind = PARAGRAPH;
    for (const child of node.childNodes) this.walk(child);
    this.flush();
    this.list -= lists;
    this.pre -= pre;
    this.quote -= quote;
    this.kind = before;
  }

  /** Tables of cells without structure inside are data; others only lay out a page. */
  private dataTable(node: Element): boolean {
    const rows = descendants(node, 'tr');
    const cells = rows.map((row) => row.childNodes.filter((cell) => isCell(cell)));
    const width = Math.max(0, ...cells.map((row) => row.reduce((sum, cell) => sum + spanOf(cell), 0)));
    const structured =
      descendants(node, 'table').length > 0 ||
      ['h1', 'h2', 'h3', 'ul', 'ol', 'blockquote'].some((name) => descendants(node, name).length > 0);
    if (rows.length < 2 || width < 2 || structured) return false;
    const placed = rows.map((row, i) => {
      const texts = (cells[i] ?? []).flatMap((cell) => [
        tidy(textOf(cell)),
        ...Array<string>(spanOf(cell) - 1).fill(''),
      ]);
      const place = row.sourceCodeLocation ?? node.sourceCodeLocation;
      return {
        cells: Array.from({ length: width }, (_, at) => texts[at] ?? ''),
        start: place?.startOffset ?? 0,
        end: place?.endOffset ?? 0,
      };
    });
    const named = (cells[0] ?? []).length > 0 && (cells[0] ?? []).every((cell) => cell.tagName === 'th');
    const caption = descendants(node, 'caption')[0];
    const kept = placed.filter((row) => row.cells.some((cell) => cell !== ''));
    for (const row of kept) {
      const text = row.cells.filter((cell) => cell !== '').join(' | ');
      this.blocks.push({ type: 'table-row', level: 0, text, start: row.start, end: row.end });
    }
    this.tables.push({
      caption: caption ? tidy(textOf(caption)) : '',
      header: named ? (placed[0]?.cells ?? null) : null,
      rows: named ? kept.filter((row) => row !== placed[0]) : kept,
      start: node.sourceCodeLocation?.startOffset ?? 0,
      end: node.sourceCodeLocation?.endOffset ?? 0,
    });
    return true;
  }

  private metaTag(node: Element): void {
    const name = (attribute(node, 'name') || attribute(node, 'property')).toLowerCase();
    if (name !== '' && !this.meta.has(name)) this.meta.set(name, attribute(node, 'content').trim());
  }
}

const PARAGRAPH = { type: 'paragraph' as const, level: 0 };

function tidy(text: string): string {
  return text
    .replace(/[^\S\u2028\u00a0]+/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replace(/ *\u2028 */g, '\n')
    .replace(/[\u200b\u200c\ufeff\u00ad]/g, '')
    .trim();
}

function textOf(node: Node): string {
  if (tree.isTextNode(node)) return node.value;
  if (tree.isElementNode(node) && node.tagName === 'br') return ' ';
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

function isHidden(node: Element): boolean {
  const style = attribute(node, 'style').replace(/\s/g, '').toLowerCase();
  return node.attrs.some((attr) => attr.name === 'hidden') || /(?:^|;)display:none/.test(style);
}

function isCell(node: DefaultTreeAdapterTypes.ChildNode): node is Element {
  return tree.isElementNode(node) && (node.tagName === 'td' || node.tagName === 'th');
}

function spanOf(cell: Element): number {
  return Math.min(100, Math.max(1, Math.trunc(Number(attribute(cell, 'colspan')) || 1)));
}

function attribute(node: Element, name: string): string {
  return node.attrs.find((attr) => attr.name === name)?.value ?? '';
}

function descendants(node: Element, name: string): Element[] {
  return node.childNodes.flatMap((child) =>
    tree.isElementNode(child) ? [...(child.tagName === name ? [child] : []), ...descendants(child, name)] : [],
  );
}
