import { docxBytes } from '../write/docx.ts';
import { utf8 } from '../write/encodings.ts';
import { pdfBytes } from '../write/pdf.ts';
import type { WorldFile } from '../world.ts';
import { longDate } from './words.ts';

export type Format = 'md' | 'front-matter' | 'txt' | 'html' | 'docx' | 'pdf';

export interface Paper {
  readonly path: string;
  readonly title: string;
  readonly author: string;
  /** ISO */
  readonly date: string;
  readonly sections: readonly { readonly heading: string; readonly sentences: readonly string[] }[];
}

/** One document in one of the formats; sentences of a section make a paragraph, or a list where `asList`. */
export function writePaper(paper: Paper, format: Format, asList: boolean): WorldFile {
  const extension = format === 'front-matter' ? 'md' : format;
  const path = `${paper.path}.${extension}`;
  const lines = paper.sections.flatMap((section) => [
    ...(section.heading === '' ? [] : [`## ${section.heading}`]),
    ...(asList ? section.sentences.map((sentence) => `- ${sentence}`) : [section.sentences.join(' ')]),
  ]);
  if (format === 'docx') {
    const bytes = docxBytes({
      title: paper.title,
      author: paper.author,
      created: paper.date,
      lines: [`# ${paper.title}`, `Date: ${longDate(paper.date)}`, ...lines],
    });
    return { path, bytes, text: [paper.title, longDate(paper.date), ...lines].join('\n') };
  }
  if (format === 'pdf') {
    const plain = [
      paper.title,
      `Date: ${longDate(paper.date)}`,
      '',
      ...lines.flatMap((line) => broken(line.replace(/^## /, ''))),
    ];
    const pages = Array.from({ length: Math.ceil(plain.length / 40) }, (_, i) => plain.slice(i * 40, i * 40 + 40));
    const bytes = pdfBytes({
      title: paper.title,
      author: paper.author,
      created: paper.date.replaceAll('-', ''),
      pages: pages.map((page) => page.map((text) => ({ size: text === paper.title ? 16 : 11, text }))),
    });
    return { path, bytes, text: plain.join('\n') };
  }
  return { path, bytes: utf8(textOf(paper, format, lines)), text: null };
}

function textOf(paper: Paper, format: Format, lines: readonly string[]): string {
  if (format === 'front-matter')
    return `---\ntitle: ${paper.title}\ndate: ${paper.date}\nauthor: ${paper.author}\n---\n\n${lines.join('\n\n')}\n`;
  if (format === 'md') return `# ${paper.title}\n\nDate: ${longDate(paper.date)}\n\n${lines.join('\n\n')}\n`;
  if (format === 'txt')
    return `${paper.title}\n\nDate: ${longDate(paper.date)}\nAuthor: ${paper.author}\n\n${lines.map((line) => line.replace(/^## /, '')).join('\n\n')}\n`;
  const body = lines.map((line) =>
    line.startsWith('## ')
      ? `<h2>${escaped(line.slice(3))}</h2>`
      : line.startsWith('- ')
        ? `<ul><li>${escaped(line.slice(2))}</li></ul>`
        : `<p>${escaped(line)}</p>`,
  );
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escaped(paper.title)}</title></head>\n<body>\n<h1>${escaped(paper.title)}</h1>\n<p>Date: ${longDate(paper.date)}</p>\n${body.join('\n')}\n</body></html>\n`;
}

/** PDF lines of at most 80 characters. */
function broken(line: string): string[] {
  return (line.match(/.{1,80}(?:\s|$)/g) ?? ['']).map((part) => part.trimEnd());
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
