import { DEVICE_MODELS_PARALLEL_MAX, NETWORK_STEPS_PARALLEL_MAX, STEPS_PARALLEL_MAX } from '../base/limits.ts';
import type { Step } from '../planner/plan.ts';

/** What a step needs while it runs: the owner's attention, the one graphics device, the network, or this thread. */
export type Resource = 'owner' | 'gpu' | 'network' | 'cpu';

/** How many steps of one run may have each at once; all together no more than STEPS_PARALLEL_MAX. */
export const RESOURCE_LIMITS: Readonly<Record<Resource, number>> = {
  owner: 1,
  gpu: DEVICE_MODELS_PARALLEL_MAX,
  network: NETWORK_STEPS_PARALLEL_MAX,
  cpu: STEPS_PARALLEL_MAX,
};

/** How long a step of a kind takes beside the others, roughly: a model writes for seconds, a file is read in parts of one. */
export const TYPICAL_TIME: Readonly<Record<Resource, number>> = { owner: 1, gpu: 30, network: 10, cpu: 1 };

/** A step names the model that it asks, and where that is. */
export function resourceOf({ approval, args }: Pick<Step, 'approval' | 'args'>): Resource {
  if (approval) return 'owner';
  const engine = args['engine'] as { readonly at?: 'device' | 'provider' } | undefined;
  return engine?.at === 'device' ? 'gpu' : engine?.at === 'provider' ? 'network' : 'cpu';
}
