import { hex } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { GoalReader } from '#ports/goal-reader.ts';
import { goalReader } from './goal-reader.ts';
import { MODEL_PATH, MODEL_SHA256 } from './shipped-model.ts';

/**
 * The model of this version of the app, from its own files; null when it does not come or is not the one: goals are then
 * read by the rules.
 */
export async function loadGoalReader(
  ownFile: (path: string) => Promise<Result<Blob, string>>,
  sha256: Sha256,
): Promise<GoalReader | null> {
  const file = await ownFile(MODEL_PATH);
  if (!file.ok) return null;
  const bytes = new Uint8Array(await file.value.arrayBuffer());
  return hex(sha256(bytes)) === MODEL_SHA256 ? goalReader(bytes, sha256) : null;
}
