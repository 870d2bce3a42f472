import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { build, defaultClientConditions, preview } from 'vite';
import type { ScoredPage, ScorePage } from '#evals/tool-calls/page.ts';
import { dice } from '#evals/write/dice.ts';
import type { Processor } from '#ports/device-models.ts';
import { TOOL_CASES } from '#tests/fakes/tinytool-bench.ts';
import type { ToolCase } from '#tests/fakes/tinytool.ts';
import { BROWSER_ARGS, findBrowser } from './find-browser.ts';

/** WebGPU of the graphics processor where the browser offers it, else in software. */
const ARGS: Readonly<Record<Processor, readonly (readonly string[])[]>> = {
  wasm: [[]],
  webgpu: [['--enable-unsafe-webgpu'], ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']],
};

/** Some of the cases by chance, the same for a seed; all in their order where there are no more. */
export function casesOf(count: number, seed: number): readonly ToolCase[] {
  return count >= TOOL_CASES.length ? TOOL_CASES : dice(`tool calls ${String(seed)}`).some(TOOL_CASES, count);
}

/** Builds the page of evals/tool-calls as the product is built, and has the model that comes with the app do the cases there. */
export async function toolCallsInBrowser(on: Processor, cases: readonly ToolCase[]): Promise<ScoredPage> {
  const folder = mkdtempSync(join(tmpdir(), 'windhover-tool-calls-'));
  const built = { outDir: join(folder, 'site'), emptyOutDir: true };
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: 'static',
    resolve: { conditions: [...defaultClientConditions, 'onnxruntime-web-use-extern-wasm'] },
    build: {
      ...built,
      target: 'es2022',
      rolldownOptions: { input: { page: 'evals/tool-calls/page.ts' }, output: { entryFileNames: 'page.js' } },
    },
  });
  writeFileSync(join(built.outDir, 'index.html'), '<!doctype html><script type="module" src="/page.js"></script>');
  const server = await preview({ configFile: false, logLevel: 'error', build: built, preview: { port: 0 } });
  try {
    return await scored(server.resolvedUrls?.local[0] ?? '', on, cases);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function scored(url: string, on: Processor, cases: readonly ToolCase[]): Promise<ScoredPage> {
  for (const args of ARGS[on]) {
    const browser = await chromium.launch({ executablePath: findBrowser(), args: [...BROWSER_ARGS, ...args] });
    try {
      const page = await browser.newPage();
      await page.goto(url);
      await page.waitForFunction(() => 'scoreHere' in globalThis);
      const here = await page.evaluate(
        ([processor, asked]) => (globalThis as unknown as { scoreHere: ScorePage }).scoreHere(processor, asked),
        [on, JSON.stringify(cases)] as const,
      );
      if (here !== null) return here;
    } finally {
      await browser.close();
    }
  }
  throw new Error('This browser has no WebGPU, not in software either.');
}
