import { dropRanges, rewrite, type Keep, type MappedText } from './mapped.ts';

/** HTML as its reader sees it: no tags, comments, scripts; entities as the characters they name. */
export function withoutTags(mapped: MappedText): MappedText {
  const bare = dropRanges(mapped, markupRanges(mapped.text));
  return rewrite(
    bare,
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,31}));?/g,
    ([whole, decimal, hex, name]) => {
      if (name !== undefined) return ENTITIES.get(name) ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
    },
  );
}

/** Tags, comments and what is between the tags of scripts and the like, in one pass whatever the text. */
function markupRanges(text: string): Keep[] {
  const ranges: Keep[] = [];
  let at = 0;
  for (const match of text.matchAll(TAG)) {
    if (match.index < at) continue;
    const [tag, raw] = match;
    let to = match.index + tag.length;
    if (tag === '<!--') {
      const end = text.indexOf('-->', to);
      to = end < 0 ? text.length : end + 3;
    } else if (raw !== undefined) {
      const close = new RegExp(`</${raw}\\s*>`, 'gi');
      close.lastIndex = to;
      const end = close.exec(text);
      to = end ? end.index + end[0].length : text.length;
    }
    ranges.push({ from: match.index, to });
    at = to;
  }
  return ranges;
}

/** Bounded, so that no text makes the search slow. */
const TAG =
  /<!--|<(script|style|title|template|noscript)(?=[\s/>])[^<>]{0,2000}>|<[a-zA-Z/!?][^<>"']{0,2000}(?:(?:"[^"<]{0,2000}"|"[^"]{0,200}"|'[^'<]{0,2000}'|'[^']{0,200}'|["'])[^<>"']{0,500}){0,60}>/gi;

/** Markdown as its reader sees it: link targets, escapes and the marks of emphasis, headings, lists and tables gone. */
export function withoutMarks(mapped: MappedText): MappedText {
  const links = rewrite(mapped, LINK, ([whole, label = '']) => {
    const from = whole.startsWith('!') ? 2 : 1;
    return { from, to: from + label.length };
  });
  const escapes = rewrite(links, /\\([!-/:-@[-`{-~])/g, () => ({ from: 1, to: 2 }));
  const lines = rewrite(
    escapes,
    /^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,9}[.)][ \t]+)/gm,
    () => '',
  );
  return rewrite(lines, MARKS, () => '');
}

/** A link or picture by address or reference; bounded, so that no text makes the search slow. */
const LINK =
  /!?\[((?:[^\][\\\n]|\n(?!\n)|\\.|\[[^\]\n]{0,200}\]){0,1000})\](?:\([^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?(?:\s+"[^"\n]{0,200}")?\)|\[[^\]\n]{0,200}\])/g;

/** Letters that are marks in one text and letters in another are left out of both. */
export const MARKS = /[*_`~|#]+/g;

/** iCalendar: folded lines joined, `\n`, `\,`, `\;` and `\\` undone (RFC 5545 sections 3.1 and 3.3.11). */
export function unfolded(mapped: MappedText): MappedText {
  const lines = rewrite(mapped, /\r?\n[ \t]/g, () => '');
  return rewrite(lines, /\\([nN,;\\])/g, ([, letter = '']) => (/n/i.test(letter) ? '\n' : letter));
}

/** Quoted lines of mail without their `>`. */
export function withoutQuotes(mapped: MappedText): MappedText {
  return rewrite(mapped, /^[ \t]*(?:>[ \t]?)+/gm, () => '');
}

/** String escapes of JSON (RFC 8259 section 7), and the doubled quotes of CSV. */
export function unescaped(mapped: MappedText): MappedText {
  const json = rewrite(mapped, /\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g, ([, code, letter = '']) =>
    code === undefined ? (LETTERS[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
  return rewrite(json, /""/g, () => '"');
}

const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Latin-1's names stand in the order of their code points, from U+00A0 (HTML Standard, section 13.5). */
const LATIN1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const OTHERS =
  'amp& lt< gt> quot" apos\' euro€ hellip… ndash– mdash— lsquo‘ rsquo’ sbquo‚ ldquo“ rdquo” bdquo„ lsaquo‹ rsaquo› bull• trade™ dagger† Dagger‡ permil‰ larr← rarr→ uarr↑ darr↓ harr↔ minus− le≤ ge≥ ne≠ asymp≈ infin∞ sum∑ radic√ OElig\u0152 oelig\u0153 Scaron\u0160 scaron\u0161 Yuml\u0178 fnof\u0192 prime′ Prime″ alpha\u03b1 beta\u03b2 gamma\u03b3 delta\u03b4 Delta\u0394 lambda\u03bb mu\u03bc pi\u03c0 sigma\u03c3 Omega\u03a9 omega\u03c9 check✓ star☆ hearts♥';
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...LATIN1.split(' ').map((name, i) => [name, String.fromCharCode(0xa0 + i)] as const),
  ...OTHERS.split(' ').map((entry) => [entry.slice(0, -1), entry.slice(-1)] as const),
  ['ensp', ' '],
  ['emsp', ' '],
  ['thinsp', ' '],
  ['zwnj', '\u200c'],
  ['zwj', '\u200d'],
]);
