import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { echoHost } from '../fakes/echo-host.ts';
import { modelHost } from '../fakes/model-host.ts';

/** `npm run demo` in a real browser: without any model, and with one behind an address. */
test.describe.configure({ timeout: 180_000 });

const run = promisify(execFile);
interface Demo {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function demo(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Demo> {
  try {
    const { stdout, stderr } = await run('node', ['node_modules/tsx/dist/cli.mjs', 'src/cli/demo.ts', ...args], {
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, err: stderr };
  }
}

const QUESTION = 'Whose consent does a flight need?';

test('without any model the goal reader is off too: a goal that it alone reads is not understood, and nothing leaves', async () => {
  const abroad = await demo(['--model', 'none', '--goal', 'Wem habe ich noch nicht geantwortet?']);
  for (const line of [
    'It understands goals in English only.',
    'Goal read by: the rules',
    'Written without a model',
    'Sent to other hosts: nothing',
    'Cost: nothing',
  ])
    expect(abroad.out).toContain(line);
  expect(abroad.status).toBe(0);
});

test('a model behind an address has its part once its card is approved; what left is told to the byte', async () => {
  const host = await echoHost();
  try {
    const args = ['--model', `${host.origin}/v1`, '--goal', QUESTION];
    const done = await demo([...args, '--approve']);
    expect(done.err).toBe('');
    expect(done.out).toMatch(/The app asks: Ask echo 1 question/);
    expect(done.out).toContain('Written from the passages by echo');
    expect(done.out).toMatch(new RegExp(`Sent to other hosts: 2 requests, \\d+ bytes, to ${host.origin}`));
    expect(done.out).toContain('Cost: nothing');
    expect(done.status).toBe(0);
    expect(host.bodies).toHaveLength(1);

    // Nobody is at the terminal, so the answer is no.
    const denied = await demo(args);
    expect(denied.out).toContain('Written without a model');
    expect(denied.status).toBe(0);
    expect(host.bodies).toHaveLength(1);
  } finally {
    await host.close();
  }
});

test('what cannot be used is said, with exit status 1', async () => {
  const none = await emptyHost();
  const parrots = await modelHost();
  parrots.key = 'sk-right';
  try {
    for (const [args, words] of [
      [['--model', 'ollama'], /--model must be builtin, none or an address/],
      [['--model', `${none.origin}/v1`, '--key-env', 'NO_SUCH_KEY'], /no key in the environment variable NO_SUCH_KEY/],
      [['--model', 'http://127.0.0.1:9/v1'], /127\.0\.0\.1:9.* lists no models: \w/],
      [['--model', `${none.origin}/v1`], /has no models\. Load one there first\./],
      [
        ['--model', `${parrots.origin}/v1`, '--key-env', 'THE_KEY', '--model-name', 'owl'],
        /has no model "owl"\. It lists: parrot, splits/,
      ],
    ] as const) {
      const failed = await demo(args, { THE_KEY: 'sk-right' });
      expect(failed.status, args.join(' ')).toBe(1);
      expect(failed.err).toMatch(words);
      expect(failed.out).toBe('');
    }
  } finally {
    await none.close();
    await parrots.close();
  }
});

/** A host that lists no models. */
async function emptyHost(): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server = createServer((_, response) => {
    response
      .writeHead(200, {
        ...{ 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, content-type' },
        'content-type': 'application/json',
      })
      .end('{"object":"list","data":[]}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
