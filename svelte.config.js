import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import adapterStatic from '@sveltejs/adapter-static';
import { writeHeaderFiles } from './header-rules.js';
import { writeVerifierPage } from './verifier-page.js';

/** Names a build by what went into it, so that a changed build is a new version and an equal one is not. */
function contentVersion() {
  const hash = createHash('sha256');
  for (const root of [
    'src',
    'workers',
    'static',
    'package-lock.json',
    'header-rules.js',
    'verifier-page.js',
    'vite.config.ts',
  ]) {
    const files = statSync(root).isFile()
      ? [root]
      : readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => `${entry.parentPath}/${entry.name}`)
          .sort();
    for (const file of files) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

const OUT = process.env.WINDHOVER_BUILD ?? 'build';

/** adapter-static, then the verifier page, the headers of every response and the list of files that work offline. */
function adapter() {
  const inner = adapterStatic({ pages: OUT, assets: OUT, fallback: 'index.html', strict: true });
  return {
    ...inner,
    /** @param {import('@sveltejs/kit').Builder} builder */
    async adapt(builder) {
      await inner.adapt(builder);
      await writeVerifierPage(OUT);
      writeHeaderFiles(OUT);
    },
  };
}

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapter(),
    version: { name: contentVersion() },
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
          '../verifier-page.js',
        );
        return config;
      },
    },
  },
};
