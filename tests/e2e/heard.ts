import type { Server } from 'node:http';

/** All that a server is told, to the byte: request lines, headers and bodies, one for each connection. */
export function heardBy(server: Server): () => readonly Buffer[] {
  const connections: Buffer[][] = [];
  server.on('connection', (socket) => {
    const heard: Buffer[] = [];
    connections.push(heard);
    socket.on('data', (bytes: Buffer) => heard.push(bytes));
  });
  return () => connections.map((heard) => Buffer.concat(heard));
}
