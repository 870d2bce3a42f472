import type { UnixMs } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { BusyTimes } from '#core/tools/calendar/busy-times.ts';
import { listEvents as definition } from '#core/tools/calendar/definitions.ts';
import { listEvents as list } from '#core/tools/calendar/list-events.ts';
import { asJson, inputOf, textsOf } from './arguments.ts';
import type { Tool } from './tool.ts';

/** Lists what was read of a calendar, day by day. */
export const listEvents: Tool = {
  definition,
  run: (args, context) => {
    const observed = inputOf<BusyTimes>(context, 'busy-times');
    if (observed === null)
      return Promise.resolve(err({ code: 'no-data', message: 'No calendar was read before listing it.' }));
    const weekdays = textsOf(args, 'onlyWeekdays').map(Number);
    const toLocal = (at: UnixMs) => context.zones.toLocal(at, context.zone);
    return Promise.resolve(ok(asJson(list(observed, weekdays, context.zone, toLocal))));
  },
};
