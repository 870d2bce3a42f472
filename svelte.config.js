import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import adapterStatic from '@sveltejs/adapter-static';
import { writeHeaderFiles } from './header-rules.js';

const OUT = process.env.WINDHOVER_BUILD ?? 'build';

/** adapter-static, then the headers of every response and the list of files that work offline. */
function adapter() {
  const inner = adapterStatic({ pages: OUT, assets: OUT, fallback: 'index.html', strict: true });
  return {
    ...inner,
    /** @param {import('@sveltejs/kit').Builder} builder */
    async adapt(builder) {
      await inner.adapt(builder);
      writeHeaderFiles(OUT);
    },
  };
}

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapter(),
    version: { name: process.env.npm_package_version ?? '0.1.0' },
    files: { serviceWorker: 'workers/service-worker' },
    serviceWorker: { register: false },
    typescript: {
      config(config) {
        config.include.push(
          '../workers/**/*.ts',
          '../evals/**/*.ts',
          '../tests/**/*.ts',
          '../*.ts',
          '../header-rules.js',
        );
        return config;
      },
    },
  },
};
