import { assert } from '../base/assert.ts';
import { equalBytes } from '../base/bytes.ts';
import { checkpointKey } from './checkpoint.ts';
import { BUNDLE_JOURNAL, type BundleTools, verifyBundle } from './bundle.ts';
import { DOSSIER_FORMAT, verifyDossier } from './dossier.ts';
import { EXPORT_FORMAT } from './export.ts';
import { verifyExportFile } from './export-check.ts';
import { type ExportFault, type ExportReport, describeExport, describeProved, type Trust } from './export-report.ts';
import { identityFacts } from './identity-facts.ts';
import { formatNoteKey } from './note.ts';
import { visible } from './visible.ts';
import type { RunAccount } from './run-account.ts';
import { checkSourceFile, type ProvedSentence, SENTENCE_PROOF_FORMAT, verifySentenceProof } from './sentence-proof.ts';
import { publicKeyOf } from '../identity/did-key.ts';

/**
 * Checks whatever proof it is handed and says in plain words what holds: the one way in for the command and the
 * verifier page.
 */
export interface FileReport {
  readonly kind: 'export' | 'bundle' | 'sentence' | 'dossier' | 'unknown';
  readonly ok: boolean;
  /** What the file is: "Export of the journal of did:key:…". */
  readonly title: string;
  /** What was found, a line each. */
  readonly facts: readonly Fact[];
  /** "Proved up to N at T; unproved after that", or the first thing wrong. */
  readonly verdict: string;
  readonly firstBad: { readonly sequence: number | null; readonly why: string } | null;
}

export interface Fact {
  readonly label: string;
  readonly text: string;
}

