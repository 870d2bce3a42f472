/** Small byte encoders for the files the evaluation writes. */

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Base64 in lines of 76 (RFC 2045), the last without a line end. */
export function base64Lines(bytes: Uint8Array): string {
  return (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\n');
}

/** Quoted-printable (RFC 2045) over \n line ends: at most 76 columns, soft breaks with "=". */
export function quotedPrintable(bytes: Uint8Array): string {
  const lines: string[] = [];
  let line = '';
  const push = (token: string) => {
    if (line.length + token.length > 75) {
      lines.push(`${line}=`);
      line = '';
    }
    line += token;
  };
  bytes.forEach((byte, i) => {
    if (byte === 0x0a) {
      lines.push(line);
      line = '';
      return;
    }
    const atEnd = i + 1 === bytes.length || bytes[i + 1] === 0x0a;
    const plain = (byte > 0x20 && byte < 0x7f && byte !== 0x3d) || (byte === 0x20 && !atEnd);
    push(plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`);
  });
  return [...lines, line].join('\n');
}
