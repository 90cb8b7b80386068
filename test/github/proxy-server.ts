import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** An HTTP proxy on loopback that opens tunnels, as the proxies before self-hosted runners do. */
export interface TunnelProxy {
  readonly url: string;
  /** Where each tunnel was asked to lead, e.g. `ghe.acme.test:443`. */
  readonly tunnels: string[];
  /** Proxy-Authorization of each tunnel; undefined where there was none. */
  readonly credentials: (string | undefined)[];
  /** Answers the next tunnels that are asked for; an empty list lets all through. */
  readonly refusals: string[];
  close(): Promise<void>;
}

/** Starts a proxy that leads every tunnel to one port of this machine, whatever host it was asked for. */
export async function startTunnelProxy(port: number): Promise<TunnelProxy> {
  const sockets = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(501).end("this proxy opens tunnels only"));
  const proxy = { url: "", tunnels: [] as string[], credentials: [] as (string | undefined)[], refusals: [] as string[] };
  server.on("connect", (request: IncomingMessage, client: Socket) => {
    sockets.add(client);
    client.on("error", () => client.destroy());
    const refusal = proxy.refusals.shift();
    if (refusal !== undefined) return void client.end(`HTTP/1.1 ${refusal}\r\n\r\n`);
    proxy.tunnels.push(request.url ?? "");
    proxy.credentials.push(request.headers["proxy-authorization"]);
    const target = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(proxy, {
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
