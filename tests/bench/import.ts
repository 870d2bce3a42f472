import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { addFiles, driveApp, type DrivenApp } from '../../src/cli/drive-app.ts';
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

/** Peak memory of the whole browser while 200 MB stream in, over what it took before, as a share of the file. */
async function largeImport(): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'windhover-large-'));
  const file = join(folder, 'large.mbox');
  writeLargeMailbox(file);
  const app = await driveApp({ now: null, zone: null });
  const before = browserMegabytes(app);
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, browserMegabytes(app))), 500);
  await addFiles(app, [file]);
  clearInterval(watch);
  await app.close();
  rmSync(folder, { recursive: true });
  const grown = peak - before;
  const size = LARGE_BYTES / 1e6;
  const one = (value: number) => ({ median: value, min: value, max: value });
  return {
    name: 'memory grown while a 200 MB mailbox streams in',
    unit: 'MB',
    ours: one(grown),
    peer: { name: 'the file', ...one(size) },
    ratio: one(grown / size),
    goal: 'bounded: below the file',
  };
}

/** Resident memory of all processes of this profile. */
function browserMegabytes(app: DrivenApp): number {
  const lines = execFileSync('ps', ['-eo', 'rss=,args='], { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes(app.profile) || line.includes('--type='))
    .reduce((sum, line) => sum + Number.parseInt(line, 10) / 1000, 0);
}

function writeLargeMailbox(path: string): void {
  const sentence = 'The drawings of the second floor are ready and the invoice for the survey follows on Thursday. ';
  const out = openSync(path, 'w');
  let written = 0;
  for (let i = 0; written < LARGE_BYTES; i++) {
    const body = `${sentence.repeat(20 + (i % 200))}\n`;
    const message = `From writer@example.org Thu Nov 19 09:00:00 2026\nFrom: Writer ${String(i % 50)} <writer${String(i % 50)}@example.org>\nTo: owner@example.org\nSubject: Note ${String(i)}\nDate: Thu, 19 Nov 2026 09:00:00 +0100\nMessage-ID: <${String(i)}@example.org>\n\n${body}\n`;
    writeSync(out, message);
    written += message.length;
  }
  closeSync(out);
}
