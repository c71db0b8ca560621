import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A TCP proxy with several servers behind one address, that takes them in turn. */
export async function startTurnstile(
  servers: readonly ({ port: number } | { path: string })[],
): Promise<{ port: number; close: () => void }> {
  let next = 0;
  const listener = createServer((client) => {
    const address = servers[next++ % servers.length]!;
    const server = 'path' in address ? connect(address.path) : connect(address.port, '127.0.0.1');
    client.pipe(server).pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return { port: (listener.address() as { port: number }).port, close: () => listener.close() };
}
