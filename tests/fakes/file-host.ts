import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A host of files on loopback that answers in the ways such hosts do. */
export interface FileHost {
  readonly origin: string;
  readonly files: Map<string, Buffer>;
  /** What arrived: path, and the range that was asked for. */
  readonly arrivals: { readonly path: string; readonly range: string | null }[];
  /** Whether it sends parts of files. */
  ranges: boolean;
  /** Waits after each piece of an answer. */
  pauseMs: number;
  /** Ends every connection that there is. */
  readonly breakAll: () => void;
  readonly close: () => Promise<void>;
}

const PIECE_BYTES = 32 * 1024;
/** As a plain host of files sends it: `content-range` may not be read. */
const CORS = { 'access-control-allow-origin': '*' };

/** @param files by path, with the slash before it */
export async function fileHost(files: Map<string, Buffer>): Promise<FileHost> {
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '';
      const range = request.headers.range ?? null;
      host.arrivals.push({ path, range });
      const file = files.get(path);
      if (file === undefined) {
        response.writeHead(404, CORS).end();
        return;
      }
      const asked = host.ranges ? /^bytes=(\d+)-(\d+)$/.exec(range ?? '') : null;
      const [from, to] = asked === null ? [0, file.length - 1] : [Number(asked[1]), Number(asked[2])];
      const body = file.subarray(from, to + 1);
      response.writeHead(asked === null ? 200 : 206, { ...CORS, 'content-length': body.length });
      for (let at = 0; at < body.length && !response.destroyed; at += PIECE_BYTES) {
        response.write(body.subarray(at, at + PIECE_BYTES));
        if (host.pauseMs > 0) await pause(host.pauseMs);
      }
      response.end();
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host: FileHost = {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    files,
    arrivals: [],
    ...{ ranges: true, pauseMs: 0 },
    breakAll: () => server.closeAllConnections(),
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return host;
}
