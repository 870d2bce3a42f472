/**
 * Names by code point what a reader would not see or a terminal would obey: control codes, bidirectional and zero-width
 * characters (Unicode TR36). Files of others end up in what is shown of them.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = Number(character.codePointAt(0)).toString(16).toUpperCase();
    return `\u27e8U+${code.padStart(4, '0')}\u27e9`;
  });
}
