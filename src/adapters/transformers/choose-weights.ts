import type { DeviceModel, Processor } from '#ports/device-models.ts';

/** How the weights of a model are kept, by what their file is called. */
const SUFFIX = {
  q8: '_quantized',
  int8: '_int8',
  q4: '_q4',
  q4f16: '_q4f16',
  fp16: '_fp16',
  fp32: '',
} as const;

export type Precision = keyof typeof SUFFIX;

export interface Weights {
  readonly precision: Precision;
  readonly path: string;
  /** Files beside it that hold what does not fit into one. */
  readonly more: readonly string[];
}

/**
 * The weights of a model that a processor runs best, of those that it has.
 * @param half the graphics processor calculates with half precision
 * @returns null where it has none that would run
 */
export function chooseWeights({ files }: Pick<DeviceModel, 'files'>, on: Processor, half: boolean): Weights | null {
  const order: readonly Precision[] =
    on === 'wasm'
      ? ['q8', 'int8', 'q4', 'fp32']
      : [...(half ? (['q4f16', 'fp16'] as const) : []), 'q4', 'fp32', 'q8', 'int8'];
  for (const precision of order) {
    const path = `onnx/model${SUFFIX[precision]}.onnx`;
    if (!files.some((file) => file.path === path)) continue;
    const more = files.map((file) => file.path).filter((name) => name.startsWith(`${path}_data`));
    return { precision, path, more };
  }
  return null;
}
