import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { addFiles, driveApp, type DrivenApp } from '../../src/cli/drive-app.ts';
import { writeMailbox } from './mailbox-file.ts';
import { compare, type Figure } from './statistics.ts';

const PAIRS = 5;
const LARGE_BYTES = 200_000_000;

/** The sample's mailbox against reading and hashing its bytes, and a 200 MB mailbox against the memory it takes. */
export async function benchImport(): Promise<Figure[]> {
  const mailbox = 'static/sample/inbox.mbox';
  const small = await compare(
    {
      name: 'import of the sample mailbox',
      unit: 'ms',
      peer: 'hashing its bytes in Node',
      pairs: PAIRS,
      goal: 'reported',
    },
    async () => {
      const app = await driveApp({ now: null, zone: null });
      const started = performance.now();
      await addFiles(app, [mailbox]);
      const took = performance.now() - started;
      await app.close();
      return took;
    },
    () => {
      const started = performance.now();
      createHash('sha256').update(readFileSync(mailbox)).digest();
      return Promise.resolve(performance.now() - started);
    },
  );
  return [small, await largeImport()];
}

/** Peak memory of the whole browser over what it took before, for 200 MB and for a quarter of it: it must not follow the file. */
async function largeImport(): Promise<Figure> {
  const quarter = await grownMegabytes(LARGE_BYTES / 4);
  const whole = await grownMegabytes(LARGE_BYTES);
  const one = (value: number) => ({ median: value, min: value, max: value });
  return {
    name: 'memory grown while a 200 MB mailbox streams in',
    unit: 'MB',
    ours: one(whole),
    peer: { name: 'while 50 MB stream in', ...one(quarter) },
    ratio: one(whole / quarter),
    goal: 'bounded: far below 4 x',
  };
}

async function grownMegabytes(bytes: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'windhover-large-'));
  const file = join(folder, 'large.mbox');
  writeMailbox(file, bytes);
  const app = await driveApp({ now: null, zone: null });
  const before = browserMegabytes(app);
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, browserMegabytes(app))), 500);
  await addFiles(app, [file]);
  clearInterval(watch);
  await app.close();
  rmSync(folder, { recursive: true });
  return peak - before;
}

/** Memory of the browser of this profile and of all its children, shared pages counted once where the system tells. */
function browserMegabytes(app: DrivenApp): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, kilobytes, args]) => ({ pid, parent, kilobytes: Number(kilobytes), args: args ?? '' }));
  const ours = new Set(rows.filter(({ args }) => args.includes(app.profile)).map(({ pid }) => pid));
  for (let found = 0; found !== ours.size;) {
    found = ours.size;
    for (const { pid, parent } of rows) if (ours.has(parent)) ours.add(pid);
  }
  return rows
    .filter(({ pid }) => ours.has(pid))
    .reduce((sum, { pid, kilobytes }) => sum + (proportionalKilobytes(pid ?? '') ?? kilobytes) / 1000, 0);
}

function proportionalKilobytes(pid: string): number | null {
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return match ? Number(match[1]) : null;
  } catch {
    return null;
  }
}
