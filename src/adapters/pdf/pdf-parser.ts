import { getDocument, VerbosityLevel, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
// Sets globalThis.pdfjsWorker: pdf.js then works in this thread instead of starting a worker by URL, which the CSP refuses.
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
import type { UnixMs } from '#core/base/ids.ts';
import { WHOLE_FILE_BYTES_MAX } from '#core/base/limits.ts';
import type { ImportProblem } from '#core/items/source.ts';
import { documentItem, wholeFile, type StatedFacts } from '#adapters/plain-text/document-item.ts';
import { tooLarge } from '#adapters/plain-text/open-text.ts';
import { failed, problem, reason, warning } from '#adapters/plain-text/problem.ts';
import type { Parser } from '#ports/parser.ts';
import { pageBlocks, type TextRun } from './pdf-blocks.ts';

/** PDF: the text of each page. Its bytes are compressed, so spans are the whole file, with the page beside them. */
export const pdfParser: Parser = {
  kind: 'document',
  extensions: ['.pdf'],
  async *parse(file, source, signal) {
    if (file.size > WHOLE_FILE_BYTES_MAX) {
      yield { type: 'failed', problem: tooLarge(file.size, WHOLE_FILE_BYTES_MAX) };
      return;
    }
    const data = await file.slice(0, file.size);
    const { head, tail } = ends(data);
    if (!head.includes('%PDF-')) {
      yield failed(
        'malformed',
        'byte 0',
        'This is no PDF: it does not begin with “%PDF-”. Check what it is and rename it.',
      );
      return;
    }
    const cut = !tail.includes('%%EOF');
    const task = getDocument({
      data,
      isEvalSupported: false,
      useWorkerFetch: false,
      disableFontFace: true,
      useWasm: false,
      verbosity: VerbosityLevel.ERRORS,
    });
    try {
      const pdf = await task.promise;
      const pages: TextRun[][] = [];
      for (let number = 1; number <= pdf.numPages; number++) {
        signal.throwIfAborted();
        const runs = await pageRuns(pdf, number);
        if (!Array.isArray(runs)) yield { type: 'warning', problem: runs };
        pages.push(Array.isArray(runs) ? runs : []);
        yield { type: 'progress', bytes: Math.floor((file.size * number) / pdf.numPages) };
      }
      const place = wholeFile(file);
      const blocks = pageBlocks(pages).map((block) => ({ ...block, start: place.start, end: place.end }));
      if (blocks.length === 0) {
        yield failed(
          'unsupported',
          '',
          'The PDF holds pictures of text, not text. Run it through a text recognition program and add the result.',
        );
        return;
      }
      if (cut)
        yield warning(
          'truncated',
          `byte ${String(file.size)}`,
          'The PDF ends early; what could be recovered went in. Get the whole file again.',
        );
      const stated = await metadata(pdf);
      // A program's idea of the title is often a file name: the largest words on the page are better.
      const title = blocks.find((block) => block.type === 'heading')?.text ?? stated.title;
      yield { type: 'item', item: documentItem(file, source, place, blocks, { ...stated, title }) };
    } catch (error) {
      signal.throwIfAborted();
      yield { type: 'failed', problem: pdfTrouble(error, cut) };
    } finally {
      await task.destroy();
    }
  },
};

function ends(data: Uint8Array): { head: string; tail: string } {
  const decoder = new TextDecoder('windows-1252');
  return { head: decoder.decode(data.subarray(0, 1024)), tail: decoder.decode(data.subarray(-2048)) };
}

async function pageRuns(pdf: PDFDocumentProxy, number: number): Promise<TextRun[] | ImportProblem> {
  const where = `page ${String(number)}`;
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    const runs = items.filter((item) => 'str' in item) as TextRun[];
    if (runs.some((run) => run.str.trim() !== '')) return runs;
    return problem('unsupported', where, 'There is no text on this page, only a picture or nothing.');
  } catch (error) {
    return problem('malformed', where, `This page cannot be read (${reason(error)}); the others went in.`);
  }
}

function pdfTrouble(error: unknown, cut: boolean): ImportProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') {
    return problem('encrypted', '', 'The PDF is locked with a password. Save it without one and add it again.');
  }
  if (cut)
    return problem('truncated', '', 'The PDF ends early and nothing of it can be recovered. Get the whole file again.');
  if (name === 'InvalidPDFException') {
    return problem('malformed', '', `The PDF is damaged (${reason(error)}). Get the file again.`);
  }
  return problem('malformed', '', `The PDF cannot be read (${reason(error)}). Print it to PDF again and add that.`);
}

/** Dates are written as D:20260303101500+01'00' (ISO 32000 section 7.9.4). */
async function metadata(pdf: PDFDocumentProxy): Promise<StatedFacts> {
  const info = (await pdf.getMetadata().catch(() => null))?.info as Record<string, unknown> | undefined;
  const text = (key: string): string => (typeof info?.[key] === 'string' ? info[key].trim() : '');
  return {
    title: text('Title'),
    author: text('Author'),
    metadataAt: pdfDate(text('ModDate')) ?? pdfDate(text('CreationDate')),
  };
}

function pdfDate(text: string): UnixMs | null {
  const found = /^(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:Z|([+-])(\d{2})'?(\d{2})?)?/.exec(text);
  if (!found) return null;
  const [
    ,
    year,
    month = '01',
    day = '01',
    hour = '12',
    minute = '00',
    second = '00',
    sign,
    hours = '0',
    minutes = '0',
  ] = found;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return (at - (sign === '-' ? -offset : sign === '+' ? offset : 0)) as UnixMs;
}
