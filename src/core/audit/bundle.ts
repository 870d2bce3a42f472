import type { Sha256, UnixMs } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { equalBytes, utf8 } from '../base/bytes.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { type AgentId, publicKeyOf } from '../identity/did-key.ts';
import { encodeEnvelope, openEnvelope, signEnvelope } from './dsse.ts';
import { type FileTools, verifyExportFile } from './export-check.ts';
import { type ExportContents, factsIn, readExport } from './export-contents.ts';
import type { ExportReport, Trust } from './export-report.ts';
import { field, list } from './json-fields.ts';
import { merkleTree } from './merkle-tree.ts';
import type { SignEd25519 } from './note.ts';
import { provenanceOf, STATEMENT_MEDIA_TYPE } from './provenance.ts';
import { accountOf } from './run-account.ts';
import { type TileFile, tilesOf } from './tiles.ts';

/**
 * An export for other tools, as a folder or a zip of it:
 *
 *     checkpoint                   C2SP tlog-checkpoint, with its cosignatures
 *     tile/<L>/<N>[.p/<W>]         C2SP tlog-tiles: hashes
 *     tile/entries/<N>[.p/<W>]     C2SP tlog-tiles: the entries, canonical JSON
 *     journal.ndjson               the same entries with what they say (export.ts)
 *     attestations.intoto.jsonl    in-toto Statements v1 in DSSE envelopes, one for each verified answer
 *
 * Everything but the signatures follows from journal.ndjson, so a verifier makes it again and compares.
 */
export interface BundleReport {
  readonly ok: boolean;
  /** What is known of journal.ndjson. */
  readonly journal: ExportReport;
  readonly tiles: number;
  readonly attestations: number;
  /** What is wrong with the files beside journal.ndjson. */
  readonly firstBad: { readonly sequence: number | null; readonly file: string; readonly why: string } | null;
}

export const BUNDLE_JOURNAL = 'journal.ndjson';
const CHECKPOINT = 'checkpoint';
const ATTESTATIONS = 'attestations.intoto.jsonl';

export interface BundleTools extends FileTools {
  readonly formatTime: (time: UnixMs) => string;
}

/** The files of a bundle, but journal.ndjson itself. @returns an error in words for people */
export async function makeBundle(
  tools: BundleTools,
  journal: Uint8Array,
  signer: { readonly keyId: AgentId; readonly sign: SignEd25519 },
): Promise<Result<readonly TileFile[], string>> {
  const contents = readExport(tools.sha256, tools.lines(journal));
  if (!contents.ok) return contents;
  const lines: string[] = [];
  for (const statement of statementsOf(tools, contents.value))
    lines.push(encodeEnvelope(await signEnvelope(STATEMENT_MEDIA_TYPE, utf8(canonicalJson(statement)), signer)));
  const attestations = { path: ATTESTATIONS, bytes: utf8(lines.join('')) };
  return ok([...layoutOf(tools.sha256, contents.value), attestations]);
}

/** @param files by path, `journal.ndjson` among them */
export function verifyBundle(
  tools: BundleTools,
  files: ReadonlyMap<string, Uint8Array>,
  trust: Trust = {},
): BundleReport {
  const bytes = files.get(BUNDLE_JOURNAL) ?? new Uint8Array(0);
  const journal = verifyExportFile(tools, bytes, trust);
  const failed = (firstBad: BundleReport['firstBad']): BundleReport => ({
    ok: false,
    journal,
    tiles: 0,
    attestations: 0,
    firstBad,
  });
  if (!journal.ok) return failed(null);
  const contents = readExport(tools.sha256, tools.lines(bytes));
  assert(contents.ok && journal.signer !== null, 'an export that verifies can be read');
  const layout = layoutOf(tools.sha256, contents.value);
  const expected = new Set([BUNDLE_JOURNAL, ATTESTATIONS, ...layout.map(({ path }) => path)]);
  const stranger = [...files.keys()].find((path) => !expected.has(path));
  if (stranger !== undefined)
    return failed({ sequence: null, file: stranger, why: 'this file does not belong to the bundle' });
  for (const { path, bytes: right } of layout) {
    const found = files.get(path);
    if (found === undefined) return failed({ sequence: firstOf(path), file: path, why: 'this file is missing' });
    if (!equalBytes(found, right))
      return failed({ sequence: firstOf(path), file: path, why: 'this file is not what the journal gives' });
  }
  const attested = checkAttestations(tools, contents.value, journal.signer, files.get(ATTESTATIONS) ?? null);
  if (!attested.ok) return failed({ sequence: null, file: ATTESTATIONS, why: attested.error });
  return { ok: true, journal, tiles: layout.length - 1, attestations: attested.value, firstBad: null };
}

