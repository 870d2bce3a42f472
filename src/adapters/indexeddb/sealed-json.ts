import type { Sealed, Sealer } from '#ports/crypto.ts';

export function sealJson(sealer: Sealer, value: unknown, context: string): Promise<Sealed> {
  return sealer.seal(new TextEncoder().encode(JSON.stringify(value)), context);
}

/** @throws Error when the row cannot be opened: the device key is another one, or the row was changed */
export async function openJson(sealer: Pick<Sealer, 'open'>, sealed: Sealed, context: string): Promise<unknown> {
  const opened = await sealer.open(sealed, context);
  if (!opened.ok) throw new Error(`The stored ${context} cannot be opened: ${opened.error}.`);
  return JSON.parse(new TextDecoder().decode(opened.value)) as unknown;
}
