import { ITEM_TEXT_BYTES_MAX, MIB } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ImportProblem } from '#core/items/source.ts';
import type { ByteSource } from '#ports/parser.ts';
import { decodeText, looksBinary, type DecodedText } from './decoded-text.ts';
import { problem } from './problem.ts';

/**
 * Reads a text format whole.
 * @param declared finds the charset that the file's first bytes declare
 * @returns 'too-large' above the bound, 'malformed' for what is no text, 'empty' for nothing but white space
 */
export async function openText(
  file: ByteSource,
  signal: AbortSignal,
  bytesMax: number = ITEM_TEXT_BYTES_MAX,
  declared: (head: string) => string | null = () => null,
): Promise<Result<DecodedText, ImportProblem>> {
  if (file.size > bytesMax) return err(tooLarge(file.size, bytesMax));
  const bytes = await file.slice(0, file.size);
  signal.throwIfAborted();
  const head = new TextDecoder('windows-1252').decode(bytes.subarray(0, 4096));
  const text = decodeText(bytes, declared(head));
  if (looksBinary(text.text)) {
    return err(
      problem('malformed', '', 'This is not a text file, whatever its name says. Check what it is and rename it.'),
    );
  }
  if (text.text.trim() === '') return err(problem('empty', '', 'There is no text in this file.'));
  return ok(text);
}

export function tooLarge(bytes: number, bytesMax: number): ImportProblem {
  const size = `${String(Math.ceil(bytes / MIB))} MiB`;
  const bound = `${String(Math.floor(bytesMax / MIB))} MiB`;
  return problem(
    'too-large',
    '',
    `The file has ${size}; at most ${bound} of this kind can be read. Split it and add the parts.`,
  );
}
