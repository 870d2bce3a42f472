import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { verifyMlDsa65 } from '#adapters/noble/ml-dsa.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { linesOf } from '#adapters/platform/lines-of.ts';
import { readZip } from '#adapters/zip/read-zip.ts';
import { checkBundle, checkFile, type CheckFileTools, type FileReport } from '#core/audit/check-file.ts';
import { compareFiles, type GivenFile } from '#core/audit/compare-files.ts';
import { COSIGNATURE_TYPE, type NoteKey, parseNoteKey } from '#core/audit/note.ts';

/**
 * Checks an export of the journal, an export bundle, the dossier of a run or the proof of a sentence, with nothing but
 * the file: no app, no network. The exit status is 0 when all holds, 1 when anything is wrong, 2 when the command was not
 * understood or a file cannot be read.
 */
const USAGE = `Usage: npm run verify -- FILE [--anchor CHECKPOINT] [--with OTHER] [--witness KEY ...] [--source FILE ...]

  FILE       an export of the journal, a bundle (zip or folder), a dossier of a run, or the proof of a sentence
  --anchor   a checkpoint kept from earlier (a file or its text), which the file must agree with
  --with     another export or bundle of the same journal: the smaller must be the beginning of the larger
  --witness  a witness you trust, as name+id+key (a file or the key): its cosignatures count as anchors
  --source   a file that the sentence cites, to check the cited bytes in it`;

const tools: CheckFileTools = {
  sha256,
  verifyEd25519,
  verifyMlDsa65,
  lines: linesOf,
  unzip: readZip,
  formatTime: (time) => new Date(time).toISOString(),
};

export async function verifyCommand(args: readonly string[], print: (line: string) => void): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        anchor: { type: 'string' },
        with: { type: 'string' },
        witness: { type: 'string', multiple: true },
        source: { type: 'string', multiple: true },
        help: { type: 'boolean' },
      },
    });
    const [file, ...more] = positionals;
    // `--source a b c` reads as one source and two positionals.
    const sources = values.source === undefined ? [] : [...values.source, ...more];
    if (values.help === true || file === undefined || (more.length > 0 && sources.length === 0)) {
      print(USAGE);
      return values.help === true ? 0 : 2;
    }
    const checking = {
      anchor: values.anchor === undefined ? null : await textOrFile(values.anchor, values.anchor.includes('\n')),
      witnesses: await Promise.all((values.witness ?? []).map(witnessKey)),
      sources: await Promise.all(sources.map(async (name) => ({ name, bytes: await readFile(name) }))),
    };
    const given = await read(file);
    const report = check(given, checking);
    show(report, print);
    if (!report.ok) return 1;
    return values.with === undefined || compare(given, await read(values.with), print) ? 0 : 1;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

async function read(file: string): Promise<GivenFile> {
  if (!(await stat(file)).isDirectory()) return readFile(file);
  const names = await readdir(file, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const full = path.join(entry.parentPath, entry.name);
      return [path.relative(file, full).split(path.sep).join('/'), new Uint8Array(await readFile(full))] as const;
    });
  return new Map(await Promise.all(files));
}

function check(given: GivenFile, checking: Parameters<typeof checkFile>[2]): FileReport {
  return given instanceof Uint8Array ? checkFile(tools, given, checking) : checkBundle(tools, given, checking);
}

function show({ ok, title, facts, verdict }: FileReport, print: (line: string) => void): void {
  print(title);
  const width = Math.max(0, ...facts.map(({ label }) => label.length));
  for (const { label, text } of facts) print(`  ${label.padEnd(width)}  ${text}`);
  print(`${ok ? 'OK' : 'FAILED'}. ${verdict}`);
}

/** Proves that the smaller of two exports is the beginning of the larger. */
function compare(given: GivenFile, other: GivenFile, print: (line: string) => void): boolean {
  const { ok, verdict, advice } = compareFiles(tools, given, other);
  print(`${ok ? 'OK' : 'FAILED'}. ${verdict} ${advice}`);
  return ok;
}

async function witnessKey(given: string): Promise<NoteKey> {
  const text = (await textOrFile(given, given.includes('+'))).trim();
  const key = parseNoteKey(sha256, text, COSIGNATURE_TYPE);
  if (!key.ok) throw new Error(`This is not the key of a witness (${key.error}): ${text}`);
  return key.value;
}

async function textOrFile(given: string, isText: boolean): Promise<string> {
  return isText ? given : readFile(given, 'utf8');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await verifyCommand(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
