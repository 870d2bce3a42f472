import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkpointKey } from '#core/audit/checkpoint.ts';
import { verifyExport } from '#core/audit/export-check.ts';
import { describeExport } from '#core/audit/export-report.ts';
import { formatNoteKey } from '#core/audit/note.ts';
import { checkSourceFile, SENTENCE_PROOF_FORMAT, verifySentenceProof } from '#core/audit/sentence-proof.ts';
import type { CitedEvidence } from '#core/audit/cited-claim.ts';
import { publicKeyOf } from '#core/identity/did-key.ts';
import { linesOf } from './lines-of.ts';

/**
 * Checks an export of the journal or the proof of a sentence, with nothing but the file: no app, no network.
 *
 *     npm run verify -- FILE [--anchor CHECKPOINT] [--source FILE ...]
 *
 * `--anchor` is a checkpoint noted down earlier: the export must hold the same entries up to it. `--source` gives the
 * files that a sentence cites, so that the cited bytes are checked too. The exit status is 0 when all holds, 1 when
 * anything is wrong, 2 when the command was not understood or a file cannot be read.
 */
const USAGE = `Usage: npm run verify -- FILE [--anchor CHECKPOINT] [--source FILE ...]

  FILE       an export of the journal, or the proof of a sentence
  --anchor   a checkpoint kept from earlier, which the export must agree with
  --source   a file that the sentence cites, to check the cited bytes in it`;

const tools = { sha256, verifyEd25519 };

export async function verifyCommand(args: readonly string[], print: (line: string) => void): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { anchor: { type: 'string' }, source: { type: 'string', multiple: true }, help: { type: 'boolean' } },
    });
    const [file, ...more] = positionals;
    // `--source a b c` reads as one source and two positionals.
    const sources = values.source === undefined ? [] : [...values.source, ...more];
    if (values.help === true || file === undefined || (more.length > 0 && sources.length === 0)) {
      print(USAGE);
      return values.help === true ? 0 : 2;
    }
    const bytes = await readFile(file);
    const anchor = values.anchor === undefined ? null : await readFile(values.anchor, 'utf8');
    if (!isSentenceProof(bytes)) return verifyExportFile(bytes, anchor, print) ? 0 : 1;
    return (await verifySentenceFile(bytes, sources, print)) ? 0 : 1;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

function isSentenceProof(bytes: Uint8Array): boolean {
  const [first] = linesOf(bytes);
  return first?.includes(`"format":"${SENTENCE_PROOF_FORMAT}"`) === true;
}

function verifyExportFile(bytes: Uint8Array, anchor: string | null, print: (line: string) => void): boolean {
  const report = verifyExport(linesOf(bytes), tools, { anchor });
  const publicKey = report.agent === null ? null : publicKeyOf(report.agent);
  if (publicKey?.ok !== true) {
    print(`FAILED. This is neither an export of a journal nor the proof of a sentence: ${report.firstBad?.why ?? ''}.`);
    return false;
  }
  print(`Export of the journal of ${report.agent ?? ''}`);
  // The checkpoints are C2SP signed notes: with this, other tools can check them too.
  print(`  Key for signed notes: ${formatNoteKey(sha256, checkpointKey(publicKey.value))}`);
  print(`  ${count(report.size, 'entry', 'entries')} read, ${String(report.verifiedUpTo)} proved`);
  print(`  ${count(report.payloads, 'payload', 'payloads')} present, as their entries commit to`);
  print(`  ${count(report.checkpoints, 'checkpoint', 'checkpoints')} signed by the agent`);
  if (report.anchoredAt !== null) print(`  Agrees with the anchor up to ${String(report.anchoredAt)}`);
  else if (anchor === null)
    print('  No anchor was given: whoever has the key could have rewritten all of it (see --anchor)');
  print(`${report.ok ? 'OK' : 'FAILED'}. ${describeExport(report, isoTime)}`);
  return report.ok;
}

async function verifySentenceFile(
  bytes: Uint8Array,
  sources: readonly string[],
  print: (line: string) => void,
): Promise<boolean> {
  const report = verifySentenceProof(tools, [...linesOf(bytes)].join('\n'));
  if (!report.ok || report.claim === null || report.answeredAt === null) {
    const sequence = report.firstBad?.sequence ?? null;
    const place = sequence === null ? '' : `First bad entry: ${String(sequence)}. `;
    print(`FAILED. ${place}${sentenceCase(report.firstBad?.why ?? 'the proof cannot be read')}.`);
    return false;
  }
  const { claim, evidence, answeredAt } = report;
  print(`Sentence    ${claim.text}`);
  for (const { file, start, end, quote, source, digest } of evidence) {
    print(`Evidence    ${file}, bytes ${String(start)} to ${String(end)}: ${JSON.stringify(quote)}`);
    print(`            SHA-256 of the bytes ${digest}`);
    print(`            SHA-256 of the file  ${source}`);
  }
  if (evidence.length === 0) print(`Evidence    none is cited: the sentence is ${claim.basis}`);
  print(`Answer      entry ${String(answeredAt.sequence)}, ${isoTime(answeredAt.time)}`);
  print(`Checkpoint  ${count(report.size ?? 0, 'entry', 'entries')}, signed by ${report.agent ?? ''}`);
  const wrong = await wrongSources(evidence, sources, print);
  if (wrong === null && sources.length === 0 && evidence.length > 0)
    print('            The files themselves were not looked at (see --source)');
  print(wrong === null ? "OK. The agent's signed journal holds this sentence and its evidence." : `FAILED. ${wrong}`);
  return wrong === null;
}

/** Looks up the cited bytes in the files given. @returns the first thing wrong, as a sentence */
async function wrongSources(
  evidence: readonly CitedEvidence[],
  sources: readonly string[],
  print: (line: string) => void,
): Promise<string | null> {
  for (const path of sources) {
    const bytes = await readFile(path);
    const checks = evidence.flatMap((cited) => checkSourceFile(sha256, cited, bytes) ?? []);
    if (checks.length === 0) return `${path} is not a file that the sentence cites, or it was changed since.`;
    for (const check of checks) {
      if (!check.ok) return `${path}: ${check.error}.`;
      const shows = check.value === 'bytes-are-quote' ? 'the cited bytes are the quote' : 'the cited bytes are there';
      print(`File        ${path}: ${shows}`);
    }
  }
  return null;
}

function count(number: number, one: string, many: string): string {
  return `${String(number)} ${number === 1 ? one : many}`;
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await verifyCommand(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
