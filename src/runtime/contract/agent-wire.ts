import type { AgentApi, StartOptions, WindowApi } from './agent-api.ts';
import type { VaultApi } from './vault-api.ts';
import type { Overview } from './views.ts';

/**
 * AgentApi as it crosses to the worker. A Comlink proxy must be an argument of its own, not a field of one, so the
 * window comes second; listeners are proxies, and the function that `watchRun` gives back must be one too.
 */
export interface AgentWire extends Omit<AgentApi, 'start'>, VaultApi {
  start(options: Omit<StartOptions, 'window'>, window: WindowApi): Promise<Overview>;
}
