import { engineSentence } from '../models/jobs.ts';
import { claimsOf, type Answer, type Evidence } from './answer.ts';

/** A verified answer as a Markdown report: every sentence with its footnote, every footnote with file, bytes and hash. */
export function answerMarkdown(title: string, answer: Answer): string {
  const cited = new Set(claimsOf(answer).flatMap((claim) => claim.evidence));
  const evidence = answer.evidence.filter((piece) => cited.has(piece.id));
  const numbers = new Map(evidence.map((piece, index) => [piece.id, index + 1]));
  const lines = [`# ${title}`];
  for (const section of answer.sections) {
    if (section.title !== '') lines.push('', `## ${section.title}`);
    lines.push('');
    for (const claim of section.claims) {
      const marks = claim.evidence.map((id) => `[^${String(numbers.get(id) ?? 0)}]`).join('');
      lines.push(`- ${claim.text}${marks}`);
    }
  }
  if (answer.table) {
    lines.push('', `| ${answer.table.columns.join(' | ')} |`, `|${answer.table.columns.map(() => ' --- |').join('')}`);
    for (const row of answer.table.rows) lines.push(`| ${row.join(' | ')} |`);
  }
  if (answer.workings.length > 0) lines.push('', ...answer.workings.map((line) => `    ${line}`));
  const notes = [...(answer.engines ?? []).map(engineSentence), ...answer.notes];
  if (notes.length > 0) lines.push('', '## Notes', '', ...notes.map((note) => `- ${note}`));
  if (evidence.length > 0) lines.push('');
  evidence.forEach((piece, index) => lines.push(footnote(index + 1, piece)));
  return `${lines.join('\n')}\n`;
}

function footnote(number: number, piece: Evidence): string {
  const place = piece.locator === '' ? '' : ` (${piece.locator})`;
  return `[^${String(number)}]: ${piece.file}${place}, bytes ${String(piece.start)} to ${String(piece.end)}, SHA-256 of the file ${piece.source}`;
}
