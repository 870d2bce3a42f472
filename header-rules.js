import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { VERIFIER_PAGE, verifierPolicyOf } from './verifier-page.js';

/**
 * The response headers of every file of the build, from one place: the server of `npm start`, the service worker, the
 * files for other servers (`_headers` for static hosts, nginx, Caddy) and the check of them all read what this writes.
 */
const PERMISSIONS_OFF = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];

const COMMON = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Permissions-Policy': PERMISSIONS_OFF.map((name) => `${name}=()`).join(', '),
};

/** The page that shuts foreign code in. */
const GUEST_PAGE = '/guest.html';

/**
 * @param {string[]} scriptHashes CSP hash sources of the page's inline scripts
 * @param {string[]} guestHashes the same of the page that shuts foreign code in
 * @param {string} verifierPolicy of the page that checks proofs, which reaches nothing at all
 * @returns {{ exact: Record<string, Record<string, string>>, rest: Record<string, string> }}
 */
export function headerRules(scriptHashes, guestHashes, verifierPolicy) {
  const page = [
    `default-src 'none'`,
    `script-src 'self' 'wasm-unsafe-eval' ${scriptHashes.join(' ')}`.trim(),
    `style-src 'self'`,
    `style-src-attr 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `manifest-src 'self'`,
    `connect-src 'self'`,
    `worker-src 'self' blob:`,
    `frame-src 'self'`,
    `form-action 'none'`,
    `base-uri 'none'`,
    `object-src 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types default svelte-trusted-html`,
  ].join('; ');
  // The service worker alone connects elsewhere, for what was decided: plain http only to this device. It has no
  // Connection-Allowlist, under which nothing could leave.
  const serviceWorker = [
    `default-src 'none'`,
    `script-src 'self'`,
    `connect-src 'self' https: http://localhost:* http://127.0.0.1:*`,
    `require-trusted-types-for 'script'`,
    `trusted-types default`,
  ].join('; ');
  // Foreign code: no origin, nothing to load, nowhere to connect. Only our own pages may frame it.
  const guest = [
    `default-src 'none'`,
    `script-src ${guestHashes.join(' ')} 'wasm-unsafe-eval'`,
    `worker-src blob:`,
    `connect-src 'none'`,
    `form-action 'none'`,
    `base-uri 'none'`,
    `frame-ancestors 'self'`,
    `sandbox allow-scripts`,
  ].join('; ');
  return {
    exact: {
      [GUEST_PAGE]: {
        ...COMMON,
        'X-Frame-Options': 'SAMEORIGIN',
        'Content-Security-Policy': guest,
        'Connection-Allowlist': '()',
      },
      '/service-worker.js': { ...COMMON, 'Content-Security-Policy': serviceWorker, 'Cache-Control': 'no-cache' },
      [VERIFIER_PAGE]: {
        ...COMMON,
        'Content-Security-Policy': `${verifierPolicy}; frame-ancestors 'none'`,
        'Connection-Allowlist': '(response-origin)',
      },
    },
    rest: { ...COMMON, 'Content-Security-Policy': page, 'Connection-Allowlist': '(response-origin)' },
  };
}

/** @param {string} html */
export function inlineScriptHashes(html) {
  return [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    (match) =>
      `'sha256-${createHash('sha256')
        .update(match[1] ?? '')
        .digest('base64')}'`,
  );
}

/**
 * Heavy or rarely needed files that the service worker caches when first used: samples, models (but not what says which
 * there are) and what runs them.
 */
const LAZY = /^\/sample\/|^\/models\/[\w-]+\/(?!manifest\.json$)|\/ort-wasm[^/]*\.(mjs|wasm)$/;

/**
 * Writes headers.json, its equals for other servers, and precache.json into a finished build.
 * @param {string} out the build folder
 */
