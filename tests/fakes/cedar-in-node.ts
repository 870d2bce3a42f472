import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { initSync } from '@cedar-policy/cedar-wasm/web';
import { cedarEngine, type CedarEngine } from '#adapters/cedar/cedar-engine.ts';

/** The real engine, its WebAssembly read from the disk. */
export function cedarInNode(): CedarEngine {
  return cedarEngine(() => {
    const script = import.meta.resolve('@cedar-policy/cedar-wasm/web');
    initSync({ module: readFileSync(fileURLToPath(new URL('cedar_wasm_bg.wasm', script))) });
    return Promise.resolve();
  });
}
