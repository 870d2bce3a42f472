import { MIB, SOURCE_BYTES_MAX, ZIP_DEPTH_MAX } from '#core/base/limits.ts';
import type { ImportProblem, ImportProblemCode } from '#core/items/source.ts';
import type { BlobError } from '#ports/blob-store.ts';

/** What can be wrong with a file as a whole: each says what, and what to do. */
export function emptyFile(): ImportProblem {
  return whole('empty', 'The file is empty (0 bytes). If it should not be, save or export it again.');
}

export function tooLargeFile(bytes: number): ImportProblem {
  const [size, bound] = [Math.ceil(bytes / MIB), SOURCE_BYTES_MAX / MIB].map(String);
  return whole(
    'too-large',
    `The file has ${size ?? ''} MiB; at most ${bound ?? ''} MiB can be read. Split it and add the parts.`,
  );
}

export function tooLargeItem(): ImportProblem {
  return whole('too-large', 'The document holds more than 16 MiB of text. Split it and add the parts.');
}

export function unsupported(extension: string): ImportProblem {
  const hint = HINTS[extension] ?? `Readable are ${READABLE}.`;
  const kind = extension === '' ? 'A file without an ending' : `A ${extension} file`;
  return whole('unsupported', `${kind} cannot be read here. ${hint}`);
}

export function tooDeep(): ImportProblem {
  return whole(
    'zip-bomb',
    `Zips are packed more than ${String(ZIP_DEPTH_MAX)} deep inside each other. Unpack it yourself and add the files.`,
  );
}

export function nothingInside(): ImportProblem {
  return whole('empty', 'There is no file in this zip.');
}

export function changed(): ImportProblem {
  return whole(
    'malformed',
    'The file changed while it was being read. Close the program that writes it and add it again.',
  );
}

export function cancelled(): ImportProblem {
  return whole('cancelled', 'The import was cancelled before this file was in. Add it again when you want it.');
}

export function blobTrouble(error: BlobError): ImportProblem {
  if (error.code === 'quota')
    return whole(
      'quota',
      'This browser gives the app no more room. Delete files that are not needed, or free space on the disk.',
    );
  if (error.code === 'cancelled') return cancelled();
  return whole(
    'malformed',
    `The file could not be stored (${error.message}). Try again; if it stays so, export everything and reload.`,
  );
}

/** The platform refused to go on reading, or a library met what it did not expect. */
export function unexpected(error: unknown): ImportProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotFoundError' || name === 'NotReadableError') {
    return whole(
      'malformed',
      'The file cannot be read any more: it was moved, changed or locked since it was chosen. Add it again.',
    );
  }
  const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  return whole(
    'malformed',
    `The file cannot be read (${reason}). Check it in the program it comes from and add it again.`,
  );
}

const READABLE = '.ics, .eml, .mbox, .csv, .tsv, .md, .txt, .html, .pdf, .docx, .json and .zip';
const HINTS: Readonly<Record<string, string>> = {
  '.xlsx': 'Save each sheet as CSV and add that.',
  '.xls': 'Save each sheet as CSV and add that.',
  '.ods': 'Save each sheet as CSV and add that.',
  '.numbers': 'Export it as CSV and add that.',
  '.doc': 'Save it as .docx or PDF and add that.',
  '.odt': 'Save it as .docx or PDF and add that.',
  '.rtf': 'Save it as .docx or PDF and add that.',
  '.pages': 'Export it as .docx or PDF and add that.',
  '.pptx': 'Export it as PDF and add that.',
  '.key': 'Export it as PDF and add that.',
  '.msg': 'Save the message as .eml and add that.',
  '.pst': 'Export the mailbox as .mbox and add that.',
  '.ost': 'Export the mailbox as .mbox and add that.',
  '.olm': 'Export the mailbox as .mbox and add that.',
  '.rar': 'Unpack it and add the files.',
  '.7z': 'Unpack it and add the files.',
  '.gz': 'Unpack it and add the files.',
  '.tar': 'Unpack it and add the files.',
};

function whole(code: ImportProblemCode, message: string): ImportProblem {
  return { code, where: '', message };
}
