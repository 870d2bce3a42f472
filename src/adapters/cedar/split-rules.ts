/** One rule of a text: from its first word to its semicolon. */
export interface RulePart {
  readonly text: string;
  /** Where it begins, in UTF-16 units. */
  readonly start: number;
  /** Brackets within brackets. */
  readonly depth: number;
  /** Operators, of which each may stand inside the one before. */
  readonly operators: number;
}

/** A string with its escapes, a comment, a bracket, an operator, a semicolon; whatever else there is, character by character. */
const TOKEN =
  /"(?:[^"\\]|\\[^])*(?:"|$)|\/\/[^\n]*|&&|\|\||[<>=!]=|[<>!+\-*.]|\b(?:if|in|is|has|like)\b|[([{]|[)\]}]|;|\s+|\w+|[^]/g;

/** Takes a text apart into its rules. What stands after the last semicolon is a part too, for the parser to complain of. */
export function splitRules(text: string): RulePart[] {
  const parts: RulePart[] = [];
  let [start, end, open, depth, operators] = [-1, 0, 0, 0, 0];
  const close = (): void => {
    if (start >= 0) parts.push({ text: text.slice(start, end), start, depth, operators });
    [start, open, depth, operators] = [-1, 0, 0, 0];
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (/^(?:\s|\/\/)/.test(token)) continue;
    if (start < 0) start = index;
    end = index + token.length;
    if (token === ';') close();
    else if (/^[([{]$/.test(token)) depth = Math.max(depth, ++open);
    else if (/^[)\]}]$/.test(token)) open -= 1;
    else if (/^(?:&&|\|\||[<>=!]=|[<>!+\-*.]|if|in|is|has|like)$/.test(token)) operators += 1;
  }
  close();
  return parts;
}
