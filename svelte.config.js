import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import adapterStatic from '@sveltejs/adapter-static';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapterStatic({ pages: 'build', assets: 'build', fallback: 'index.html', strict: true }),
    version: { name: process.env.npm_package_version ?? '0.1.0' },
    files: { serviceWorker: 'workers/service-worker' },
    serviceWorker: { register: false },
    typescript: {
      config(config) {
        config.include.push('../workers/**/*.ts', '../evals/**/*.ts', '../tests/**/*.ts', '../*.ts');
        return config;
      },
    },
  },
};
