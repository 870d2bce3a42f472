import { FORMS, SLOTS } from '#core/planner/forms.ts';
import { assert } from '#core/base/assert.ts';

/** The model's file: four bytes of length, a header in JSON, then the weights it tells the places of. */
export interface Weights {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly temperature: number;
  readonly vector: (name: string) => Float32Array;
  /** Rows of int8 with a scale each. */
  readonly table: (name: string) => { readonly rows: Int8Array; readonly scales: Float32Array };
}

interface Header {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly temperature: number;
  readonly forms: readonly string[];
  readonly slots: readonly string[];
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[]; readonly at: number }[];
}

/** @throws when the file is not of a model for these forms and slots: the app ships both together */
export function weightsOf(file: Uint8Array): Weights {
  const bytes = file.slice();
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Header;
  assert(String(header.forms) === String(FORMS), 'the model tells apart the forms that the planner knows');
  assert(String(header.slots) === String(SLOTS), 'the model points out the slots that the planner knows');
  const places = new Map(
    header.weights.map(({ name, shape, at }) => [
      name,
      { at: 4 + length + at, size: shape.reduce((a, b) => a * b, 1), rows: shape[0] ?? 0 },
    ]),
  );
  const place = (name: string): { at: number; size: number; rows: number } => {
    const found = places.get(name);
    assert(found !== undefined, `the model has ${name}`);
    return found;
  };
  return {
    ...header,
    vector: (name) => {
      const { at, size } = place(name);
      return new Float32Array(bytes.buffer, at, size);
    },
    table: (name) => {
      const { at, size, rows } = place(name);
      return {
        rows: new Int8Array(bytes.buffer, at, size),
        scales: new Float32Array(bytes.buffer, place(`${name}.scale`).at, rows),
      };
    },
  };
}
