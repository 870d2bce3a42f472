import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'vite';

export const VERIFIER_PAGE = '/verify.html';

/**
 * Writes the verifier page into a finished build: one file with its style and its script in it, allowed by their hashes
 * and nothing else, so that it works from a disk and can reach no network.
 * @param {string} out the build folder
 */
export async function writeVerifierPage(out) {
  const made = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      rollupOptions: { input: 'src/verifier/main.ts', output: { format: 'iife' } },
    },
  });
  const [bundle] = [made].flat();
  const code = bundle && 'output' in bundle ? bundle.output[0].code : '';
  if (code === '') throw new Error('the verifier page has a script');
  const script = `\n${code.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--')}`;
  const style = `\n${['src/lib/styles/tokens.css', 'src/verifier/verifier.css'].map((file) => readFileSync(file, 'utf8')).join('')}`;
  const policy = verifierPolicy(hashOf(script), hashOf(style));
  const page = readFileSync('src/verifier/verifier.html', 'utf8')
    .replace('%policy%', () => policy)
    .replace(/\s*%style%\s*/, () => style)
    .replace(/\s*%script%\s*/, () => script);
  writeFileSync(`${out}${VERIFIER_PAGE}`, page);
}

/** The policy of the page as it stands in the page; a server adds what only a header can say. */
export function verifierPolicyOf(/** @type {string} */ page) {
  return /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "default-src 'none'";
}

/** @param {string} script @param {string} style hash sources */
function verifierPolicy(script, style) {
  return [
    `default-src 'none'`,
    `script-src ${script}`,
    `style-src ${style}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ');
}

/** @param {string} text */
function hashOf(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
