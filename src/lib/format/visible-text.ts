/** A stretch of text, or one character that a reader would not see and must. */
export type TextPiece =
  { readonly text: string; readonly hidden: null } | { readonly text: string; readonly hidden: string };

/**
 * Takes a text apart so that nothing in it can hide: bidirectional controls, zero-width and other format characters and
 * control codes come out named by code point, to be drawn as marks (Unicode TR36, "Trojan Source").
 */
export function visiblePieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let plain = '';
  for (const character of text) {
    if (!isHidden(character)) {
      plain += character;
      continue;
    }
    if (plain !== '') pieces.push({ text: plain, hidden: null });
    plain = '';
    pieces.push({ text: character, hidden: codePoint(character) });
  }
  if (plain !== '') pieces.push({ text: plain, hidden: null });
  return pieces;
}

function isHidden(character: string): boolean {
  if (character === '\n' || character === '\t') return false;
  return /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029\u115f\u1160\u3164\uffa0\ufe00-\ufe0f]/u.test(character);
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
