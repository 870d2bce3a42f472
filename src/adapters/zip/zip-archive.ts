import { MIB, ZIP_NESTED_BYTES_MAX, ZIP_RATIO_MAX } from '#core/base/limits.ts';
import type { ImportProblem } from '#core/items/source.ts';
import { problem } from '#adapters/plain-text/problem.ts';
import type { Archive } from '#ports/archive.ts';
import type { ByteSource } from '#ports/parser.ts';
import { readDirectory, type ZipMember } from './directory.ts';
import { memberBytes } from './member-bytes.ts';

/** Zip files: the members that are safe to unpack, and for each other one why it is not. */
export const zipArchive: Archive = {
  extensions: ['.zip'],
  async *entries(file, budget, signal) {
    const directory = await readDirectory(file);
    signal.throwIfAborted();
    const bomb = directory.ok ? archiveTrouble(directory.value, file.size) : directory.error;
    if (!directory.ok || bomb) {
      if (bomb) yield { type: 'failed', problem: bomb };
      return;
    }
    const seen = new Set<string>();
    for (const member of directory.value.filter(isWanted)) {
      const name = member.name.replaceAll('\\', '/');
      const trouble = memberTrouble(member, name, seen);
      seen.add(name);
      budget.members--;
      budget.bytes -= trouble ? 0 : member.size;
      if (trouble) yield { type: 'refused', name, problem: trouble };
      else if (budget.members < 0 || budget.bytes < 0) {
        const message =
          'The zip would unpack to more than 512 MiB or 5,000 files; this one and those after it were left out. Split the zip.';
        yield { type: 'refused', name, problem: problem('zip-bomb', `member ${name}`, message) };
        if (budget.members < 0) return;
        budget.bytes += member.size;
      } else {
        const bytes = memberBytes(file, member, name);
        yield { type: 'member', name, file: isZip(name) ? held(bytes) : bytes };
      }
    }
  },
};

/** Text of one letter repeated shrinks far, and harmlessly: what stays this small is no bomb. */
const RATIO_COUNTS_FROM_BYTES = 4 * MIB;

function archiveTrouble(members: readonly ZipMember[], zipBytes: number): ImportProblem | null {
  const bomb = (why: string): ImportProblem =>
    problem('zip-bomb', '', `This zip is built like a zip bomb: ${why}. Nothing of it was unpacked.`);
  const files = members.filter((member) => member.size > 0).sort((a, b) => a.headerAt - b.headerAt);
  for (const [i, member] of files.entries()) {
    const next = files[i + 1];
    if (next && member.headerAt + 30 + member.compressed > next.headerAt)
      return bomb('its members lie over each other');
  }
  const expanded = files.reduce((sum, member) => sum + member.size, 0);
  if (expanded > RATIO_COUNTS_FROM_BYTES * 4 && expanded > zipBytes * ZIP_RATIO_MAX) {
    return bomb(`${String(Math.round(zipBytes / 1024))} KiB would become ${String(Math.round(expanded / MIB))} MiB`);
  }
  return null;
}

function memberTrouble(member: ZipMember, name: string, seen: ReadonlySet<string>): ImportProblem | null {
  const where = `member ${name}`;
  const parts = name.split('/');

  if (name.startsWith('/') || /^[a-z]:/i.test(name) || parts.includes('..') || /[\u0000-\u001f]/.test(name)) {
    return problem('zip-path', where, 'Its path leads out of the zip, so it was left out. Do not trust this zip.');
  }
  if (member.link) return problem('zip-path', where, 'It is a link to another file, so it was left out.');
  if (seen.has(name))
    return problem('zip-path', where, 'Another file in the zip has the same path; the first was taken.');
  if (member.encrypted)
    return problem('encrypted', where, 'It is locked with a password. Unpack the zip yourself and add the files.');
  if (member.method !== 0 && member.method !== 8) {
    return problem(
      'unsupported',
      where,
      `It is packed by a method (${String(member.method)}) that cannot be read here. Unpack the zip yourself and add the files.`,
    );
  }
  if (isZip(name) && member.size > ZIP_NESTED_BYTES_MAX) {
    return problem(
      'too-large',
      where,
      'A zip inside a zip can have at most 64 MiB. Unpack the outer one and add the inner one.',
    );
  }
  if (member.size > RATIO_COUNTS_FROM_BYTES && member.size > member.compressed * ZIP_RATIO_MAX) {
    const times = String(Math.round(member.size / Math.max(1, member.compressed)));
    return problem(
      'zip-bomb',
      where,
      `It would grow ${times} times when unpacked, as a zip bomb does, so it was left out.`,
    );
  }
  return null;
}

function isZip(name: string): boolean {
  return name.toLowerCase().endsWith('.zip');
}

/** A zip inside a zip is read here and there, which a packed stream cannot give: it is unpacked once and held. */
function held(file: ByteSource): ByteSource {
  let whole: Promise<Uint8Array> | null = null;
  const load = (): Promise<Uint8Array> => (whole ??= file.slice(0, file.size));
  return { ...file, slice: async (start, end) => (await load()).slice(start, end) };
}

/** Folders and what systems put into zips by themselves. */
function isWanted({ name }: ZipMember): boolean {
  const parts = name.replaceAll('\\', '/').split('/');
  const last = parts.at(-1) ?? '';
  return (
    last !== '' &&
    !parts.includes('__MACOSX') &&
    !last.startsWith('._') &&
    !/^(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(last)
  );
}
