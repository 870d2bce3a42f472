const FILE_NAME_CHARS_MAX = 60;

/** A Markdown file's name made of a goal's words: letters, digits and hyphens only, so that every system takes it. */
export function fileNameFor(goal: string): string {
  const words = goal
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, FILE_NAME_CHARS_MAX)
    .replace(/^-+|-+$/g, '');
  return `${words === '' ? 'answer' : words}.md`;
}
