import { err, ok, type Result } from '#core/base/result.ts';

/**
 * Static files of this app: the sample data. The one place in the product that calls `fetch`; in a worker the lockdown
 * lets it through to GETs of the own origin and to nothing else.
 */
export async function loadOwnFile(path: string): Promise<Result<Blob, string>> {
  try {
    const response = await fetch(path);
    return response.ok ? ok(await response.blob()) : err(`${path} is not there (${response.status})`);
  } catch {
    return err(`${path} could not be loaded: this part of the app is not kept offline yet`);
  }
}
