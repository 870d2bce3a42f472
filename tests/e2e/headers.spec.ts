import { readdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { checkHeaders } from '../../src/cli/check-headers.ts';
import { serve } from '../../src/cli/serve.ts';

const scripts = readdirSync('build', { recursive: true, encoding: 'utf8' }).filter((file) => /\.m?js$/.test(file));

test('every emitted script comes with its policy, and only the service worker with its own', async ({ request }) => {
  expect(scripts.length).toBeGreaterThan(5);
  for (const file of scripts) {
    const response = await request.get(`/${file}`);
    const headers = response.headers();
    expect(response.status(), file).toBe(200);
    expect(headers['content-security-policy'], file).toContain("default-src 'none'");
    expect(headers['cross-origin-embedder-policy'], file).toBe('require-corp');
    expect(headers['x-content-type-options'], file).toBe('nosniff');
    if (file !== 'service-worker.js') expect(headers['connection-allowlist'], file).toBe('(response-origin)');
    const connects = /connect-src ([^;]*)/.exec(headers['content-security-policy'] ?? '')?.[1];
    expect(connects, file).toBe(
      file === 'service-worker.js' ? "'self' https: http://localhost:* http://127.0.0.1:*" : "'self'",
    );
  }
});

test('pages, deep links, missing files and refused methods carry the headers too', async ({ request }) => {
  const answers = [
    await request.get('/'),
    await request.get('/run/none', { headers: { 'Sec-Fetch-Mode': 'navigate' } }),
    await request.get('/missing.js'),
    await request.post('/'),
  ];
  expect(answers.map((answer) => answer.status())).toEqual([200, 200, 404, 405]);
  for (const answer of answers) {
    expect(answer.headers()['content-security-policy']).toContain("connect-src 'self'");
    expect(answer.headers()['cross-origin-opener-policy']).toBe('same-origin');
  }
});

test('the rules for static hosts name every file of the build once, with the policy the server sends', async ({
  request,
}) => {
  const rules = await (await request.get('/_headers')).text();
  const blocks = rules
    .trim()
    .split('\n\n')
    .map((block) => block.split('\n'));
  const named = blocks.map(([path]) => path);
  expect(new Set(named).size).toBe(named.length);
  for (const file of scripts) expect(named).toContain(`/${file}`);
  for (const [path, ...lines] of blocks.filter(([name]) => name?.endsWith('.js') === true)) {
    const sent = (await request.get(path ?? '')).headers()['content-security-policy'];
    expect(lines).toContain(`  Content-Security-Policy: ${String(sent)}`);
  }
});

test('the check of a served build finds nothing wrong as it is served, and names every script where headers are left off', async ({
  baseURL,
}) => {
  expect(await checkHeaders('build', baseURL ?? '')).toEqual([]);
  const { server, url } = await serve({ root: 'build', port: 0, protect: false });
  const wrong = await checkHeaders('build', url);
  server.close();
  for (const file of [...scripts.map((script) => `/${script}`), '/', '/run/none', '/missing.js', '/verify.html'])
    expect(wrong).toContain(`${file}: Content-Security-Policy is missing`);
});
