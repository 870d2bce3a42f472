import { gunzipSync, unzipSync } from 'fflate';

/** A text as it may lie in bytes: plain, as UTF-16, percent-encoded, as hexadecimal, within base64 at any of its offsets. */
export function canaryForms(text: string): readonly Buffer[] {
  const hexadecimal = Buffer.from(text).toString('hex');
  const percent = hexadecimal.replaceAll(/../g, (pair) => `%${pair}`);
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.from(' '.repeat(shift) + text).toString('base64');
    return whole.slice(4, -4);
  });
  const spelled = [text, text.toUpperCase(), hexadecimal, percent, percent.toUpperCase(), ...base64];
  const forms = [...spelled, ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
  const wide = Buffer.from(text, 'utf16le');
  return [...forms.map((form) => Buffer.from(form)), wide, Buffer.from(wide).swap16(), Buffer.from(text, 'hex')];
}

/** Where any of the texts lies in these bytes, in whatever form; zip members and gzip streams are opened. */
export function canariesIn(bytes: Uint8Array, texts: readonly string[], where = ''): string[] {
  const all = Buffer.from(bytes);
  const found = texts.filter((text) => canaryForms(text).some((form) => all.includes(form))).map(() => where);
  if (all.subarray(0, 2).equals(Buffer.from([0x50, 0x4b])))
    for (const [name, member] of Object.entries(unzipSync(bytes)))
      found.push(
        ...canariesIn(member, texts, `${where}/${name}`),
        ...(texts.some((text) => name.includes(text)) ? [name] : []),
      );
  if (all.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])))
    found.push(...canariesIn(gunzipSync(bytes), texts, `${where}/gunzipped`));
  return found;
}
