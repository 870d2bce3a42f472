import type { AddressSpace } from '#core/channels/target.ts';

/** What the browser tells of the network that this device is in. */
export interface LocalNetwork {
  /** False only where it is certain that nothing can be reached. */
  readonly online: () => boolean;
  /** Whether pages of this app may reach places on the device or in its network (Local Network Access). */
  readonly permission: (space: Exclude<AddressSpace, 'public'>) => Promise<'granted' | 'denied' | 'prompt' | 'unknown'>;
}
