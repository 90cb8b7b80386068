import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTunnelProxy, type TunnelProxy } from "./proxy-server.ts";
import { findNode24, runAction } from "./runner.ts";
import type { FakeGitHub } from "./server.ts";
import { commit, policyPath, pullNumber, smallPolicy, startGitHubWithPull } from "./support.ts";

/** The bundle on a self-hosted runner that reaches GitHub, or an Enterprise server, through a proxy alone. */
const node = findNode24() ?? process.execPath;
const head = commit("a1");
const base = commit("b2");
/** A host that only the proxy can find. */
const ENTERPRISE = "ghe.acme.test";

let github: FakeGitHub;
let proxy: TunnelProxy;
const folder = mkdtempSync(join(tmpdir(), "breakeven-proxy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  github = await startGitHubWithPull(head, base);
  proxy = await startTunnelProxy(portOf(github));
});

afterEach(async () => {
  await proxy.close();
  await github.close();
  expect(github.violations).toEqual([]);
});

function portOf({ url }: Pick<FakeGitHub, "url">): number {
  return Number(new URL(url).port);
}

function act(apiUrl: string, env: Readonly<Record<string, string>>) {
  return runAction({
    node,
    apiUrl,
    eventName: "pull_request",
    event: {
      action: "synchronize",
      pull_request: { number: pullNumber, head: { sha: head, repo: { full_name: "acme/support" } }, base: { sha: base } },
    },
    sha: commit("d4"),
    files: { [policyPath]: smallPolicy(200_000) },
    env,
  });
}

describe("a runner behind a proxy", () => {
  test("reads the base and comments through it, with the user and password of its address", async () => {
    const withUser = proxy.url.replace("http://", "http://build:p%40ss@");

    const run = await act(`http://${ENTERPRISE}:8080/api/v3`, { http_proxy: withUser });

    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "created" } });
    expect(Number(run.outputs["delta-monthly-usd"])).toBeGreaterThan(0);
    expect(new Set(proxy.tunnels)).toEqual(new Set([`${ENTERPRISE}:8080`]));
    // RFC 7617: base64 of "build:p@ss".
    expect(new Set(proxy.credentials)).toEqual(new Set(["Basic YnVpbGQ6cEBzcw=="]));
    expect(github.comments).toHaveLength(1);
  });

  test("says the same as a runner without one", async () => {
    const direct = await act(github.url, {});
    const through = await act(`http://${ENTERPRISE}/api/v3`, { HTTP_PROXY: proxy.url });

    expect(through.outputs["decision-file text"]).toBe(direct.outputs["decision-file text"]);
    expect(through.outputs["comment-status"]).toBe("unchanged");
    expect(proxy.tunnels[0]).toBe(`${ENTERPRISE}:80`);
  });

  test("goes around it to a host of no_proxy and to its own machine", async () => {
    // 0.0.0.0 leads to this machine, but is not called so by the rules of proxies.
    const notLoopback = github.url.replace("127.0.0.1", "0.0.0.0");
    await act(notLoopback, { http_proxy: proxy.url });
    expect(proxy.tunnels.length).toBeGreaterThan(0);
    const before = proxy.tunnels.length;

    expect((await act(notLoopback, { http_proxy: proxy.url, no_proxy: "example.com,0.0.0.0" })).code).toBe(0);
    expect((await act(github.url, { http_proxy: proxy.url, https_proxy: proxy.url })).code).toBe(0);

    expect(proxy.tunnels).toHaveLength(before);
  });

  test("tries again when the proxy cannot open a tunnel, and when GitHub fails behind it", async () => {
    proxy.refusals.push("502 Bad Gateway");
    github.fail({ operation: "compare", kind: "status", status: 503 });

    const run = await act(`http://${ENTERPRISE}/api/v3`, { http_proxy: proxy.url });

    expect(run).toMatchObject({ code: 0, outputs: { "comment-status": "created" } });
    expect(run.stdout.match(/trying again in/g)).toHaveLength(2);
  });

  test("fails the step when the proxy refuses, and never prints its password", async () => {
    proxy.refusals.push(...Array.from({ length: 40 }, () => "407 Proxy Authentication Required"));

    const run = await act(`http://${ENTERPRISE}/api/v3`, { http_proxy: proxy.url.replace("http://", "http://build:hunter2@") });

    expect(run.code).toBe(1);
    expect(run.annotations("error").join("\n")).toContain("407");
    expect(run.stdout).not.toContain("hunter2");
    expect(run.stdout).not.toContain(Buffer.from("build:hunter2").toString("base64"));
    expect(run.outputs["gate-status"] ?? "").not.toBe("pass");
  });

  test("checks the certificate of a server behind it, with the runner's own authorities", async (context) => {
    const certificate = selfSigned(context);
    const tls = await startTls(certificate, portOf(github));
    const secure = await startTunnelProxy(tls.port);
    try {
      const trusted = await act(`https://${ENTERPRISE}/api/v3`, { https_proxy: secure.url, NODE_EXTRA_CA_CERTS: certificate.path });
      expect(trusted).toMatchObject({ code: 0, outputs: { "comment-status": "created" } });
      expect(new Set(secure.tunnels)).toEqual(new Set([`${ENTERPRISE}:443`]));

      const unknown = await act(`https://${ENTERPRISE}/api/v3`, { https_proxy: secure.url });
      expect(unknown.code).toBe(1);
      expect(unknown.stdout).toMatch(/self[- ]signed certificate/i);
    } finally {
      await secure.close();
      await tls.close();
    }
  });
});

interface Certificate {
  readonly path: string;
  readonly key: string;
  readonly cert: string;
}

/** A certificate of a day for the Enterprise server; where openssl is missing the test is skipped, out loud. */
function selfSigned(context: { readonly skip: (note: string) => void }): Certificate {
  const [key, path] = [join(folder, "tls.key"), join(folder, "tls.crt")];
  const subject = ["-subj", `/CN=${ENTERPRISE}`, "-addext", `subjectAltName=DNS:${ENTERPRISE}`];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const made = spawnSync("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", path]);
  if (made.status !== 0) context.skip("openssl is not on this machine: no certificate to test a proxy's TLS with");
  return { path, key: readFileSync(key, "utf8"), cert: readFileSync(path, "utf8") };
}

/** Ends TLS on loopback and hands every request on to the plain server. */
async function startTls({ key, cert }: Certificate, port: number): Promise<{ port: number; close: () => Promise<void> }> {
  const server: Server = createServer({ key, cert }, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
