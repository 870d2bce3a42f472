import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a browser profile holds that tests begin with: made through the page, as an owner would, but once a run. */
export interface ReadyProfile<W> {
  /** Of its folder. */
  readonly name: string;
  readonly make: (world: W) => Promise<void>;
}

const LOOK_AGAIN_MS = 200;

/** Where the ready profiles of one run are: the process that runs all tests, or this one that is started by it. */
function rootOf(runner: number): string {
  return join(tmpdir(), `windhover-e2e-ready-${String(runner)}`);
}

/**
 * The folder of a ready profile, to be copied. The first that asks makes it, the others wait.
 * @param make gives the folder of a profile whose browser is closed
 */
export async function readyProfile(name: string, make: () => Promise<string>): Promise<string> {
  const folder = join(rootOf(process.ppid), name);
  const making = `${folder}.making`;
  mkdirSync(rootOf(process.ppid), { recursive: true });
  for (; !existsSync(folder); await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))) {
    if (!begins(making)) continue;
    try {
      if (!existsSync(folder)) renameSync(await make(), folder);
    } finally {
      rmSync(making);
    }
  }
  return folder;
}

/** @returns whether this process is the one that makes it: nobody did, or who did is gone */
function begins(making: string): boolean {
  try {
    writeFileSync(making, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (isAlive(making)) return false;
    rmSync(making, { force: true });
    return false;
  }
}

function isAlive(making: string): boolean {
  try {
    const pid = Number(readFileSync(making, 'utf8'));
    // It was not said yet.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** After all tests of a run. */
export default function forgetReadyProfiles(): void {
  rmSync(rootOf(process.pid), { recursive: true, force: true });
}
