import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { decodeEntities, htmlText } from '#adapters/html/html-text.ts';
import type { TextBlock } from '#adapters/plain-text/plain-text-blocks.ts';

export interface MarkdownTable {
  readonly header: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly start: number; readonly end: number }[];
  readonly start: number;
  readonly end: number;
}

export interface MarkdownContent {
  readonly blocks: readonly TextBlock[];
  readonly tables: readonly MarkdownTable[];
}

/**
 * Blocks of CommonMark with GitHub's tables, by UTF-16 offsets.
 * @param text with line ends \n
 * @param from where the text proper begins
 */
export function markdownBlocks(text: string, from: number): MarkdownContent {
  const reader = new Reader(text, from);
  reader.read(new Lexer({ gfm: true }).lex(text.slice(from)), { type: 'paragraph', level: 0 }, text.length);
  return { blocks: reader.blocks, tables: reader.tables };
}

interface Kind {
  readonly type: TextBlock['type'];
  readonly level: number;
}

class Reader {
  readonly blocks: TextBlock[] = [];
  readonly tables: MarkdownTable[] = [];

  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  /** Tokens come in the order of the text, so each is looked for from where the last one ended. */
  read(tokens: readonly Token[], kind: Kind, limit: number): void {
    for (const token of tokens as readonly MarkedToken[]) this.token(token, kind, limit);
  }

  private token(token: MarkedToken, kind: Kind, limit: number): void {
    switch (token.type) {
      case 'heading':
        this.add({ type: 'heading', level: token.depth }, inline(token.tokens), this.place(token.raw, limit));
        break;
      case 'paragraph':
      case 'text':
        this.add(kind, inline(('tokens' in token ? token.tokens : undefined) ?? [token]), this.place(token.raw, limit));
        break;
      case 'code':
        this.add({ type: 'code', level: 0 }, token.text.replace(/[ \t]+$/gm, ''), this.place(token.raw, limit));
        break;
      case 'html':
        this.add(kind, htmlText(token.raw), this.place(token.raw, limit));
        break;
      case 'blockquote':
        this.read(token.tokens, { type: 'quote', level: kind.type === 'quote' ? kind.level + 1 : 1 }, limit);
        break;
      case 'list':
        for (const item of token.items) this.item(item, kind.type === 'list-item' ? kind.level + 1 : 1, limit);
        break;
      case 'table':
        this.table(token, limit);
        break;
      default:
        this.place(token.raw, limit);
    }
  }

  private item(item: Tokens.ListItem, level: number, limit: number): void {
    const before = this.blocks.length;
    this.read(item.tokens, { type: 'list-item', level }, limit);
    const first = this.blocks[before];
    if (item.task && first?.type === 'list-item')
      this.blocks[before] = { ...first, text: `[${item.checked ? 'x' : ' '}] ${first.text}` };
  }

  private table(token: Tokens.Table, limit: number): void {
    const lines = token.raw.split('\n').filter((line) => line.trim() !== '');
    const header = token.header.map((cell) => inline(cell.tokens));
    const head = this.place(lines[0] ?? '', limit);
    this.add({ type: 'table-row', level: 0 }, header.join(' | '), head);
    this.place(lines[1] ?? '', limit);
    const rows = token.rows.map((row, i) => {
      const span = this.place(lines[i + 2] ?? '', limit);
      const cells = row.map((cell) => inline(cell.tokens));
      this.add({ type: 'table-row', level: 0 }, cells.join(' | '), span);
      return { cells, ...span };
    });
    this.tables.push({ header, rows, start: head.start, end: rows.at(-1)?.end ?? head.end });
  }

  private add(kind: Kind, text: string, span: { start: number; end: number }): void {
    if (text.trim() !== '') this.blocks.push({ ...kind, text: text.trim(), ...span });
  }

  /**
   * Where a token's lines stand. Inside lists and quotes its raw text has lost indents and `>`, so each line is looked for.
   */
  private place(raw: string, limit: number): { start: number; end: number } {
    let start = -1;
    let end = this.at;
    for (const line of raw.split('\n')) {
      const wanted = line.trim();
      if (wanted === '') continue;
      const found = this.text.indexOf(wanted, end);
      if (found < 0 || found >= limit) continue;
      if (start < 0) start = found;
      end = found + wanted.length;
    }
    this.at = end;
    return { start: start < 0 ? end : start, end };
  }
}

function inline(tokens: readonly Token[]): string {
  return (tokens as readonly MarkedToken[])
    .map(inlineText)
    .join('')
    .replace(/[^\S\u2028]+/g, ' ')
    .replace(/ ?\u2028 ?/g, '\n')
    .trim();
}

function inlineText(token: MarkedToken): string {
  switch (token.type) {
    case 'br':
      return '\u2028';
    case 'html':
      return /^<br\b/i.test(token.raw) ? '\u2028' : '';
    case 'codespan':
    case 'escape':
      return token.text;
    case 'image':
      return token.text;
    case 'checkbox':
      return '';
    default:
      if ('tokens' in token) return token.tokens.map((child) => inlineText(child as MarkedToken)).join('');
      return 'text' in token ? decodeEntities(token.text) : '';
  }
}
