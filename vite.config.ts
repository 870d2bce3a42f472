import { fileURLToPath } from 'node:url';
import { sveltekit } from '@sveltejs/kit/vite';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export default defineConfig({
  plugins: [sveltekit()],
  worker: { format: 'es' },
  build: { target: 'es2022' },
  // The ONNX runtime without a copy of its WebAssembly's loader inside: which of them is needed is known when one is.
  resolve: { conditions: [...defaultClientConditions, 'onnxruntime-web-use-extern-wasm'] },
  server: { headers: ISOLATION, fs: { allow: ['workers', 'tests', 'evals'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          // How fast the machine is decides no test.
          testTimeout: 60_000,
          include: ['tests/{unit,property,architecture,simulation}/**/*.test.ts', 'evals/**/*.test.ts'],
          setupFiles: ['tests/fakes/seeded-properties.ts'],
        },
      },
      {
        extends: true,
        // Suites that Node runs too assert as Node does.
        resolve: {
          alias: { 'node:assert/strict': fileURLToPath(new URL('tests/fakes/browser-assert.ts', import.meta.url)) },
        },
        optimizeDeps: {
          include: [
            'comlink',
            'dexie',
            'idb-keyval',
            'chrono-node',
            'compromise',
            'ical.js',
            'fflate',
            'postal-mime',
            'papaparse',
            'marked',
            'parse5',
            'mammoth',
            'windows-iana',
            'temporal-polyfill/implementation',
            'pdfjs-dist/legacy/build/pdf.mjs',
            'pdfjs-dist/legacy/build/pdf.worker.mjs',
            '@noble/ciphers/chacha.js',
            '@noble/curves/ed25519.js',
            '@noble/hashes/sha2.js',
            '@noble/post-quantum/ml-dsa.js',
            '@huggingface/transformers',
          ],
          // It finds its WebAssembly beside itself.
          exclude: ['@cedar-policy/cedar-wasm'],
        },
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
                args: [
                  '--no-sandbox',
                  '--disable-background-networking',
                  '--disable-component-update',
                  '--no-first-run',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
