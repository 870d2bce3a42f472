import type { LeaderLock } from '#ports/coordination.ts';

interface Request {
  readonly name: string;
  readonly lost: AbortController;
  readonly grant: () => void;
}

/** The lock manager of one browser, shared by the tabs that are given it: a queue per name, and stealing. */
export function memoryLocks(): LeaderLock {
  const holders = new Map<string, Request>();
  const queues = new Map<string, Request[]>();

  const release = (request: Request): void => {
    if (holders.get(request.name) !== request) return;
    holders.delete(request.name);
    const next = queues.get(request.name)?.shift();
    if (next !== undefined) take(next);
  };
  const take = (request: Request): void => {
    holders.set(request.name, request);
    request.grant();
  };

  return {
    hold: async (name, lead, options = {}) => {
      let request!: Request;
      const granted = await new Promise<boolean>((resolve) => {
        request = { name, lost: new AbortController(), grant: () => resolve(true) };
        if (options.signal?.aborted === true) return resolve(false);
        const holder = holders.get(name);
        if (options.steal === true) {
          take(request);
          holder?.lost.abort();
        } else if (holder === undefined) take(request);
        else {
          const queue = queues.get(name) ?? [];
          queues.set(name, [...queue, request]);
          options.signal?.addEventListener('abort', () => {
            queues.set(
              name,
              (queues.get(name) ?? []).filter((other) => other !== request),
            );
            resolve(false);
          });
        }
      });
      if (!granted) return;
      try {
        await lead(request.lost.signal);
      } finally {
        release(request);
      }
    },
  };
}
