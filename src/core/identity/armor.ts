import { base64, fromBase64, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { parseCanonicalJson } from './record.ts';

/**
 * A value as text that survives being copied, mailed and pasted: canonical JSON in base64 between two lines that name it,
 * in the form of RFC 7468 (textual encodings), 64 characters a line. Other text around it and other line ends do no harm.
 */
const LINE_CHARS = 64;
const ARMOR_CHARS_MAX = 1_000_000;

/** @param label `WINDHOVER IDENTITY PROOF`: what the text is, in capitals */
export function armored(label: string, value: object): string {
  const lines = base64(utf8(canonicalJson(value))).match(new RegExp(`.{1,${LINE_CHARS}}`, 'g')) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** What stands between the two lines; null when there is none such, or it is not canonical JSON. */
export function unarmored(label: string, armor: string): unknown {
  if (armor.length > ARMOR_CHARS_MAX) return null;
  const begin = `-----BEGIN ${label}-----`;
  const start = armor.indexOf(begin);
  const end = armor.indexOf(`-----END ${label}-----`, start);
  if (start < 0 || end < 0) return null;
  const bytes = fromBase64(armor.slice(start + begin.length, end).replace(/\s/g, ''));
  const json = bytes === null ? null : textOf(bytes);
  return json === null ? null : parseCanonicalJson(json);
}

/** UTF-8 read strictly, without the platform's decoder: what it cannot write back was not UTF-8. */
function textOf(bytes: Uint8Array): string | null {
  let out = '';
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i++] ?? 0;
    const more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    let code = more === 0 ? lead : lead & (0x3f >> more);
    for (let j = 0; j < more; j++) code = (code << 6) | ((bytes[i++] ?? 0) & 0x3f);
    if (code > 0x10ffff) return null;
    out += String.fromCodePoint(code);
  }
  const again = utf8(out);
  return again.length === bytes.length && again.every((byte, i) => byte === bytes[i]) ? out : null;
}
