import { readdirSync, readFileSync } from 'node:fs';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { join } from 'node:path';
import type { HeaderRules } from './serve.ts';

const AT_ONCE = 8;
const DEEP_LINK = '/run/none';
const NOT_THERE = '/missing.js';

/**
 * Fetches the shell, a deep link, a script that is not there and every script of a finished build from where it is served.
 * @param url of the server, without a path
 * @returns what comes without its headers or with others, a line each; empty when the app is safe there
 */
export async function checkHeaders(root: string, url: string): Promise<string[]> {
  const rules = JSON.parse(readFileSync(join(root, 'headers.json'), 'utf8')) as HeaderRules;
  const scripts = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => `/${file.replaceAll('\\', '/')}`)
    .filter((file) => /\.(?:m?js|wasm)$/.test(file));
  const waiting = ['/', DEEP_LINK, NOT_THERE, ...new Set([...scripts, ...Object.keys(rules.exact)])];
  const wrong: string[] = [];
  const work = async (): Promise<void> => {
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop())
      wrong.push(...(await checkOne(url, place, rules.exact[place] ?? rules.rest)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return wrong.sort();
}

async function checkOne(url: string, place: string, expected: Readonly<Record<string, string>>): Promise<string[]> {
  const { statusCode, headers } = await fetchHead(url + place, place === DEEP_LINK ? 'navigate' : 'no-cors');
  const problems = Object.entries(expected)
    .filter(([name, value]) => headers[name.toLowerCase()] !== value)
    .map(([name]) => `${place}: ${name} is ${headers[name.toLowerCase()] === undefined ? 'missing' : 'another'}`);
  const status = place === NOT_THERE ? 404 : 200;
  return statusCode === status ? problems : [`${place}: answered ${String(statusCode)}`, ...problems];
}

/** As a browser asks, which tells what for; fetch of Node tells that itself, and otherwise. */
function fetchHead(url: string, mode: string): Promise<IncomingMessage> {
  const get = url.startsWith('https:') ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'Sec-Fetch-Mode': mode } }, (response) => {
      response.resume();
      resolve(response);
    }).on('error', reject);
  });
}

if (process.argv[1]?.endsWith('check-headers.ts') === true) {
  const [url] = process.argv.slice(2);
  if (url === undefined || !URL.canParse(url)) {
    console.error('Say where the build is served: npm run headers -- https://windhover.example');
    process.exitCode = 1;
  } else {
    const wrong = await checkHeaders('build', new URL(url).origin);
    console.log(wrong.length === 0 ? `Every script at ${url} comes with its headers.` : wrong.join('\n'));
    process.exitCode = wrong.length === 0 ? 0 : 1;
  }
}
