type Scope = typeof globalThis & Record<string, unknown>;

const TAKEN = [
  'XMLHttpRequest',
  'WebSocket',
  'EventSource',
  'WebTransport',
  'RTCPeerConnection',
  'WebSocketStream',
  'importScripts',
];

/** Takes away whatever reaches the network from all that is loaded afterwards. @param left what stays of `fetch` */
export function takeNetwork(left: typeof fetch): void {
  const scope = globalThis as Scope;
  for (const name of TAKEN) {
    if (name in scope)
      Object.defineProperty(scope, name, { value: () => refused(name), configurable: false, writable: false });
  }
  if ('sendBeacon' in navigator)
    Object.defineProperty(navigator, 'sendBeacon', { value: () => false, configurable: false });
  Object.defineProperty(scope, 'fetch', { value: left, configurable: false, writable: false });
}

function refused(name: string): never {
  throw new TypeError(`${name} is closed in this worker`);
}
