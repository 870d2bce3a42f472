import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** `headers.json` of a build. */
export interface HeaderRules {
  readonly exact: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly rest: Readonly<Record<string, string>>;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.ics': 'text/calendar; charset=utf-8',
};

/**
 * Serves a finished build on loopback with its headers on every response, an unknown address as the app's shell when a
 * browser navigates there, and 404 otherwise.
 * @param options.protect false leaves the headers off: only for tests that show what would escape without them
 */
export async function serve(options: {
  root: string;
  port: number;
  protect?: boolean;
}): Promise<{ server: Server; url: string }> {
  const rules = JSON.parse(readFileSync(join(options.root, 'headers.json'), 'utf8')) as HeaderRules;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = fileFor(options.root, path, request.headers['sec-fetch-mode'] === 'navigate');
    const headers = options.protect === false ? {} : (rules.exact[path] ?? rules.rest);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    if (file === null) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found');
      return;
    }
    if (!response.hasHeader('Cache-Control')) {
      response.setHeader(
        'Cache-Control',
        path.startsWith('/_app/immutable/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    }
    response.writeHead(200, {
      'Content-Type': MEDIA_TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Length': statSync(file).size,
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return { server, url: `http://localhost:${String((server.address() as AddressInfo).port)}` };
}

function fileFor(root: string, path: string, navigation: boolean): string | null {
  const shell = join(root, 'index.html');
  if (path === '/') return shell;
  const file = join(root, normalize(path));
  if (file.startsWith(join(root, '/')) && isFile(file)) return file;
  return navigation ? shell : null;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
