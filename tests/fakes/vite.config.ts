import { fileURLToPath } from 'node:url';
import { mergeConfig, type Plugin } from 'vite';
import app from '../../vite.config.ts';

/** The app with the fake agent in place of the worker: `npx vite dev --config tests/fakes/vite.config.ts`. */
const fakeWorker: Plugin = {
  name: 'fake-agent',
  enforce: 'pre',
  resolveId(id) {
    if (!id.startsWith('#workers/agent.worker.ts')) return null;
    return `${fileURLToPath(new URL('./fake-agent.worker.ts', import.meta.url))}?worker`;
  },
};

export default mergeConfig({ plugins: [fakeWorker] }, app);