export interface Checking extends Trust {
  /** Files that a sentence cites, to look up the cited bytes in. */
  readonly sources?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export interface CheckFileTools extends BundleTools {
  /** The members of a zip; null when it is none or too large. */
  readonly unzip: (bytes: Uint8Array) => ReadonlyMap<string, Uint8Array> | null;
}

const ZIP_START = Uint8Array.of(0x50, 0x4b);

export function checkFile(tools: CheckFileTools, bytes: Uint8Array, checking: Checking = {}): FileReport {
  return shown(judge(tools, bytes, checking));
}

function judge(tools: CheckFileTools, bytes: Uint8Array, checking: Checking): FileReport {
  if (equalBytes(bytes.subarray(0, ZIP_START.length), ZIP_START)) {
    const files = tools.unzip(bytes);
    return files === null
      ? unknown('the zip is damaged or larger than an export can be')
      : judgeBundle(tools, files, checking);
  }
  const [first = null] = tools.lines(bytes);
  const is = (format: string): boolean => first?.includes(`"format":"${format}"`) === true;
  if (is(SENTENCE_PROOF_FORMAT)) return checkSentence(tools, textOf(tools, bytes), checking);
  if (is(DOSSIER_FORMAT)) return checkDossier(tools, textOf(tools, bytes), checking);
  if (is(EXPORT_FORMAT)) return reportOfExport(tools, verifyExportFile(tools, bytes, checking), checking);
  return unknown('it is no export, bundle, dossier or proof of a sentence that this program knows');
}

/** @param files of a bundle, by path */
export function checkBundle(
  tools: CheckFileTools,
  files: ReadonlyMap<string, Uint8Array>,
  checking: Checking = {},
): FileReport {
  return shown(judgeBundle(tools, files, checking));
}

function judgeBundle(tools: CheckFileTools, files: ReadonlyMap<string, Uint8Array>, checking: Checking): FileReport {
  if (!files.has(BUNDLE_JOURNAL)) return unknown(`the zip holds no ${BUNDLE_JOURNAL}, as an export bundle does`);
  const { ok, journal, tiles, attestations, firstBad } = verifyBundle(tools, files, checking);
  const inner = reportOfExport(tools, journal, checking);
  if (journal.agent === null) return inner;
  const title = inner.title.replace(/^Export/, 'Export bundle');
  if (!ok && firstBad === null) return { ...inner, kind: 'bundle', title };
  if (firstBad !== null) {
    const place = firstBad.sequence === null ? '' : `First bad entry: ${String(firstBad.sequence)}, `;
    const why = `${firstBad.file}: ${firstBad.why}`;
    const verdict = `${describeProved(journal, tools.formatTime)}. ${place}${why}.`;
    return { ...inner, kind: 'bundle', ok: false, title, verdict, firstBad: { sequence: firstBad.sequence, why } };
  }
  const facts = [
    ...inner.facts,
    {
      label: 'Tiles',
      text: `${counted(tiles, 'file')} of hashes and entries, as the journal gives them (C2SP tlog-tiles)`,
    },
    { label: 'Attestations', text: `${counted(attestations, 'answer')} attested by the agent (in-toto, PROV-O)` },
  ];
  return { ...inner, kind: 'bundle', title, facts };
}

/** Nothing in what is shown can hide or command. */
function shown(report: FileReport): FileReport {
  const facts = report.facts.map(({ label, text }) => ({ label, text: visible(text) }));
  return { ...report, title: visible(report.title), facts, verdict: visible(report.verdict) };
}

function reportOfExport(tools: CheckFileTools, report: ExportReport, checking: Checking): FileReport {
  if (report.agent === null) return unknown(String(report.firstBad?.why));
  const publicKey = publicKeyOf(report.agent);
  assert(publicKey.ok, 'a header that was read names a key');
  const facts = [
    // The checkpoints are C2SP signed notes: with this, other tools can check them too.
    { label: 'Key for signed notes', text: formatNoteKey(tools.sha256, checkpointKey(publicKey.value)) },
    {
      label: 'Entries',
      text: `${counted(report.size, 'entry', 'entries')} read, ${String(report.verifiedUpTo)} signed for`,
    },
    { label: 'Payloads', text: `${counted(report.payloads, 'payload')} present, as their entries commit to` },
    ...(report.missing.destroyed === 0
      ? []
      : [
          {
            label: 'Destroyed',
            text: `${counted(report.missing.destroyed, 'payload')} destroyed for good by the owner`,
          },
        ]),
    ...(report.missing.withheld === 0
      ? []
      : [{ label: 'Kept back', text: `${counted(report.missing.withheld, 'payload')} kept back by the owner` }]),
    { label: 'Checkpoints', text: `${counted(report.checkpoints, 'checkpoint')} signed by the agent` },
    { label: 'File', text: report.sealed ? 'sealed: no byte of it was changed since' : 'not sealed by the agent' },
    ...report.keys.map(({ agent, size, certified }) => ({
      label: 'Key',
      text: `${agent} signs up to ${String(size)}, ${certified ? 'certified' : 'NOT certified'} for it by the identity in the journal`,
    })),
    ...identityFacts(tools, report),
    ...cosignatureFacts(tools, report),
    ...anchorFacts(report, checking),
  ];
  return {
    kind: 'export',
    ok: report.ok,
    title: `Export of the journal of ${report.agent}`,
    facts,
    verdict: describeExport(report, tools.formatTime),
    firstBad: placed(report.firstBad),
  };
}

function anchorFacts({ anchoredAt }: Pick<ExportReport, 'anchoredAt'>, { anchor }: Checking): Fact[] {
  if (anchoredAt !== null) return [{ label: 'Anchor', text: `agrees with it up to ${String(anchoredAt)}` }];
  return anchor
    ? []
    : [{ label: 'Anchor', text: 'none was given: whoever has the key could have rewritten all of it' }];
}

function cosignatureFacts(tools: CheckFileTools, { cosignatures }: Pick<ExportReport, 'cosignatures'>): Fact[] {
  return cosignatures.map(({ name, size, time, trusted }) => ({
    label: 'Cosigned',
    text: `up to ${String(size)} at ${tools.formatTime(time)} by ${name}${trusted ? '' : ', whom you did not name as a witness'}`,
  }));
}

function checkSentence(tools: CheckFileTools, text: string, { sources = [] }: Checking): FileReport {
  const report = verifySentenceProof(tools, text);
  const base = { kind: 'sentence', title: 'Proof of a sentence' } as const;
  if (!report.ok)
    return { ...base, ok: false, facts: [], verdict: firstBadText(report.firstBad), firstBad: report.firstBad };
  const looked = lookUp(tools, report, sources);
  return {
    ...base,
    ok: looked.wrong === null,
    facts: [...sentenceFacts(tools, report), ...looked.facts],
    verdict: looked.wrong ?? "The agent's signed journal holds this sentence and its evidence.",
    firstBad: looked.wrong === null ? null : { sequence: null, why: looked.wrong },
  };
}

function sentenceFacts(tools: CheckFileTools, { claim, evidence, answeredAt, size, agent }: ProvedSentence): Fact[] {
  const spans = evidence.flatMap(({ file, start, end, quote, source, digest }) => [
    { label: 'Evidence', text: `${file}, bytes ${String(start)} to ${String(end)}: ${JSON.stringify(quote)}` },
    { label: '', text: `SHA-256 of the bytes ${digest}` },
    { label: '', text: `SHA-256 of the file  ${source}` },
  ]);
  const none = { label: 'Evidence', text: `none is cited: the sentence is ${claim.basis}` };
  return [
    { label: 'Sentence', text: claim.text },
    ...(spans.length === 0 ? [none] : spans),
    { label: 'Answer', text: `entry ${String(answeredAt.sequence)}, ${tools.formatTime(answeredAt.time)}` },
    { label: 'Checkpoint', text: `${counted(size, 'entry', 'entries')}, signed by ${agent}` },
  ];
}

/** Looks up the cited bytes in the files given. */
function lookUp(
  tools: CheckFileTools,
  { evidence }: ProvedSentence,
  sources: NonNullable<Checking['sources']>,
): { readonly facts: readonly Fact[]; readonly wrong: string | null } {
  const facts: Fact[] = [];
  for (const { name, bytes } of sources) {
    const checks = evidence.flatMap((cited) => checkSourceFile(tools.sha256, cited, bytes) ?? []);
    if (checks.length === 0)
      return { facts, wrong: `${name} is not a file that the sentence cites, or it was changed since.` };
    for (const check of checks) {
      if (!check.ok) return { facts, wrong: `${name}: ${check.error}.` };
      const shows = check.value === 'bytes-are-quote' ? 'the cited bytes are the quote' : 'the cited bytes are there';
      facts.push({ label: 'File', text: `${name}: ${shows}` });
    }
  }
  if (sources.length === 0 && evidence.length > 0)
    facts.push({ label: 'Files', text: 'the files themselves were not looked at' });
  return { facts, wrong: null };
}

function checkDossier(tools: CheckFileTools, text: string, checking: Checking): FileReport {
  const report = verifyDossier(tools, text, checking);
  const base = { kind: 'dossier', title: 'Dossier of a run' } as const;
  if (!report.ok)
    return { ...base, ok: false, facts: [], verdict: firstBadText(report.firstBad), firstBad: report.firstBad };
  const { vouched, size } = report;
  const proved = { verifiedUpTo: size, vouched, provedAt: null };
  const alone = vouched === null ? " Only the device's own key says so: no anchor or witness was given." : '';
  return {
    ...base,
    ok: true,
    facts: [
      ...accountFacts(tools, report.account),
      { label: 'Checkpoint', text: `${counted(size, 'entry', 'entries')}, signed by ${report.agent}` },
      ...cosignatureFacts(tools, report),
    ],
    verdict: `The entries of the run are all here and in the agent's signed journal. ${describeProved(proved, tools.formatTime)}.${alone}`,
    firstBad: null,
  };
}

function accountFacts(tools: CheckFileTools, account: RunAccount): Fact[] {
  const entry = (at: number | null): string => (at === null ? '' : ` (entry ${String(at)})`);
  const { goal, plan, steps, approvals, sources, answer, written } = account;
  return [
    { label: 'Goal', text: `${goal.text}${entry(goal.entry)}, ${tools.formatTime(goal.at)}` },
    { label: 'Outcome', text: account.outcome },
    ...(plan === null ? [] : [{ label: 'Plan', text: `${plan.restated || plan.method}${entry(plan.entry)}` }]),
    ...(plan?.choices ?? []).map(({ name, value, bits }) => ({
      label: 'Chosen by files',
      text: `${name} = ${value}, one of ${String(2 ** bits)} at most`,
    })),
    ...steps.map(({ title, tool, toolVersion, model, decision, started }) => ({
      label: 'Step',
      text: `${title}: ${tool}${toolVersion === null ? '' : ` ${String(toolVersion)}`}, ${decision}, model ${model ?? 'none: symbolic engine'}${entry(started)}`,
    })),
    ...approvals.map(({ asked, decision, sha256, decided, entry: askedAt }) => ({
      label: 'Approval',
      text: `${asked}: ${decision}${entry(decided ?? askedAt)}, content SHA-256 ${sha256}`,
    })),
    ...sources.map(({ file, sha256, entry: at }) => ({
      label: 'Source',
      text: `${file}${entry(at)}, SHA-256 ${sha256}`,
    })),
    ...(answer === null
      ? []
      : [
          {
            label: 'Verdict',
            text: `${answer.verdict}, ${counted(answer.checks, 'check')}, ${String(answer.checksFailed)} failed${entry(answer.entry)}`,
          },
          ...answer.sentences.flatMap(({ text, evidence }) => [
            { label: 'Sentence', text },
            ...evidence.map(({ file, quote }) => ({ label: '', text: `${file}: ${JSON.stringify(quote)}` })),
          ]),
        ]),
    ...written.map(({ name, sha256, entry: at }) => ({
      label: 'Written',
      text: `${name}${entry(at)}, SHA-256 ${sha256}`,
    })),
  ];
}

function textOf(tools: CheckFileTools, bytes: Uint8Array): string {
  return `${[...tools.lines(bytes)].map((line) => line ?? '\u0000').join('\n')}${bytes.at(-1) === 0x0a ? '\n' : ''}`;
}

function firstBadText({ sequence, why }: NonNullable<FileReport['firstBad']>): string {
  const place = sequence === null ? '' : `First bad entry: ${String(sequence)}. `;
  return `${place}${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}

function placed(bad: ExportFault | null): FileReport['firstBad'] {
  return bad === null ? null : { sequence: bad.sequence, why: bad.why };
}

function unknown(why: string): FileReport {
  return {
    kind: 'unknown',
    ok: false,
    title: 'This is neither an export of a journal nor a proof',
    facts: [],
    verdict: `${why.charAt(0).toUpperCase()}${why.slice(1)}.`,
    firstBad: { sequence: null, why },
  };
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}
