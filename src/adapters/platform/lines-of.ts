const NEWLINE = 0x0a;

/** The lines of a file as text, one at a time; null for a line that is not UTF-8. A last newline ends the last line. */
export function* linesOf(bytes: Uint8Array): Generator<string | null> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    yield decodeOrNull(decoder, bytes.subarray(start, end));
    start = end + 1;
  }
}

function decodeOrNull(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
