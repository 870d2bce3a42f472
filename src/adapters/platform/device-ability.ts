import type { DeviceAbility } from '#ports/device-models.ts';

/** The parts of WebGPU that say what there is. */
interface Gpu {
  readonly requestAdapter: () => Promise<Adapter | null>;
}

interface Adapter {
  readonly features: ReadonlySet<string>;
  readonly limits: { readonly maxBufferSize: number };
  readonly info?: { readonly vendor: string; readonly architecture: string; readonly isFallbackAdapter?: boolean };
}

const SOFTWARE = /swiftshader|llvmpipe|software/i;

/** What this device has to run models on, as far as the browser tells. */
export async function deviceAbility(): Promise<DeviceAbility> {
  const { gpu, deviceMemory } = navigator as { readonly gpu?: Gpu; readonly deviceMemory?: number };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  const { vendor = '', architecture = '', isFallbackAdapter = false } = adapter?.info ?? {};
  const graphics = [vendor, architecture].filter((word) => word !== '').join(' ');
  const found = isFallbackAdapter || SOFTWARE.test(graphics) ? 'software' : 'ready';
  return {
    webgpu: gpu === undefined ? 'none' : adapter == null ? 'no-adapter' : found,
    graphics,
    half: adapter?.features.has('shader-f16') ?? false,
    bufferBytesMax: adapter?.limits.maxBufferSize ?? null,
    memoryGib: deviceMemory ?? null,
    cores: navigator.hardwareConcurrency,
  };
}
