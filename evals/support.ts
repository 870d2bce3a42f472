import { createHash } from 'node:crypto';
import { claimsOf, type Answer, type Claim, type Evidence } from '#core/tools/answer.ts';
import { contains, holds, numbersIn, plain } from './terms.ts';
import type { WorldFile } from './world.ts';

/**
 * Sentences of the answer that their sources do not bear out, checked apart from the product's own verifier: the cited
 * bytes exist, hash to the digest and hold the quoted words; the numbers and words of the claim are in the evidence, or
 * follow by the computation, which is done again.
 */
export function unsupported(answer: Answer, files: readonly WorldFile[]): string[] {
  const byHash = new Map(files.map((file) => [createHash('sha256').update(file.bytes).digest('hex'), file]));
  const evidence = new Map(answer.evidence.map((piece) => [piece.id, piece]));
  return claimsOf(answer).flatMap((claim) => {
    const pieces = claim.evidence.map((id) => evidence.get(id));
    const reasons = [
      ...pieces.flatMap((piece, i) =>
        piece ? badEvidence(piece, byHash) : [`cites ${claim.evidence[i] ?? '?'}, which is not among the evidence`],
      ),
      ...badClaim(
        claim,
        pieces.filter((piece) => piece !== undefined),
        byHash.size,
      ),
    ];
    return reasons.length === 0 ? [] : [`"${claim.text}": ${[...new Set(reasons)].join('; ')}`];
  });
}

function badEvidence(piece: Evidence, byHash: ReadonlyMap<string, WorldFile>): string[] {
  const file = byHash.get(piece.source);
  if (!file) return [`source ${piece.source} is not one of the files`];
  if (piece.start < 0 || piece.end > file.bytes.length || piece.start >= piece.end)
    return [`bytes ${piece.start} to ${piece.end} are not in ${file.path}`];
  const bytes = file.bytes.subarray(piece.start, piece.end);
  if (createHash('sha256').update(bytes).digest('hex') !== piece.digest)
    return [`the cited bytes of ${file.path} do not hash to the digest`];
  const readings = file.text === null ? readingsOf(bytes) : [file.text];
  const lines = piece.quote.split('\n').map(wordsOf);
  const held = readings.map(wordsOf).some((reading) => lines.every((line) => reading.includes(line)));
  return held ? [] : [`the cited bytes of ${file.path} do not hold "${piece.quote}"`];
}

/** The ways a reader may decode a span: as it is, mail's two encodings, HTML, calendar folding, quoted text. */
function readingsOf(bytes: Uint8Array): string[] {
  const raw = Buffer.from(bytes).toString('utf8');
  const body = raw.includes('\n\n') ? raw.slice(raw.indexOf('\n\n') + 2) : raw;
  const octets = quotedPrintable(Buffer.from(bytes).toString('latin1'));
  const base64 = [...raw.matchAll(/(?:^[A-Za-z0-9+/=]{1,76}$\r?\n?)+/gm)]
    .map((match) => Buffer.from(match[0], 'base64').toString('utf8'))
    .join('\n');
  const headers = raw
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) => encodedWord(kind, text));
  const calendar = raw
    .replaceAll(/\r?\n[ \t]/g, '')
    .replaceAll(/\\n/g, '\n')
    .replaceAll(/\\([,;\\])/g, '$1');
  const cells = raw.replaceAll('""', '"');
  return [raw, body, octets, Buffer.from(octets, 'latin1').toString('utf8'), base64, headers, calendar, cells].flatMap(
    (reading) => [reading, htmlText(reading), reading.replaceAll(/^>+ ?/gm, '')],
  );
}