/** The checkpoint and the tiles of the tree it signs. */
function layoutOf(sha256: Sha256, { records, leaves, checkpoints }: ExportContents): TileFile[] {
  const head = checkpoints.at(-1);
  const size = head?.size ?? 0;
  const tree = merkleTree(sha256, leaves.slice(0, size));
  const entries = records.slice(0, size).map(({ text }) => utf8(text));
  return [{ path: CHECKPOINT, bytes: utf8(head?.note ?? '') }, ...tilesOf(tree, entries)];
}

/** A statement for each run with a verified answer whose contents are all there, in the order of the log. */
function statementsOf(tools: BundleTools, { agent, records }: ExportContents): Json[] {
  const imports = factsIn(records.filter(({ entry }) => entry.type === 'source.imported'));
  const runs = new Set(records.filter(({ entry }) => entry.type === 'answer.verified').map(({ entry }) => entry.run));
  return [...runs].flatMap((run) => {
    const own = records.filter(({ entry }) => entry.run === run);
    if (run === null || own.some(({ payload }) => payload === null)) return [];
    const account = accountOf(tools.sha256, run, factsIn(own), imports);
    return account.ok ? (provenanceOf(account.value, agent, tools.formatTime) ?? []) : [];
  });
}

/** Each line is a statement that the journal gives, signed by the agent, and none is missing. @returns how many */
function checkAttestations(
  tools: BundleTools,
  contents: ExportContents,
  signer: AgentId,
  bytes: Uint8Array | null,
): Result<number, string> {
  if (bytes === null) return err('this file is missing');
  const publicKey = publicKeyOf(signer);
  assert(publicKey.ok, 'an export that verifies is signed by a key');
  const statements = statementsOf(tools, contents);
  const lines = [...tools.lines(bytes)];
  if (lines.length !== statements.length)
    return err(`the journal gives ${String(statements.length)} attestations, and ${String(lines.length)} are here`);
  for (const [i, line] of lines.entries()) {
    const name = `attestation ${String(i + 1)}`;
    const envelope = parsed(line);
    const opened = openEnvelope(tools.verifyEd25519, [publicKey.value], [STATEMENT_MEDIA_TYPE], envelope);
    if (!opened.ok) return err(`${name} is not signed by the agent (${opened.error})`);
    if (!equalBytes(opened.value.body, utf8(canonicalJson(statements[i]))))
      return err(`${name} does not say what the journal says`);
    const signatures = list(field(envelope, 'signatures'));
    if (signatures.length !== 1 || field(signatures[0], 'keyid') !== signer || canonicalJson(envelope) !== line)
      return err(`${name} is not written as it was signed`);
  }
  return ok(lines.length);
}

function parsed(line: string | null): unknown {
  try {
    return JSON.parse(line ?? '') as unknown;
  } catch {
    return null;
  }
}

/** The first entry that a tile or bundle of level 0 holds. */
function firstOf(path: string): number | null {
  const index = /tile\/(?:0|entries)\/((?:x\d{3}\/)*\d{3})/.exec(path)?.[1];
  return index === undefined ? null : 256 * Number(index.replaceAll(/[x/]/g, ''));
}
