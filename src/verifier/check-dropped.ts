import { checkFile, type CheckFileTools, type FileReport } from '#core/audit/check-file.ts';
import { readCheckpoint } from '#core/audit/checkpoint.ts';
import { compareFiles } from '#core/audit/compare-files.ts';
import { COSIGNATURE_TYPE, type NoteKey, parseNoteKey } from '#core/audit/note.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { checkIdentityProof } from '#core/identity/check-identity-proof.ts';
import type { VerifySignature } from '#core/identity/signature.ts';

/** What the page was given, sorted by what it is. */
export interface Gathered {
  readonly files: readonly NamedBytes[];
  readonly proofs: readonly (NamedBytes & { readonly report: FileReport })[];
  readonly anchor: string | null;
  readonly witnesses: readonly NoteKey[];
  readonly identity: { readonly proof: string; readonly challenge: string } | null;
  /** Files that are no proofs: a sentence may cite them. */
  readonly others: readonly NamedBytes[];
  /** Lines given as witnesses that are no keys. */
  readonly strange: readonly string[];
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Verdict {
  readonly name: string;
  readonly report: Pick<FileReport, 'ok' | 'title' | 'facts' | 'verdict'>;
}

export interface PageTools extends CheckFileTools {
  readonly verifyMlDsa65: VerifySignature;
}

const PROOF = 'WINDHOVER IDENTITY PROOF';
const CHALLENGE = 'WINDHOVER CHALLENGE';

export function gather(
  tools: PageTools,
  files: readonly NamedBytes[],
  text: { readonly anchor: string; readonly witnesses: string; readonly challenge: string },
): Gathered {
  const texts = files.map((file) => textOf(tools, file.bytes));
  const is = (at: number, label: string): boolean => texts[at]?.trimStart().startsWith(`-----BEGIN ${label}`) === true;
  const anchors = texts.filter((given) => readCheckpoint(given).ok);
  const proof = texts.find((_, i) => is(i, PROOF));
  const challenge = texts.find((_, i) => is(i, CHALLENGE)) ?? text.challenge;
  const rest = files.filter((_, i) => !is(i, PROOF) && !is(i, CHALLENGE) && !anchors.includes(texts[i] ?? ''));
  const judged = rest.map((file) => ({ ...file, report: checkFile(tools, file.bytes) }));
  const lines = text.witnesses
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const keys = lines.map((line) => parseNoteKey(tools.sha256, line, COSIGNATURE_TYPE));
  return {
    files,
    proofs: judged.filter(({ report }) => report.kind !== 'unknown'),
    anchor: text.anchor.trim() === '' ? (anchors[0] ?? null) : text.anchor.trimStart(),
    witnesses: keys.flatMap((key) => (key.ok ? [key.value] : [])),
    identity: proof === undefined ? null : { proof, challenge },
    others: judged.filter(({ report }) => report.kind === 'unknown'),
    strange: lines.filter((_, i) => keys[i]?.ok !== true),
  };
}

/** Everything that can be said of what was given, the proofs first. @param now the reader's clock, for proofs of identity */
export function checkGathered(tools: PageTools, given: Gathered, now: number): Verdict[] {
  const { anchor, witnesses, others: sources } = given;
  const verdicts: Verdict[] = given.proofs.map(({ name, bytes, report }) => {
    // Files that are no proofs belong to a sentence; beside anything else they are called what they are.
    const checking = report.kind === 'sentence' ? { anchor, witnesses, sources } : { anchor, witnesses };
    return { name, report: checkFile(tools, bytes, checking) };
  });
  const first = given.proofs.filter(({ report }) => report.kind === 'export' || report.kind === 'bundle');
  if (first.length > 1) verdicts.push(...compared(tools, first));
  if (given.identity !== null) verdicts.push(identityVerdict(tools, given.identity, now));
  const sentence = given.proofs.some(({ report }) => report.kind === 'sentence');
  if (!sentence) verdicts.push(...sources.map(({ name, bytes }) => ({ name, report: checkFile(tools, bytes) })));
  for (const line of given.strange) verdicts.push(strange(line));
  return verdicts.length > 0 ? verdicts : [nothing(anchor)];
}

function compared(tools: PageTools, files: readonly NamedBytes[]): Verdict[] {
  const [one, ...others] = files;
  if (one === undefined) return [];
  return others.map((other) => {
    const { ok, verdict, advice } = compareFiles(tools, one.bytes, other.bytes);
    const facts = [
      { label: 'First', text: one.name },
      { label: 'Second', text: other.name },
      { label: 'What to do', text: advice },
    ];
    return { name: `${one.name}, ${other.name}`, report: { ok, title: 'Two exports compared', facts, verdict } };
  });
}

function identityVerdict(
  tools: PageTools,
  { proof, challenge }: NonNullable<Gathered['identity']>,
  now: number,
): Verdict {
  const report = checkIdentityProof(tools, proof, challenge, { now: now as UnixMs });
  const { fault } = report;
  const facts = [
    ...report.proved.map((text) => ({ label: 'Proved', text })),
    ...report.claims.map(({ name, value }) => ({ label: name, text: value })),
    ...report.notProved.map((text) => ({ label: 'Not proved', text })),
  ];
  const verdict = fault === null ? 'The proof of identity answers your challenge.' : `${fault.what} ${fault.advice}`;
  return { name: 'proof of identity', report: { ok: report.ok, title: 'Proof of identity', facts, verdict } };
}

function strange(line: string): Verdict {
  const verdict = 'This is not the key of a witness (name+id+key), so its cosignatures do not count.';
  return { name: line, report: { ok: false, title: 'A witness', facts: [], verdict } };
}

function nothing(anchor: string | null): Verdict {
  const verdict =
    anchor === null ? 'Nothing was given to check.' : 'This is an anchor. Drop the export that it belongs to as well.';
  return { name: '', report: { ok: false, title: 'Nothing to check', facts: [], verdict } };
}

function textOf(tools: PageTools, bytes: Uint8Array): string {
  const [first] = tools.lines(bytes.subarray(0, 4096));
  return first === null ? '' : `${[...tools.lines(bytes)].map((line) => line ?? '').join('\n')}\n`;
}