/** Bytes as Latin-1 characters. */
function quotedPrintable(text: string): string {
  return text
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function encodedWord(kind: string, text: string): string {
  if (kind.toLowerCase() === 'b') return Buffer.from(text, 'base64').toString('utf8');
  return Buffer.from(quotedPrintable(text.replaceAll('_', ' ')), 'latin1').toString('utf8');
}

function htmlText(text: string): string {
  return text
    .replaceAll(/<style[\s\S]*?<\/style>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');
}

function badClaim(claim: Claim, pieces: readonly Evidence[], files: number): string[] {
  if (claim.basis === 'absent') {
    const search = claim.computation;
    if (search?.kind !== 'search') return ['says that something is absent and shows no search'];
    return search.searched.length === 0 && files > 0 ? ['says that something is absent and searched nothing'] : [];
  }
  if (pieces.length === 0 && claim.computation?.kind !== 'free-slot') return ['cites nothing'];
  return [...badWords(claim, pieces), ...badNumbers(claim, pieces), ...badComputation(claim, pieces)];
}

/** An extract may add names, dates and a few joining words; most of its words must be the evidence's. */
function badWords(claim: Claim, pieces: readonly Evidence[]): string[] {
  if (claim.basis !== 'extract') return [];
  const source = plain(pieces.map((piece) => `${piece.quote} ${piece.locator} ${piece.file}`).join(' '));
  const words = contentWords(claim.text).filter((word) => !DATE_WORD.test(word) && !FRAME_WORDS.has(word));
  const foreign = words.filter((word) => !contains(source, word));
  return words.length > 0 && foreign.length / words.length > 0.4
    ? [`its words are not the evidence's: ${foreign.join(', ')}`]
    : [];
}

function badNumbers(claim: Claim, pieces: readonly Evidence[]): string[] {
  const computation = claim.computation;
  const source = pieces.map((piece) => `${piece.quote} ${piece.locator} ${piece.file}`).join(' ');
  const shown =
    computation?.kind === 'aggregate'
      ? `${computation.result} ${Math.round(computation.result * 100) / 100} ${Math.round(computation.result * 10_000) / 100} ${computation.values.map((value) => value.value).join(' ')} ${computation.shown} ${computation.values.length}`
      : computation?.kind === 'free-slot'
        ? computation.shown
        : computation?.kind === 'date'
          ? `${computation.value} ${computation.words}`
          : computation?.kind === 'conversion'
            ? claim.text
            : '';
  const known = new Set(numbersIn(`${source} ${shown}`).map((n) => n.toFixed(2)));
  for (const piece of `${source} ${shown}`.match(/\d+/g) ?? []) known.add(Number(piece).toFixed(2));
  const bad = (claim.text.match(/\d+(?:[.,]\d+)*/g) ?? []).filter(
    (written) => !numbersIn(written).some((n) => known.has(n.toFixed(2))),
  );
  return bad.length > 0 ? [`the number ${bad.join(', ')} is in no evidence`] : [];
}

function badComputation(claim: Claim, pieces: readonly Evidence[]): string[] {
  const computation = claim.computation;
  if (computation === null) return claim.basis === 'computed' ? ['is computed and shows no computation'] : [];
  if (computation.kind === 'aggregate') {
    const byId = new Map(pieces.map((piece) => [piece.id, piece]));
    const bad = computation.values.filter(
      ({ evidence, value }) =>
        computation.operation !== 'count' &&
        evidence !== null &&
        !holds(byId.get(evidence)?.quote ?? '', { number: Math.abs(value) }),
    );
    const result = again(
      computation.operation,
      computation.values.map((value) => value.value),
    );
    return [
      ...(bad.length > 0 ? [`${bad.length} operands are not in the rows they cite, first ${bad[0]?.value ?? ''}`] : []),
      ...(result !== null && Math.abs(result - computation.result) > 0.006 * Math.max(1, Math.abs(result) / 1e6)
        ? [`${computation.operation} is ${result} and not ${computation.result}`]
        : []),
    ];
  }
  if (computation.kind === 'free-slot') {
    const clash = computation.busy.some((busy) => busy.start < computation.end && busy.end > computation.start);
    const inside = computation.windows.some(
      (window) => window.start <= computation.start && window.end >= computation.end,
    );
    return [
      ...(clash ? ['the slot overlaps a busy time it cites'] : []),
      ...(inside ? [] : ['the slot is in none of its windows']),
    ];
  }
  return [];
}

function again(operation: string, values: readonly number[]): number | null {
  const sum = values.reduce((total, value) => total + value, 0);
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (operation === 'sum') return sum;
  if (operation === 'count') return values.every((value) => value === 1) ? values.length : null;
  if (operation === 'mean') return sum / values.length;
  if (operation === 'min') return sorted[0] ?? null;
  if (operation === 'max') return sorted.at(-1) ?? null;
  if (operation === 'median') return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
  return null;
}

/** Words with which an answer presents what it cites, and that say nothing of their own about the matter. */
const FRAME_WORDS = new Set(
  'waits waiting wait waited your yours answer answered reply replied asks asked about message messages from write wrote written since thread still nobody says said'.split(
    ' ',
  ),
);
const DATE_WORD = /^(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/;

function contentWords(text: string): string[] {
  return [...new Set(plain(text).match(/\p{L}{4,}/gu) ?? [])];
}

function wordsOf(text: string): string {
  return plain(text)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
