import type { ToolContext } from './tool.ts';

/**
 * Says how many items went by, over all the passes that one tool makes.
 * @param total items that will go by, over all passes
 * @returns what to read each pass through
 */
export function readingProgress(
  context: Pick<ToolContext, 'progress'>,
  total: number,
): <T>(items: AsyncIterable<T>) => AsyncIterable<T> {
  let done = 0;
  return async function* (items) {
    for await (const item of items) {
      yield item;
      done += 1;
      context.progress(done, total);
    }
  };
}
