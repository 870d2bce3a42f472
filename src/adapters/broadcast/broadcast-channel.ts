import type { Broadcast } from '#ports/coordination.ts';

/** Messages to every other tab and worker of the origin that joins the same name. */
export function broadcastChannel<T>(name: string): Broadcast<T> & { readonly close: () => void } {
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    listen: (listener) => {
      const heard = (event: MessageEvent<T>): void => listener(event.data);
      channel.addEventListener('message', heard);
      return () => channel.removeEventListener('message', heard);
    },
    close: () => channel.close(),
  };
}
