import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Another host, which notes every way by which anything reached it. */
export interface Outside {
  /** Ends with a slash; the way's name follows. */
  readonly url: string;
  /** Of a server at which being connected to counts already, asked or not: as the way `preconnect`. */
  readonly bare: string;
  /** Host and port of a STUN server. */
  readonly stun: string;
  /** Host and port of a server that speaks QUIC, as far as the first packet goes. */
  readonly quic: string;
  readonly arrived: Set<string>;
  readonly close: () => void;
}

export async function outside(): Promise<Outside> {
  const arrived = new Set<string>();
  const server = createServer((request, response) => {
    arrived.add(wayOf(request.url));
    response
      .writeHead(200, {
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'Content-Type': 'text/javascript',
      })
      .end();
  });
  server.on('upgrade', (request, socket) => {
    arrived.add(wayOf(request.url));
    socket.destroy();
  });
  const bare = createServer().on('connection', (socket) => {
    arrived.add('preconnect');
    socket.destroy();
  });
  const socket = createSocket('udp4', () => arrived.add('webrtc'));
  const quic = createSocket('udp4', () => arrived.add('webtransport'));
  for (const tcp of [server, bare]) await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done));
  for (const udp of [socket, quic]) await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done));
  return {
    url: addressOf(server),
    bare: addressOf(bare),
    stun: `127.0.0.1:${String(socket.address().port)}`,
    quic: `127.0.0.1:${String(quic.address().port)}`,
    arrived,
    close: () => {
      server.close();
      bare.close();
      socket.close();
      quic.close();
    },
  };
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

function wayOf(url: string | undefined): string {
  return (url ?? '').slice(1).split('?')[0] ?? '';
}
