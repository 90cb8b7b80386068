import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What the service saw of one upload. */
export interface SeenArtifact {
  readonly created: Record<string, unknown>;
  readonly blob: Buffer | null;
  readonly contentType: string | null;
  readonly finalized: Record<string, unknown> | null;
}

/** GitHub's artifact service on loopback, as far as an upload needs it: two twirp calls and the storage behind a signed address. */
export interface ArtifactService {
  readonly url: string;
  readonly token: string;
  readonly artifacts: SeenArtifact[];
  /** Requests that carried no token of the run, or were no call that the service knows. */
  readonly violations: string[];
  /** Answers every CreateArtifact with this status instead. */
  failWith: number | null;
  close(): Promise<void>;
}

const TWIRP = "/twirp/github.actions.results.api.v1.ArtifactService/";
const ARTIFACT_ID = 77;

/** A token as the runner hands it over: the ids of run and job stand in its scope. */
function runtimeToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [part({ alg: "none" }), part({ scp: "Actions.Results:run-backend:job-backend" }), "signature"].join(".");
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** Starts the service. */
export async function startArtifactService(): Promise<ArtifactService> {
  const artifacts: {
    created: Record<string, unknown>;
    blob: Buffer | null;
    contentType: string | null;
    finalized: Record<string, unknown> | null;
  }[] = [];
  const blocks = new Map<string, Buffer>();
  const violations: string[] = [];
  const token = runtimeToken();
  const server: Server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const address = new URL(request.url ?? "/", "http://loopback");
    const json = (status: number, value: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    const last = artifacts.at(-1);
    if (address.pathname.startsWith(TWIRP)) {
      if (request.headers.authorization !== `Bearer ${token}`) violations.push(`${address.pathname}: ${request.headers.authorization}`);
      const call = address.pathname.slice(TWIRP.length);
      const message: Record<string, unknown> = JSON.parse(body.toString("utf8"));
      if (call === "CreateArtifact") {
        if (service.failWith !== null)
          return json(service.failWith, { code: "permission_denied", msg: "artifact storage quota has been hit" });
        artifacts.push({ created: message, blob: null, contentType: null, finalized: null });
        return json(200, { ok: true, signedUploadUrl: `${service.url}/storage/artifact?sig=secret-signature&se=2030` });
      }
      if (call === "FinalizeArtifact" && last !== undefined) {
        last.finalized = message;
        return json(200, { ok: true, artifactId: String(ARTIFACT_ID) });
      }
    }
    if (address.pathname === "/storage/artifact" && request.method === "PUT" && address.searchParams.get("sig") === "secret-signature") {
      const part = address.searchParams.get("comp");
      if (part === "block") blocks.set(address.searchParams.get("blockid") ?? "", body);
      if (last !== undefined && part !== "block") {
        last.blob = part === "blocklist" ? Buffer.concat([...blocks.values()]) : body;
        last.contentType = String(request.headers["x-ms-blob-content-type"]);
      }
      response.writeHead(201, { etag: '"1"', "last-modified": new Date(0).toUTCString(), "x-ms-request-server-encrypted": "true" });
      response.end();
      return;
    }
    violations.push(`${request.method} ${request.url}`);
    json(404, {});
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const service: ArtifactService = {
    url: `http://127.0.0.1:${port}`,
    token,
    artifacts,
    violations,
    failWith: null,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
  return service;
}
