import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the server treats a file: as it should, or badly. */
export interface Served {
  readonly body: string;
  /** Breaks the connection after this many bytes of each full answer, this often. */
  readonly cutAfterBytes?: number;
  readonly cuts?: number;
  readonly status?: number;
  /** Whether it proves by ETag that the file is the same; without, nothing can be resumed. */
  readonly etag?: boolean;
}

export interface FileServer {
  readonly url: string;
  /** Requests so far: path and range header. */
  readonly requests: { readonly path: string; readonly range: string | undefined; readonly body: string }[];
  serve(path: string, served: Served | string): void;
  close(): Promise<void>;
}

/** A server of small files on loopback, with the ways in which real ones fail. */
export async function fileServer(): Promise<FileServer> {
  const files = new Map<string, { served: Served; cutsLeft: number }>();
  const requests: FileServer["requests"] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      requests.push({ path, range: request.headers.range, body: Buffer.concat(chunks).toString() });
      answer(files.get(path), request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    serve: (path, served) => {
      const file = typeof served === "string" ? { body: served } : served;
      files.set(path, { served: { etag: true, ...file }, cutsLeft: file.cuts ?? 0 });
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answer(file: { served: Served; cutsLeft: number } | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (file === undefined) {
    response.writeHead(404).end("not found");
    return;
  }
  const { served } = file;
  if (served.status !== undefined) {
    response.writeHead(served.status).end();
    return;
  }
  const bytes = Buffer.from(served.body);
  const etag = served.etag === true ? { etag: `"${bytes.length}-${bytes.subarray(0, 8).toString("hex")}"` } : {};
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const same = served.etag === true && request.headers["if-range"] === Object.values(etag)[0];
  const rest = start > 0 && same ? bytes.subarray(start) : bytes;
  const partial = rest !== bytes;
  response.writeHead(partial ? 206 : 200, { ...etag, "content-length": rest.length });
  if (file.cutsLeft > 0 && served.cutAfterBytes !== undefined) {
    file.cutsLeft--;
    response.write(rest.subarray(0, served.cutAfterBytes), () => setTimeout(() => response.destroy(), 20));
    return;
  }
  response.end(rest);
}
