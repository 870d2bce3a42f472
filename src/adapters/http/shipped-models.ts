import { manifestIn, modelOf } from '#core/models/manifest.ts';
import { hex } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { DeviceModel, ModelShelf } from '#ports/device-models.ts';

/** Models that lie beside the app, each with the SHA-256 of its manifest: what the manifest says is what it was built with. */
const SHIPPED: readonly { readonly id: string; readonly manifest: string }[] = [
  { id: 'tinytool', manifest: 'd68d9633f3caf327849d306514a131deec6c027cd501d6acc1109b2d96e647ee' },
];

/** Models that came with the app, fetched when first wanted and kept by the service worker from then on. */
export function shippedModels(ownFile: (path: string) => Promise<Result<Blob, string>>, sha256: Sha256): ModelShelf {
  const get = async (path: string): Promise<Blob | null> => {
    const file = await ownFile(`/models/${path}`);
    return file.ok ? file.value : null;
  };
  const known = new Map<string, DeviceModel>();
  return {
    models: async () => {
      for (const { id, manifest } of SHIPPED) {
        if (known.has(id)) continue;
        const file = await get(`${id}/manifest.json`);
        if (file === null) continue;
        const bytes = new Uint8Array(await file.arrayBuffer());
        const read = hex(sha256(bytes)) === manifest ? manifestIn(new TextDecoder().decode(bytes)) : null;
        if (read !== null) known.set(id, modelOf(id, 'app' as const, read, sha256));
      }
      return [...known.values()];
    },
    file: (model, path) => get(`${model.id}/${path}`),
  };
}