export function writeHeaderFiles(out) {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(out.length).replaceAll('\\', '/'))
    .filter((file) => !/^\/(precache\.json|headers\.json|_headers|_nginx\.conf|_Caddyfile)$/.test(file))
    .sort();
  const hashes = files
    .filter((file) => file.endsWith('.html') && file !== VERIFIER_PAGE && file !== GUEST_PAGE)
    .flatMap((file) => inlineScriptHashes(readFileSync(out + file, 'utf8')));
  const guest = files.includes(GUEST_PAGE) ? inlineScriptHashes(readFileSync(out + GUEST_PAGE, 'utf8')) : [];
  const verifier = files.includes(VERIFIER_PAGE) ? readFileSync(out + VERIFIER_PAGE, 'utf8') : '';
  const rules = headerRules([...new Set(hashes)], guest, verifierPolicyOf(verifier));
  writeFileSync(`${out}/headers.json`, JSON.stringify(rules, null, 1));
  writeFileSync(`${out}/_headers`, hostFile(rules, ['/', '/headers.json', '/precache.json', ...files]));
  writeFileSync(`${out}/_nginx.conf`, nginxFile(rules));
  writeFileSync(`${out}/_Caddyfile`, caddyFile(rules));
  const precached = files.filter(
    (file) => !/^\/(service-worker\.js|index\.html|_app\/version\.json)$/.test(file) && !LAZY.test(file),
  );
  writeFileSync(`${out}/precache.json`, JSON.stringify(precached));
}

/** @typedef {ReturnType<typeof headerRules>} Rules */

/**
 * One block per file: hosts merge overlapping rules, and two policies would intersect. Deep links come as 404 pages or
 * rewrites of /index.html, whose block they take.
 * @param {Rules} rules
 * @param {string[]} files
 */
function hostFile(rules, files) {
  const blocks = files.map((file) => {
    const headers = Object.entries(rules.exact[file] ?? rules.rest).map(([name, value]) => `  ${name}: ${value}`);
    return [file, ...headers].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

/** @param {Rules} rules */
function nginxFile({ exact, rest }) {
  /** @param {Record<string, string>} headers */
  const headersOf = (headers) =>
    Object.entries(headers).map(([name, value]) => `add_header ${name} ${quoted(value)} always;`);
  const locations = Object.entries(exact).flatMap(([file, headers]) => [
    `location = ${file} {`,
    ...headersOf(headers).map((line) => `  ${line}`),
    '}',
  ]);
  return `# In a server block whose root is this folder: include FOLDER/_nginx.conf;
# An add_header in a location of your own takes all of these away from it: repeat them there.
${headersOf(rest).join('\n')}
${locations.join('\n')}
location = / {
  try_files /index.html =404;
}
set $shell "";
if ($http_sec_fetch_mode = "navigate") {
  set $shell /index.html;
}
location / {
  try_files $uri $shell =404;
}
`;
}

/** @param {Rules} rules */
function caddyFile({ exact, rest }) {
  /** @type {(matcher: string, paths: string, headers: Record<string, string>) => string} */
  const block = (matcher, paths, headers) =>
    [
      `@${matcher} ${paths}`,
      `header @${matcher} {`,
      ...Object.entries(headers).map(([name, value]) => `  ${name} ${quoted(value)}`),
      '}',
    ].join('\n');
  const others = Object.keys(exact);
  return `# In a site block whose root is this folder: import FOLDER/_Caddyfile
${others.map((file, at) => block(`exact${String(at)}`, `path ${file}`, exact[file] ?? {})).join('\n')}
${block('rest', `not path ${others.join(' ')}`, rest)}
@shell {
  header Sec-Fetch-Mode navigate
  not file
}
rewrite @shell /index.html
file_server
`;
}

/**
 * The same text for nginx and Caddy.
 * @param {string} value
 */
function quoted(value) {
  if (/["$\\{}\n]/.test(value)) throw new Error(`A header has a character that servers read as their own: ${value}`);
  return `"${value}"`;
}
