import { expect, test } from '@playwright/test';

interface Posted {
  readonly id?: string;
  readonly path?: readonly string[];
}

test('what a page asks its agent before it starts it waits for the start, and is answered then', async ({ page }) => {
  await page.addInitScript(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });

    const post = Worker.prototype.postMessage as (this: Worker, message: unknown, more?: unknown) => void;
    Worker.prototype.postMessage = function (this: Worker, message: Posted, more?: unknown) {
      if (said.length === 0 && message.path !== undefined) {
        said.push('asked');
        this.addEventListener('message', ({ data }: MessageEvent<{ id?: string; type?: string; value?: unknown }>) => {
          if (data.id === 'early') said.push(JSON.stringify([data.type, data.value]));
        });
        const address = { type: 'RAW', value: 'https://api.example.com/v1' };
        post.call(this, { id: 'early', type: 'APPLY', path: ['channels', 'readAddress'], argumentList: [address] });
      }
      if (message.path?.[0] === 'start') said.push('started');
      post.call(this, message, more);
    };
  });
  await page.goto('/');
  const said = (): Promise<string[]> => page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
  await expect.poll(async () => (await said()).length).toBe(3);
  const [asked, started, answer] = await said();
  expect([asked, started]).toEqual(['asked', 'started']);
  expect(answer).toContain('"RAW"');
  expect(answer).toContain('https://api.example.com');
});
