import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';

/**
 * Makes simulation.mjs in the folder: one file for Node, with every dynamic import of the product in it. Loading from
 * disk in the middle of a life would make its order depend on the machine.
 */
export async function bundleSimulation(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    // The door of the vault is one of the product's classes with runes.
    plugins: [svelte({ configFile: false })],
    build: {
      ssr: 'tests/simulation/main.ts',
      outDir: resolve(folder),
      minify: false,
      sourcemap: true,
      rolldownOptions: { output: { codeSplitting: false, entryFileNames: 'simulation.mjs' } },
    },
    ssr: { noExternal: true },
  });
}
