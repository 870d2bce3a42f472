import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { headerRules, writeHeaderFiles } from '../../header-rules.js';

/** The files for other servers, read as those servers read them. */
type Headers = Readonly<Record<string, string>>;

const FILES = ['/', '/index.html', '/service-worker.js', '/verify.html', '/_app/immutable/workers/a.js', '/robots.txt'];
const root = mkdtempSync(join(tmpdir(), 'windhover-headers-'));
afterAll(() => rmSync(root, { recursive: true }));

mkdirSync(join(root, '_app/immutable/workers'), { recursive: true });
for (const file of FILES.slice(1)) writeFileSync(join(root, file), '<script>start()</script>');
writeFileSync(
  join(root, 'verify.html'),
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-x'" />`,
);
writeHeaderFiles(root);
const written = (name: string): string => readFileSync(join(root, name), 'utf8');
const rules = JSON.parse(written('headers.json')) as ReturnType<typeof headerRules>;

function staticHost(file: string): Headers {
  const block = written('_headers')
    .trim()
    .split('\n\n')
    .map((text) => text.split('\n'))
    .filter(([path]) => path === file);
  expect(block).toHaveLength(1);
  return Object.fromEntries(
    (block[0] ?? []).slice(1).map((line) => {
      const [, name = '', value = ''] = /^ {2}([\w-]+): (.*)$/.exec(line) ?? [];
      return [name, value];
    }),
  );
}

const pairs = (text: string, line: RegExp): Headers =>
  Object.fromEntries([...text.matchAll(line)].map(([, name = '', value = '']) => [name, value]));

/** A location with headers of its own has no others. */
function nginx(file: string): Headers {
  const text = written('_nginx.conf');
  const location = text.split(`location = ${file} {\n`)[1]?.split('\n}')[0] ?? '';
  const own = pairs(location, /^ {2}add_header ([\w-]+) "([^"]*)" always;$/gm);
  return Object.keys(own).length > 0 ? own : pairs(text, /^add_header ([\w-]+) "([^"]*)" always;$/gm);
}

/** Every block whose matcher takes the path adds its headers. */
function caddy(file: string): Headers {
  const text = written('_Caddyfile');
  const blocks = [...text.matchAll(/^@(\w+) (not )?path (.*)\nheader @\1 \{\n([^}]*)\}$/gm)];
  return Object.assign(
    {},
    ...blocks
      .filter(([, , not, paths = '']) => paths.split(' ').includes(file) !== (not !== undefined))
      .map(([, , , , headers = '']) => pairs(headers, /^ {2}([\w-]+) "([^"]*)"$/gm)),
  ) as Headers;
}

test.each(FILES)('static hosts, nginx and Caddy are told the same headers for %s as npm start sends', (file) => {
  const expected = rules.exact[file] ?? rules.rest;
  expect(Object.keys(expected).length).toBeGreaterThan(7);
  expect(staticHost(file)).toEqual(expected);
  expect(nginx(file)).toEqual(expected);
  expect(caddy(file)).toEqual(expected);
});

test('only the service worker may connect elsewhere, and only pages of their own have another policy than the rest', () => {
  const connects = (headers: Headers): string | undefined =>
    /connect-src ([^;]*)/.exec(headers['Content-Security-Policy'] ?? '')?.[1];
  expect(connects(rules.rest)).toBe("'self'");
  expect(connects(rules.exact['/service-worker.js'] ?? {})).toBe("'self' https: http://localhost:* http://127.0.0.1:*");
  expect(connects(rules.exact['/guest.html'] ?? {})).toBe("'none'");
  expect(Object.keys(rules.exact).sort()).toEqual(['/guest.html', '/service-worker.js', '/verify.html']);
  expect(rules.exact['/service-worker.js']).not.toHaveProperty('Connection-Allowlist');
});
