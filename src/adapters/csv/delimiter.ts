/**
 * The delimiter under which the first records agree best on their number of fields. Delimiters inside quotes do not
 * count. Excel's `sep=;` line wins over any guess.
 */
export function sniffDelimiter(text: string): { readonly delimiter: string; readonly skip: number } {
  const declared = /^sep=(.)(?:\r\n|\r|\n)/i.exec(text);
  if (declared?.[1]) return { delimiter: declared[1], skip: declared[0].length };
  const records = outsideQuotes(text.slice(0, SAMPLE_CHARS));
  let best = { delimiter: ',', agreement: 0, fields: 0 };
  for (const delimiter of [',', ';', '\t', '|']) {
    const counts = records.map((record) => record.split(delimiter).length - 1);
    const usual = mode(counts.filter((count) => count > 0));
    const agreement = usual === 0 ? 0 : counts.filter((count) => count === usual).length / counts.length;
    const better = agreement > best.agreement || (agreement === best.agreement && usual > best.fields);
    if (better) best = { delimiter, agreement, fields: usual };
  }
  return { delimiter: best.delimiter, skip: 0 };
}

/** The line end used outside quotes, which the CSV reader has to be told. */
export function sniffLineEnd(text: string): '\n' | '\r' | '\r\n' | 'mixed' {
  const outside = text.replace(/"(?:[^"]|"")*"/g, '');
  const windows = outside.includes('\r\n');
  const unix = /(?<!\r)\n/.test(outside);
  if (windows) return unix ? 'mixed' : '\r\n';
  return unix || !outside.includes('\r') ? '\n' : '\r';
}

const SAMPLE_CHARS = 64 * 1024;
const RECORDS_SAMPLED = 40;

function outsideQuotes(sample: string): string[] {
  const records = sample.replace(/"(?:[^"]|"")*"/g, 'x').split(/\r\n|\r|\n/);
  return records.filter((record) => record.trim() !== '').slice(0, RECORDS_SAMPLED);
}

export function mode(counts: readonly number[]): number {
  const tally = new Map<number, number>();
  let best = 0;
  for (const count of counts) {
    const seen = (tally.get(count) ?? 0) + 1;
    tally.set(count, seen);
    if (seen > (tally.get(best) ?? 0) || (seen === tally.get(best) && count > best)) best = count;
  }
  return best;
}
