/** What the windows of the app tell each other about the vault. There is no secret in it. */
export type VaultNews =
  /** Lock now, wherever it is open: 'locked'. A tab has opened it and hands its keys on: 'opened'. */
  | 'locked'
  | 'opened'
  /** The ways to open it, or when it locks, were changed. */
  | 'changed'
  /** The owner is here. */
  | 'active';

export interface VaultChannel {
  readonly tell: (news: VaultNews) => void;
  readonly hear: (listener: (news: VaultNews) => void) => void;
}

export function openVaultChannel(name = 'vault'): VaultChannel {
  const channel = new BroadcastChannel(name);
  return {
    tell: (news) => channel.postMessage(news),
    hear: (listener) => {
      channel.addEventListener('message', ({ data }: MessageEvent<VaultNews>) => listener(data));
    },
  };
}
