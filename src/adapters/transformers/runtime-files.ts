/** Where the ONNX runtime lies in this build: each about as large as a photograph album, so it is fetched when first wanted. */
import plainFactory from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import gpuFactory from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import gpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

export const RUNTIME_FILES = {
  wasm: { mjs: plainFactory, wasm: plainWasm },
  webgpu: { mjs: gpuFactory, wasm: gpuWasm },
};
