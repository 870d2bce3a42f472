import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { VERIFIER_PAGE, verifierPolicyOf } from './verifier-page.js';

/**
 * The response headers of every file of the build, from one place: the server of `npm start`, the `_headers` file for
 * static hosts and the build check all read what this writes.
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

/**
 * @param {string[]} scriptHashes CSP hash sources of the page's inline scripts
 * @param {string} verifierPolicy of the page that checks proofs, which reaches nothing at all
 * @returns {{ exact: Record<string, Record<string, string>>, rest: Record<string, string> }}
 */
export function headerRules(scriptHashes, verifierPolicy) {
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
    `frame-src 'none'`,
    `form-action 'none'`,
    `base-uri 'none'`,
    `object-src 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types default svelte-trusted-html`,
  ].join('; ');
  // The service worker answers pages from its cache and connects only to its own origin.
  const serviceWorker = `default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types default`;
  return {
    exact: {
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

/** Heavy or rarely needed files that the service worker caches when first used. */
const LAZY = /^\/sample\//;

/**
 * Writes headers.json, _headers and precache.json into a finished build.
 * @param {string} out the build folder
 */
export function writeHeaderFiles(out) {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(out.length).replaceAll('\\', '/'))
    .filter((file) => !/^\/(precache\.json|headers\.json|_headers)$/.test(file))
    .sort();
  const hashes = files
    .filter((file) => file.endsWith('.html') && file !== VERIFIER_PAGE)
    .flatMap((file) => inlineScriptHashes(readFileSync(out + file, 'utf8')));
  const verifier = files.includes(VERIFIER_PAGE) ? readFileSync(out + VERIFIER_PAGE, 'utf8') : '';
  const rules = headerRules([...new Set(hashes)], verifierPolicyOf(verifier));
  writeFileSync(`${out}/headers.json`, JSON.stringify(rules, null, 1));
  const blocks = ['/', '/headers.json', '/precache.json', ...files].map((file) => {
    const headers = Object.entries(rules.exact[file] ?? rules.rest).map(([name, value]) => `  ${name}: ${value}`);
    return [file, ...headers].join('\n');
  });
  // One block per file: hosts merge overlapping rules, and two policies would intersect. Deep links come as 404 pages or
  // rewrites of /index.html, whose block they take.
  writeFileSync(`${out}/_headers`, `${blocks.join('\n\n')}\n`);
  const precached = files.filter(
    (file) => !/^\/(service-worker\.js|index\.html|_app\/version\.json)$/.test(file) && !LAZY.test(file),
  );
  writeFileSync(`${out}/precache.json`, JSON.stringify(precached));
}
