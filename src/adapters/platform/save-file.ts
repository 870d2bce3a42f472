import { hex } from '#core/base/bytes.ts';
import type { Digest, Sha256 } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import { requestDigest } from '#core/policy/decide.ts';
import type { FileTarget } from '#ports/file-target.ts';
import type { WindowApi } from '#ports/window-api.ts';

/** Files outside the app, written by the window: what is written is what was approved, or nothing is. */
export function windowFileTarget(window: WindowApi, sha256: Sha256): FileTarget {
  const spent = new Set<string>();
  return {
    save: async (permit, request, content) => {
      if (spent.has(permit.nonce)) return err({ code: 'spent', message: 'This approval was used already.' });
      if (
        requestDigest(request, sha256) !== permit.digest ||
        (hex(sha256(content)) as Digest) !== request.contentDigest
      ) {
        return err({ code: 'drift', message: 'What would be saved is not what was approved, so nothing was saved.' });
      }
      spent.add(permit.nonce);
      const name = nameFrom(request.arguments);
      try {
        return ok(await window.saveFile(name, 'text/markdown', content));
      } catch (error) {
        return err({
          code: 'io',
          message: `The file could not be saved: ${error instanceof Error ? error.message : String(error)}`,
        });
      }
    },
    written: (name, contentDigest) => window.findFile(name, contentDigest),
  };
}

function nameFrom(args: unknown): string {
  const name = typeof args === 'object' && args !== null && 'name' in args ? args.name : null;
  return typeof name === 'string' && name !== '' ? name : 'answer.md';
}
