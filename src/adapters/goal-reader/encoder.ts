import type { Weights } from './weights.ts';

/** A word as the encoder takes it in. */
export interface EncodedWord {
  readonly word: number;
  readonly runs: readonly number[];
  readonly marks: readonly number[];
}

export interface Encoder {
  /** One score for each form. */
  readonly form: Float32Array;
  /** One row of scores for each word. */
  readonly tags: readonly Float32Array[];
}

interface Linear {
  /** By output, each a row of inputs. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A small transformer encoder (Vaswani and others, 2017; layers normalised first) over at most 48 words, the goal as a
 * whole before them. Some 15 MFLOP a goal: too little for a runtime of megabytes to be worth its start.
 */
export function encoderOf(weights: Weights): (words: readonly EncodedWord[]) => Encoder {
  const { width, heads } = weights;
  const linear = (name: string): Linear => ({
    weight: whole(weights, `${name}.weight`),
    bias: weights.vector(`${name}.bias`),
  });
  const norm = (name: string): Linear => ({
    weight: weights.vector(`${name}.weight`),
    bias: weights.vector(`${name}.bias`),
  });
  const [words, runs, marks] = ['words', 'runs', 'marks'].map((name) => weights.table(`${name}.weight`));
  const places = whole(weights, 'places.weight');
  const goal = weights.vector('goal');
  const layers = Array.from({ length: weights.layers }, (_, i) => ({
    before: norm(`layers.${String(i)}.before`),
    qkv: linear(`layers.${String(i)}.qkv`),
    join: linear(`layers.${String(i)}.join`),
    between: norm(`layers.${String(i)}.between`),
    up: linear(`layers.${String(i)}.up`),
    down: linear(`layers.${String(i)}.down`),
  }));
  const last = norm('last');
  const [form, tag] = [linear('form'), linear('tag')];

  return (said) => {
    const length = said.length + 1;
    let x = new Float32Array(length * width);
    x.set(goal);
    said.forEach((each, at) => {
      const row = x.subarray((at + 1) * width, (at + 2) * width);
      addRow(row, words, each.word, 1);
      for (const run of each.runs) addRow(row, runs, run, 1 / each.runs.length);
      for (const mark of each.marks) addRow(row, marks, mark, 1);
    });
    for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) + (places[i] ?? 0);
    for (const layer of layers) {
      const qkv = applied(layer.qkv, normalised(layer.before, x, width), width);
      x = sum(x, applied(layer.join, attended(qkv, length, width, heads), width));
      const up = applied(layer.up, normalised(layer.between, x, width), width);
      for (let i = 0; i < up.length; i++) up[i] = Math.max(0, up[i] ?? 0);
      x = sum(x, applied(layer.down, up, layer.up.bias.length));
    }
    x = normalised(last, x, width);
    const tags = applied(tag, x.subarray(width), width);
    const each = tag.bias.length;
    return {
      form: applied(form, x.subarray(0, width), width),
      tags: said.map((_, at) => tags.subarray(at * each, (at + 1) * each)),
    };
  };
}

type Table = ReturnType<Weights['table']>;

function whole(weights: Weights, name: string): Float32Array {
  const { rows, scales } = weights.table(name);
  const each = rows.length / scales.length;
  return Float32Array.from(rows, (value, i) => value * (scales[Math.floor(i / each)] ?? 0));
}

function addRow(row: Float32Array, table: Table | undefined, at: number, share: number): void {
  if (table === undefined) return;
  const scale = (table.scales[at] ?? 0) * share;
  for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) + (table.rows[at * row.length + i] ?? 0) * scale;
}

function applied({ weight, bias }: Linear, x: Float32Array, inputs: number): Float32Array<ArrayBuffer> {
  const outputs = bias.length;
  const out = new Float32Array((x.length / inputs) * outputs);
  for (let row = 0; row * inputs < x.length; row++)
    for (let o = 0; o < outputs; o++) {
      let total = bias[o] ?? 0;
      for (let i = 0; i < inputs; i++) total += (weight[o * inputs + i] as number) * (x[row * inputs + i] as number);
      out[row * outputs + o] = total;
    }
  return out;
}

function normalised({ weight, bias }: Linear, x: Float32Array, width: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += width) {
    const row = x.subarray(at, at + width);
    let mean = 0;
    for (const value of row) mean += value / width;
    let spread = 0;
    for (const value of row) spread += (value - mean) ** 2 / width;
    const scale = 1 / Math.sqrt(spread + 1e-5);
    for (let i = 0; i < width; i++) out[at + i] = ((row[i] ?? 0) - mean) * scale * (weight[i] ?? 0) + (bias[i] ?? 0);
  }
  return out;
}

function attended(qkv: Float32Array, length: number, width: number, heads: number): Float32Array {
  const each = width / heads;
  const out = new Float32Array(length * width);
  const at = (row: number, part: number, head: number): number => row * 3 * width + part * width + head * each;
  for (let head = 0; head < heads; head++)
    for (let row = 0; row < length; row++) {
      const scores = Array.from(
        { length },
        (_, other) => dot(qkv, at(row, 0, head), at(other, 1, head), each) / Math.sqrt(each),
      );
      softmax(scores, 1).forEach((share, other) => {
        const from = at(other, 2, head);
        for (let i = 0; i < each; i++) {
          const to = row * width + head * each + i;
          out[to] = (out[to] ?? 0) + share * (qkv[from + i] ?? 0);
        }
      });
    }
  return out;
}

function dot(values: Float32Array, a: number, b: number, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += (values[a + i] ?? 0) * (values[b + i] ?? 0);
  return total;
}

export function softmax(scores: ArrayLike<number>, temperature: number): number[] {
  const all = Array.from(scores);
  const top = Math.max(...all);
  const raised = all.map((score) => Math.exp((score - top) / temperature));
  const total = raised.reduce((a, b) => a + b, 0);
  return raised.map((value) => value / total);
}

function sum(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(a, (value, i) => value + (b[i] ?? 0));
}
