import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface CommandStep {
  readonly name: string;
  /** A command of node_modules/.bin. */
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Runs commands, shows the output of those that fail, and says how each went.
 * @param atOnce how many run side by side; they begin in their order
 */
export async function runSteps(
  steps: readonly CommandStep[],
  atOnce = 1,
): Promise<readonly { readonly name: string; readonly ok: boolean }[]> {
  const results: { name: string; ok: boolean }[] = [];
  const waiting = [...steps];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await runOne(step);
  };
  const runOne = async (step: CommandStep): Promise<void> => {
    const started = Date.now();
    const { code, output } = await run(step);
    const ok = code === 0;
    console.log(`${ok ? '✓' : '✗'} ${step.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (!ok) console.log(output.trimEnd());
    results.push({ name: step.name, ok });
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

function run(step: CommandStep): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(join('node_modules', '.bin', step.command), [...step.args], {
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => {
      resolve({ code: 1, output: String(error) });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}
