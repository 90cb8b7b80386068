import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIRST_REPLICA_PORT } from "../../stacks/constructs/host-scripts.ts";
import { proxyConfig } from "../../stacks/constructs/proxy-config.ts";
import { SERVER_PORT } from "../../stacks/constructs/server-groups.ts";
import { freePort, leftOut, onPath } from "./terraform.ts";

const nginx = onPath("nginx");
const openssl = onPath("openssl");
if (nginx === null || openssl === null) leftOut("nginx or openssl is not on PATH", "the proxy of the servers");

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test"];

/** Requests that the host runs at once. */
const SLOTS = 3;

describe.skipIf(nginx === null || openssl === null)("the proxy of a server", () => {
  const folder = mkdtempSync(join(tmpdir(), "breakeven-proxy-"));
  const replicas: Server[] = [];
  /** Ends a request that a stand-in still runs. */
  const waiting: (() => void)[] = [];
  let proxy: ChildProcess | null = null;
  let port = 0;

  beforeAll(async () => {
    const ports = [await replica("first"), await replica("second")];
    port = await freePort();
    spawnSync(openssl ?? "", ["req", "-x509", ...KEY, "-keyout", join(folder, "tls.key"), "-out", join(folder, "tls.crt")]);
    const config = [FIRST_REPLICA_PORT, FIRST_REPLICA_PORT + 1].reduce(
      (text, from, index) => text.replace(`127.0.0.1:${from} `, `127.0.0.1:${ports[index]} `),
      proxyConfig("llama", 2, SLOTS)
        .replaceAll("/run/breakeven", folder)
        .replace(`listen ${SERVER_PORT} ssl`, `listen 127.0.0.1:${port} ssl`),
    );
    writeFileSync(join(folder, "nginx.conf"), config);
    proxy = spawn(nginx ?? "", ["-c", join(folder, "nginx.conf"), "-g", "daemon off;"], { stdio: "ignore" });
    while ((await status("/")) !== 404) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  afterAll(() => {
    proxy?.kill();
    for (const server of replicas) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Stands in for vLLM: answers everything. */
  async function replica(name: string): Promise<number> {
    const server = createServer(({ url }, response) => {
      if (url === "/v1/slow") waiting.push(() => response.end(name));
      else response.end(name);
    });
    replicas.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  /** Status of the answer to a path that is sent as it is; 0 where nobody listens. */
  function status(path: string, method = "GET"): Promise<number> {
    return new Promise((resolve) => {
      const sent = request({ host: "127.0.0.1", port, path, method, rejectUnauthorized: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on("error", () => resolve(0));
      sent.end();
    });
  }

  it.each(["/health", "/v1/models", "/llama/v1/models"])("passes %s", async (path) => {
    expect(await status(path)).toBe(200);
  });

  it.each(["/metrics", "/tokenize", "/llama/metrics", "/v1/../metrics", "/v1/%2e%2e/metrics", "/llama/v1/../../metrics"])(
    "keeps %s closed, which vLLM leaves open",
    async (path) => {
      expect(await status(path)).toBe(404);
    },
  );

  it("refuses with 429 under the path of a split what a full host could not start, and lets all others wait", async () => {
    expect(await status("/llama/spill/v1/models")).toBe(200);
    const slow = ["/llama/spill/v1/slow", "/v1/slow", "/llama/v1/slow"].map((path) => status(path));
    while (waiting.length < SLOTS) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await status("/llama/spill/v1/models")).toBe(429);
    expect(await status("/llama/v1/models")).toBe(200);
    expect(await status("/health")).toBe(200);
    for (const end of waiting) end();
    expect(await Promise.all(slow)).toEqual([200, 200, 200]);
    while ((await status("/llama/spill/v1/models")) === 429) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await status("/llama/spill/metrics")).toBe(404);
  });

  it("goes on with the second server when the first is gone, and is unhealthy when both are", async () => {
    for (const [server, healthy] of replicas.map((one, index) => [one, index === 0] as const)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      expect(await status("/health")).toBe(healthy ? 200 : 502);
      expect(await status("/v1/chat/completions", "POST")).toBe(healthy ? 200 : 502);
    }
  });
});
