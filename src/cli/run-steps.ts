import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface CommandStep {
  readonly name: string;
  /** A command of node_modules/.bin. */
  readonly command: string;
  readonly args: readonly string[];
}

/** Runs commands one after the other, shows the output of those that fail, and says how each went. */
export async function runSteps(steps: readonly CommandStep[]): Promise<{ name: string; ok: boolean }[]> {
  const results: { name: string; ok: boolean }[] = [];
  for (const step of steps) {
    const started = Date.now();
    const { code, output } = await run(step);
    const ok = code === 0;
    console.log(`${ok ? '✓' : '✗'} ${step.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (!ok) console.log(output.trimEnd());
    results.push({ name: step.name, ok });
  }
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
