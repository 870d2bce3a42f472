import type { Digest, SourceId } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { field, list } from './json-fields.ts';

/** A sentence of an answer, as its proof names it. */
export interface CitedClaim {
  readonly id: string;
  readonly text: string;
  /** extract, computed or absent: how it follows from its evidence. */
  readonly basis: string;
}

/** The span of a file that a sentence rests on: bytes [start, end) of the file with this hash. */
export interface CitedEvidence {
  readonly source: SourceId;
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly digest: Digest;
  readonly quote: string;
}

/**
 * Finds a sentence and its evidence in the payload of an entry `answer.verified`. A payload from a file is outside data:
 * only what is needed is read, and nothing is taken on trust.
 * @returns an error in words for people
 */
export function citedClaim(
  payload: Json,
  id: string,
): Result<{ readonly claim: CitedClaim; readonly evidence: readonly CitedEvidence[] }, string> {
  if (field(payload, 'type') !== 'answer.verified') return err('the payload is no verified answer');
  if (field(field(payload, 'verdict'), 'result') !== 'PASS') return err('the answer did not pass its verification');
  const answer = field(payload, 'answer');
  const claims = list(field(answer, 'sections')).flatMap((section) => list(field(section, 'claims')));
  const found = claims.filter((candidate) => field(candidate, 'id') === id);
  const [text, basis] = [field(found[0], 'text'), field(found[0], 'basis')];
  if (found.length !== 1 || typeof text !== 'string' || typeof basis !== 'string')
    return err('the answer does not hold the sentence');
  const evidence: CitedEvidence[] = [];
  for (const cited of list(field(found[0], 'evidence'))) {
    const [span, ...more] = list(field(answer, 'evidence')).filter((candidate) => field(candidate, 'id') === cited);
    const read = more.length === 0 ? evidenceFrom(span) : null;
    if (read === null) return err('the answer does not hold the evidence that the sentence cites');
    evidence.push(read);
  }
  return ok({ claim: { id, text, basis }, evidence });
}

/** Id and path of the file in the payload of an entry `source.imported`; null when it is none. */
export function importedSource(payload: Json): { readonly id: string; readonly path: string } | null {
  if (field(payload, 'type') !== 'source.imported') return null;
  const source = field(payload, 'source');
  const [id, path] = [field(source, 'id'), field(source, 'path')];
  return typeof id === 'string' && typeof path === 'string' ? { id, path } : null;
}

function evidenceFrom(span: unknown): CitedEvidence | null {
  const [source, digest] = [field(span, 'source'), field(span, 'digest')];
  const [file, quote] = [field(span, 'file'), field(span, 'quote')];
  const [start, end] = [field(span, 'start'), field(span, 'end')];
  if (!isDigest(source) || !isDigest(digest) || typeof file !== 'string' || typeof quote !== 'string') return null;
  if (!isOffset(start) || !isOffset(end) || start > end) return null;
  return { source: source as string as SourceId, file, start, end, digest, quote };
}

function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
