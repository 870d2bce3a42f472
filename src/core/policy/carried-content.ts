import { prettyJson, type Json } from '../base/json.ts';
import type { LabelledArgument } from './request.ts';

/** What is longer is nothing that a rule looks into. */
const READ_BYTES_MAX = 64 * 1024;

/**
 * What the content that leaves says, read off its very bytes and not as a caller tells it, where it is JSON in ASCII
 * as this app writes it. Written otherwise it may hold more than is read of it: a name twice, for one.
 */
export function withContent(
  carried: readonly LabelledArgument[],
  body: Uint8Array | null,
): readonly LabelledArgument[] {
  const value = valueOf(body);
  return carried.map(({ name, role, label }) =>
    value === undefined || role !== 'content' ? { name, role, label } : { name, role, label, value },
  );
}

/** Times and names of JSON are ASCII. */
const ASCII_MAX = 0x7f;

function valueOf(body: Uint8Array | null): Json | undefined {
  if (body === null || body.length > READ_BYTES_MAX || body.some((byte) => byte > ASCII_MAX)) return undefined;
  const text = Array.from(body, (byte) => String.fromCharCode(byte)).join('');
  try {
    const value = JSON.parse(text) as Json;
    return prettyJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
