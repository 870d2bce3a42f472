import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';
import type { Table } from '#core/items/item.ts';
import type { ToolError } from '#core/tools/definition.ts';
import { formatCount } from '#core/tools/format.ts';
import { readTable as definition } from '#core/tools/tables/definitions.ts';
import type { RowFilter } from '#core/tools/tables/row-filter.ts';
import { selectRows } from '#core/tools/tables/row-filter.ts';
import { columnsOf } from '#core/tools/tables/table-columns.ts';
import type { TableRows } from '#core/tools/tables/table-rows.ts';
import { isTable, ROWS_SHOWN_MAX } from '#core/tools/tables/table-rows.ts';
import type { JsonObject, Tool, ToolContext } from './tool.ts';

/** Finds the rows of one table that match the filters. */
export const readTable: Tool = { definition, run };

async function run(args: JsonObject, context: ToolContext): Promise<Result<Json, ToolError>> {
  const key = typeof args['table'] === 'string' ? args['table'] : '';
  const table = await findTable(key, context);
  if (table === null) return err({ code: 'no-data', message: `There is no table "${key}" among your files.` });
  const filters = Array.isArray(args['filters']) ? (args['filters'] as unknown as RowFilter[]) : [];
  const selected = selectRows(table, columnsOf(table), filters);
  if (!selected.ok) return err({ code: 'bad-arguments', message: selected.error });
  const { rows, uncompared } = selected.value;
  const observed: TableRows = {
    kind: 'table-rows',
    table: {
      id: table.id,
      name: table.name,
      file: context.items.source(table.span.source).path,
      source: table.span.source,
    },
    filters,
    columns: table.columns,
    rows: rows.slice(0, ROWS_SHOWN_MAX).map(({ index, cells, span }) => ({
      ...{ row: index + 1, cells, start: span.start, end: span.end },
    })),
    matched: rows.length,
    total: table.rows.length,
    notes: uncompared.map(
      ({ column, rows: left }) => `${formatCount(left, 'row')} left out: ${column} cannot be compared there.`,
    ),
  };
  return ok(observed as unknown as Json);
}

/** By id first, since names may repeat. */
export async function findTable(key: string, context: ToolContext): Promise<Table | null> {
  let found: Table | null = null;
  for await (const table of context.items.tables()) {
    if (table.id === key) return table;
    if (isTable(key, table, context.items.source(table.span.source).path)) found ??= table;
  }
  return found;
}
