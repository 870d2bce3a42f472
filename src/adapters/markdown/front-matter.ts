/** The block of `key: value` lines between `---` that opens many Markdown files. */
export interface FrontMatter {
  /** Keys in lowercase; a list's entries joined with commas. */
  readonly fields: ReadonlyMap<string, string>;
  /** UTF-16 offset where the text proper begins. */
  readonly end: number;
}

/** Reads the plain fields of YAML front matter; nested structure is left alone. */
export function frontMatter(text: string): FrontMatter {
  const found = /^---[ \t]*\n([\s\S]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text);
  const fields = new Map<string, string>();
  if (!found?.[1]) return { fields, end: 0 };
  let open = '';
  for (const line of found[1].split('\n')) {
    const [, key, value = ''] = /^([\w-]+)\s*:\s*(.*)$/.exec(line.trimEnd()) ?? [];
    const entry = /^\s*-\s+(.+)$/.exec(line)?.[1];
    if (key) {
      open = key.toLowerCase();
      fields.set(open, unquoted(value));
    } else if (entry && open !== '') {
      const before = fields.get(open) ?? '';
      fields.set(open, before === '' ? unquoted(entry) : `${before}, ${unquoted(entry)}`);
    }
  }
  return { fields, end: found[0].length };
}

function unquoted(value: string): string {
  const text = value.trim().replace(/^\[(.*)\]$/, '$1');
  return text.replace(/^(["'])(.*)\1$/, '$2').trim();
}
