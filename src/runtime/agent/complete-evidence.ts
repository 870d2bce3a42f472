import { hex } from '#core/base/bytes.ts';
import type { Digest, Sha256 } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Evidence, EvidenceDraft } from '#core/tools/answer.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { SourceReader } from '../blobs/source-gate.ts';
import { locate } from '../import/locate.ts';

/** Above this a span is a whole file of a binary format; looking for words in it is of no use. */
const NARROWED_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Turns evidence drafts into evidence: reads the bytes of each span, narrows the span to where the quoted words stand
 * in them, and hashes exactly those bytes. From here on a citation can be checked without the app.
 */
export async function completeEvidence(
  drafts: readonly EvidenceDraft[],
  blobs: SourceReader,
  sha256: Sha256,
): Promise<Result<readonly Evidence[], ToolError>> {
  const complete: Evidence[] = [];
  for (const draft of drafts) {
    const read = await blobs.read(draft.source, draft.start, draft.end);
    if (!read.ok)
      return err({ code: 'io', message: `The source ${draft.file} could not be read: ${read.error.message}` });
    const found = read.value.length <= NARROWED_BYTES_MAX ? locate(read.value, null, draft.quote) : null;
    const bytes = found ? read.value.subarray(found.start, found.end) : read.value;
    const start = draft.start + (found?.start ?? 0);
    complete.push({
      ...draft,
      start,
      end: start + bytes.length,
      digest: hex(sha256(bytes)) as Digest,
      exact: found?.exact ?? false,
    });
  }
  return ok(complete);
}
