import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';
import type { BusyTimes } from '#core/tools/calendar/busy-times.ts';
import type { SlotWishes } from '#core/tools/calendar/day-windows.ts';
import { findFreeSlots as definition } from '#core/tools/calendar/definitions.ts';
import { findFreeSlots as search } from '#core/tools/calendar/find-free-slots.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { JsonObject, Tool, ToolContext } from './tool.ts';

/** Looks for times that no one's calendar takes. */
export const findFreeSlots: Tool = { definition, run };

const MINUTES_DEFAULT = 60;
const COUNT_DEFAULT = 3;
const COUNT_MAX = 20;
const MINUTES_MAX = 24 * 60;

function run(args: JsonObject, context: ToolContext): Promise<Result<Json, ToolError>> {
  const observed = [...context.inputs.values()].flatMap(busyTimesIn);
  const between = args['between'] as SlotWishes['between'] | undefined;
  const first = observed[0];
  if (first === undefined) return failed('no-data', 'No calendar was read before looking for free times.');
  const minutes = numberOf(args['minutes'], MINUTES_DEFAULT);
  if (minutes < 1 || minutes > MINUTES_MAX)
    return failed('bad-arguments', 'A free time is between 1 minute and 24 hours.');
  const wishes: SlotWishes = {
    minutes,
    between: between ?? first.between,
    hours: (args['hours'] ?? null) as SlotWishes['hours'],
    excludeWeekdays: weekdaysOf(args['excludeWeekdays']),
    onlyWeekdays: weekdaysOf(args['onlyWeekdays']),
    weekends: args['weekends'] === true,
    count: Math.min(COUNT_MAX, Math.max(1, numberOf(args['count'], COUNT_DEFAULT))),
  };
  const { owner, now, zone, zones: clock } = context;
  return Promise.resolve(ok(search({ wishes, observed, owner, now, zone, clock }) as unknown as Json));
}

function failed(code: ToolError['code'], message: string): Promise<Result<Json, ToolError>> {
  return Promise.resolve(err({ code, message }));
}

function busyTimesIn(value: Json): BusyTimes[] {
  const observation = value as unknown as BusyTimes | null;
  return observation?.kind === 'busy-times' ? [observation] : [];
}

function numberOf(value: Json | undefined, usual: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : usual;
}

function weekdaysOf(value: Json | undefined): number[] {
  return Array.isArray(value) ? (value as Json[]).map(Number).filter((day) => day >= 1 && day <= 7) : [];
}
