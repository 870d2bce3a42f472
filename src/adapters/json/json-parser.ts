import { TABLE_ROWS_MAX } from '#core/base/limits.ts';
import { tableItem, type PlacedRow } from '#adapters/csv/table-item.ts';
import { documentItem } from '#adapters/plain-text/document-item.ts';
import { baseName } from '#adapters/plain-text/document-facts.ts';
import { openText } from '#adapters/plain-text/open-text.ts';
import type { TextBlock } from '#adapters/plain-text/plain-text-blocks.ts';
import { failed } from '#adapters/plain-text/problem.ts';
import type { Parser } from '#ports/parser.ts';
import { JsonSyntaxError, parseJson, type JsonNode } from './json-positions.ts';

/** JSON: a list of flat objects is a table, at the top or under a key; everything else a document of key paths. */
export const jsonParser: Parser = {
  kind: 'data',
  extensions: ['.json'],
  async *parse(file, source, signal) {
    const opened = await openText(file, signal);
    if (!opened.ok) {
      yield { type: 'failed', problem: opened.error };
      return;
    }
    const { text, problem, byteAt } = opened.value;
    if (problem) yield { type: 'warning', problem };
    const root = rootOf(text);
    if (root instanceof JsonSyntaxError) {
      const line = String(text.slice(0, root.offset).split(/\r\n|\r|\n/).length);
      const code = root.offset >= text.trimEnd().length ? 'truncated' : 'malformed';
      yield failed(
        code,
        `line ${line}`,
        `This is not valid JSON: ${root.message}. Mend it there and add the file again.`,
      );
      return;
    }
    const tables = findTables(root, baseName(file.path), 0);
    for (const table of tables) {
      if (table.records.length > TABLE_ROWS_MAX) {
        yield failed(
          'too-large',
          table.name,
          `The list has more than ${String(TABLE_ROWS_MAX)} entries. Split it and add the parts.`,
        );
        return;
      }
      const rows: PlacedRow[] = table.records.map((row) => ({
        ...row,
        start: byteAt(row.start),
        end: byteAt(row.end),
      }));
      const span = { start: byteAt(table.start), end: byteAt(table.end) };
      yield { type: 'item', item: tableItem(source, table.name, span, table.columns, rows) };
    }
    const blocks: TextBlock[] = [];
    describe(root, '', new Set(tables.map((table) => table.node)), blocks);
    if (blocks.length > 0)
      yield { type: 'item', item: documentItem(file, source, opened.value, blocks, titleOf(root)) };
  },
};

function rootOf(text: string): JsonNode | JsonSyntaxError {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
}

interface FoundTable {
  readonly node: JsonNode;
  readonly name: string;
  readonly columns: readonly string[];
  readonly records: readonly PlacedRow[];
  readonly start: number;
  readonly end: number;
}

function findTables(node: JsonNode, name: string, depth: number): FoundTable[] {
  if (node.type === 'array') {
    const table = asTable(node, name);
    return table ? [table] : [];
  }
  if (node.type !== 'object' || depth > 2) return [];
  return node.members.flatMap((member) => findTables(member.value, member.key, depth + 1));
}

function asTable(node: JsonNode & { type: 'array' }, name: string): FoundTable | null {
  const columns = new Set<string>();
  const records: PlacedRow[] = [];
  for (const element of node.elements) {
    if (element.type !== 'object' || element.members.some((member) => member.value.type !== 'scalar')) return null;
    for (const member of element.members) columns.add(member.key);
  }
  if (columns.size === 0) return null;
  for (const element of node.elements) {
    if (element.type !== 'object') continue;
    const cells = new Map(element.members.map((member) => [member.key, scalarText(member.value)]));
    records.push({
      cells: [...columns].map((column) => cells.get(column) ?? ''),
      start: element.start,
      end: element.end,
    });
  }
  return { node, name, columns: [...columns], records, start: node.start, end: node.end };
}

function scalarText(node: JsonNode): string {
  return node.type === 'scalar' && node.value !== null ? String(node.value) : '';
}

/** One block per scalar: "owner.name: Alice", with the bytes of key and value. */
function describe(
  node: JsonNode,
  path: string,
  skip: ReadonlySet<JsonNode>,
  blocks: TextBlock[],
  start = node.start,
): void {
  if (skip.has(node)) return;
  if (node.type === 'object') {
    for (const member of node.members) {
      describe(member.value, path === '' ? member.key : `${path}.${member.key}`, skip, blocks, member.start);
    }
  } else if (node.type === 'array') {
    for (const [i, element] of node.elements.entries()) describe(element, `${path}[${String(i)}]`, skip, blocks);
  } else {
    const text = node.value === null ? 'none' : String(node.value);
    blocks.push({ type: 'paragraph', level: 0, text: path === '' ? text : `${path}: ${text}`, start, end: node.end });
  }
}

function titleOf(root: JsonNode): { title?: string } {
  if (root.type !== 'object') return {};
  const member = root.members.find(({ key }) => /^(?:title|name)$/i.test(key));
  return member ? { title: scalarText(member.value) } : {};
}
