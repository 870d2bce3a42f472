import type { LocalNetwork } from '#ports/local-network.ts';

/** Under the name of its own, then under the one that stood for both; browsers without either say nothing. */
const NAMES = {
  loopback: ['loopback-network', 'local-network-access'],
  local: ['local-network', 'local-network-access'],
} as const;

export const platformLocalNetwork: LocalNetwork = {
  online: () => navigator.onLine,
  permission: async (space) => {
    for (const name of NAMES[space]) {
      try {
        return (await navigator.permissions.query({ name: name as PermissionName })).state;
      } catch {
        // This browser does not know the name.
      }
    }
    return 'unknown';
  },
};
