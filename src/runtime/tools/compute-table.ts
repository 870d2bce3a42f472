import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { TableQuestion } from '#core/tools/tables/computation.ts';
import { computeTable as compute, namedNowhere, whereNamed } from '#core/tools/tables/compute-table.ts';
import { computeTable as definition } from '#core/tools/tables/definitions.ts';
import type { TableRows } from '#core/tools/tables/table-rows.ts';
import { findTable } from './read-table.ts';
import type { JsonObject, Tool, ToolContext } from './tool.ts';

/** Computes over all rows that read-table found; they are read again, since an observation holds only the first. */
export const computeTable: Tool = { definition, run };

async function run(args: JsonObject, context: ToolContext): Promise<Result<Json, ToolError>> {
  const read = [...context.inputs.values()].flatMap(tableRowsIn)[0];
  if (read === undefined) return err({ code: 'no-data', message: 'No table was read before computing.' });
  const table = await findTable(read.table.id, context);
  if (table === null) return err({ code: 'no-data', message: `The table ${read.table.name} is no longer there.` });
  const said = (name: string): string => (typeof args[name] === 'string' ? args[name] : '');
  const named = said('notNamed')
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => whereNamed(table, word));
  if (named.includes(null)) return ok(namedNowhere(table, said('notNamed')) as unknown as Json);
  const filters = [...read.filters, ...named.filter((filter) => filter !== null)];
  const answer = compute(table, read.table.file, filters, questionOf(args));
  if (!answer.ok) return err({ code: 'bad-arguments', message: answer.error });
  const { value } = answer;
  const columns = `${table.name} has the columns ${table.columns.map(({ name }) => name).join(', ')}.`;
  const notes = [
    ...(said('notGrouped') === '' ? [] : [`This is not told apart by “${said('notGrouped')}”: ${columns}`]),
    ...(said('passedOver') === ''
      ? []
      : [`“${said('passedOver')}” is not taken into account: no column or value says it. ${columns}`]),
  ];
  return ok({ ...value, notes: [...notes, ...value.notes] } as unknown as Json);
}

function tableRowsIn(value: Json): TableRows[] {
  const observation = value as unknown as TableRows | null;
  return observation?.kind === 'table-rows' ? [observation] : [];
}

function questionOf(args: JsonObject): TableQuestion {
  const name = (key: string): string | null => {
    const value = args[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const top = args['top'];
  return {
    operation: (name('operation') ?? 'list') as TableQuestion['operation'],
    column: name('column'),
    groupBy: name('groupBy'),
    dateColumn: name('dateColumn'),
    period: (name('period') ?? 'none') as TableQuestion['period'],
    top: typeof top === 'number' && top >= 1 ? Math.floor(top) : null,
    order: args['order'] === 'asc' ? 'asc' : 'desc',
  };
}
