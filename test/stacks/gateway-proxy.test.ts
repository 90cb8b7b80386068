import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GatewayRoute } from "../../src/gateway-config.ts";
import {
  litellmConfig,
  providerVariable,
  routeTable,
  SERVER_KEY_VARIABLE,
  workloadVariable,
} from "../../stacks/constructs/gateway/config.ts";
import { GATEWAY_ENVIRONMENT, GATEWAY_PROGRAM, GATEWAY_START } from "../../stacks/constructs/gateway/program.ts";
import { freePort, leftOut, onPath } from "./terraform.ts";

/** A real LiteLLM on loopback, started as the container starts it, against stand-ins for own servers and for a provider. */
const TITLE = "the gateway in a real LiteLLM";
const litellm = process.env.BREAKEVEN_LITELLM ?? onPath("litellm");
if (litellm === null) {
  const what = "litellm is not on PATH and BREAKEVEN_LITELLM names none";
  if (process.env.BREAKEVEN_REQUIRE_LITELLM === "1") throw new Error(`${TITLE}: ${what}, and BREAKEVEN_REQUIRE_LITELLM is 1`);
  leftOut(what, TITLE);
}

const START_MS = 90_000;
const ROOT_PATH = "/gateway";

const own = { kind: "fleet", fleet: "fleet", model: "llama" } as const;
const outside = {
  kind: "provider",
  provider: "openai",
  route: "openai-api",
  model: "gpt-4.1-mini",
  inputUsdPerMTok: 0.4,
  outputUsdPerMTok: 1.6,
  dailyBudgetUsd: null,
} as const;
const route = { restricted: false, guarded: false, fallbacks: [], spills: false, requestsPerMinute: 1000 };

const routes: readonly GatewayRoute[] = [
  { ...route, workload: "chat", restricted: true, target: own },
  { ...route, workload: "drafts", guarded: true, target: own, fallbacks: [outside] },
  { ...route, workload: "split", spills: true, target: own, fallbacks: [outside] },
  { ...route, workload: "search", guarded: true, target: outside },
  { ...route, workload: "records", target: outside },
  { ...route, workload: "busy", target: own, requestsPerMinute: 4 },
  { ...route, workload: "dear", target: { ...outside, dailyBudgetUsd: 0.01 } },
];

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Stands in for vLLM or a provider: answers with its name, counts what it was asked. */
class Upstream {
  readonly seen: string[] = [];
  /** Answers 429 under this part of the path, as a full server does. */
  full: string | null = null;
  readonly #server: Server;

  constructor(name: string) {
    this.#server = createServer((asked, response) => this.#answer(name, asked, response));
  }

  #answer(name: string, asked: IncomingMessage, response: ServerResponse): void {
    let body = "";
    asked.on("data", (part) => {
      body += String(part);
    });
    asked.on("end", () => {
      this.seen.push(`${asked.headers.authorization} ${body}`);
      if (this.full !== null && asked.url?.includes(this.full)) {
        response.statusCode = 429;
        response.end("<html>429 Too Many Requests</html>");
        return;
      }
      const message = { role: "assistant", content: `I am ${name}` };
      const usage = { prompt_tokens: 10_000, completion_tokens: 5000, total_tokens: 15_000 };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          id: "1",
          object: "chat.completion",
          created: 1,
          model: name,
          choices: [{ index: 0, message, finish_reason: "stop" }],
          usage,
        }),
      );
    });
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

describe.skipIf(litellm === null)(TITLE, () => {
  const folder = mkdtempSync(join(tmpdir(), "breakeven-gateway-"));
  const servers = new Upstream("own servers");
  const provider = new Upstream("the provider");
  let gateway: ChildProcess | null = null;
  let port = 0;
  let log = "";

  beforeAll(async () => {
    const [serversPort, providerPort] = [await freePort(), await freePort()];
    await servers.listen(serversPort);
    await provider.listen(providerPort);
    port = await freePort();
    const fleets = new Map([
      ["fleet", { baseUrl: `http://127.0.0.1:${serversPort}/v1`, spillUrl: `http://127.0.0.1:${serversPort}/spill/v1`, verify: true }],
    ]);
    const config = litellmConfig({ routes, fleets, region: "us-east-1", tasks: 1 });
    gateway = spawn(join(dirname(litellm ?? ""), "python"), ["-c", GATEWAY_START], {
      env: {
        ...GATEWAY_ENVIRONMENT,
        PATH: `${dirname(litellm ?? "")}:${process.env.PATH}`,
        GATEWAY_DIR: folder,
        GATEWAY_HOST: "127.0.0.1",
        GATEWAY_PORT: String(port),
        SERVER_ROOT_PATH: ROOT_PATH,
        GATEWAY_CONFIG: config.replaceAll(
          `"api_key":"os.environ/${providerVariable("openai")}"`,
          `"api_base":"http://127.0.0.1:${providerPort}/v1",$&`,
        ),
        GATEWAY_PROGRAM,
        GATEWAY_ROUTES: routeTable(routes, 1),
        [SERVER_KEY_VARIABLE]: "server-key",
        [providerVariable("openai")]: "provider-key",
        ...Object.fromEntries(routes.map(({ workload }) => [workloadVariable(workload), `key-of-${workload}`])),
      },
      detached: true,
    });
    const keep = (part: unknown) => {
      log += String(part);
    };
    gateway.stdout?.on("data", keep);
    gateway.stderr?.on("data", keep);
    const until = Date.now() + START_MS;
    while ((await send("GET", "/health/liveliness")).status !== 200) {
      if (gateway.exitCode !== null || Date.now() > until) throw new Error(`LiteLLM did not start:\n${log.slice(-3000)}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }, START_MS + 5000);

  afterAll(async () => {
    if (gateway?.pid !== undefined) process.kill(-gateway.pid, "SIGKILL");
    await Promise.all([servers.close(), provider.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  function send(method: string, path: string, key: string | null = null, body: object | null = null): Promise<Answer> {
    return new Promise((resolve) => {
      const headers = { "content-type": "application/json", ...(key === null ? {} : { authorization: `Bearer ${key}` }) };
      const sent = request(
        { host: "127.0.0.1", port, path: `${ROOT_PATH}${path}`, method, headers, rejectUnauthorized: false },
        (answer) => {
          let text = "";
          answer.on("data", (part) => {
            text += String(part);
          });
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        },
      );
      sent.on("error", () => resolve({ status: 0, text: "" }));
      sent.end(body === null ? undefined : JSON.stringify(body));
    });
  }

  const ask = (workload: string, change: object = {}, key = `key-of-${workload}`) =>
    send("POST", "/v1/chat/completions", key, { model: workload, messages: [{ role: "user", content: "hello" }], ...change });
  const saying = (content: unknown) => ({ messages: [{ role: "user", content }] });

  it("leads each workload to the place that the decision chose, with the key of that place", async () => {
    expect((await ask("chat")).text).toContain("I am own servers");
    expect((await ask("search")).text).toContain("I am the provider");
    expect(servers.seen.at(-1)).toMatch(/^Bearer server-key .*"model": ?"llama"/);
    expect(provider.seen.at(-1)).toMatch(/^Bearer provider-key .*"model": ?"gpt-4.1-mini"/);
  });

  it("knows a workload by its key, and gives it its own model alone", async () => {
    expect((await ask("chat", {}, "key-of-nobody")).status).toBe(401);
    expect((await ask("chat", {}, "")).status).toBe(401);
    const strange = await ask("search", {}, "key-of-chat");
    expect(strange.status).toBe(403);
    expect(strange.text).toContain("this key is for the model chat");
    expect((await ask("drafts@fallback-0", {}, "key-of-drafts")).status).toBe(403);
  });

  it.each([
    "/openai/v1/chat/completions",
    "/key/info",
    "/model/info",
    "/config/yaml",
    "/routes",
    "/metrics",
    "/health",
    "/v1/messages",
    "/v1/responses",
  ])("keeps %s of LiteLLM closed, with a workload's key too", async (path) => {
    const before = provider.seen.length;
    for (const method of ["GET", "POST"])
      expect((await send(method, path, "key-of-records", { model: "records" })).status).toBeGreaterThanOrEqual(400);
    expect(provider.seen.length).toBe(before);
  });

  it.each([{ fallbacks: ["search"] }, { api_base: "http://127.0.0.1:9/v1" }, { user_config: {} }])(
    "lets no request steer itself elsewhere: %j",
    async (steering) => {
      expect((await ask("chat", steering)).status).toBeGreaterThanOrEqual(400);
    },
  );

  it.each([
    "write to jane.doe@example.com",
    "her number is 078-05-1120",
    "pay with 4111 1111 1111 1111 please",
    "wire it to DE89 3704 0044 0532 0130 00",
    [{ type: "text", text: "line one\njane@example.org" }],
  ])("refuses what looks like personal data before it leaves, where the policy declares none: %j", async (content) => {
    const before = provider.seen.length;
    const refused = await ask("search", saying(content));
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("declares no personal data for search");
    expect(provider.seen.length).toBe(before);
  });

  it.each(["order 4111 1111 1111 1112", "call at 10:30, room 078-051", "version 1.2.3-45-6789"])("lets %j through", async (content) => {
    expect((await ask("search", saying(content))).status).toBe(200);
  });

  it("passes personal data of a workload that declares it, because its provider was chosen for that", async () => {
    expect((await ask("records", saying("jane.doe@example.com"))).status).toBe(200);
  });

  it("refuses the request after the last of the minute", async () => {
    const statuses = [];
    for (let sent = 0; sent < 6; sent += 1) statuses.push((await ask("busy")).status);
    expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
    expect(statuses.at(-1)).toBe(429);
  });

  it("spends no more than the budget of the day", async () => {
    const statuses = [];
    for (let sent = 0; sent < 5 && statuses.at(-1) !== 429; sent += 1) {
      statuses.push((await ask("dear")).status);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(statuses[0]).toBe(200);
    expect(statuses.at(-1)).toBe(429);
  });

  it("writes one line for each call that the metrics read, and neither prompt nor key", async () => {
    await ask("chat", saying("a word that only this prompt holds: marzipan"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(log).toMatch(
      /\{"provider": "hosted_vllm", "model": "llama", "status": 200, "latency_ms": \d+, "input_tokens": 10000, "output_tokens": 5000\}/,
    );
    expect(log).not.toContain("marzipan");
    for (const key of ["server-key", "provider-key", "key-of-"]) expect(log).not.toContain(key);
  });

  it("sends a split to own servers, to the API while they are full, and to own servers again at once", async () => {
    expect((await ask("split")).text).toContain("I am own servers");
    servers.full = "/spill/";
    const before = servers.seen.length;
    expect((await ask("split")).text).toContain("I am the provider");
    expect((await ask("split", { stream: false })).text).toContain("I am the provider");
    expect(servers.seen.length).toBe(before + 2);
    expect((await ask("chat")).text).toContain("I am own servers");
    servers.full = null;
    expect((await ask("split")).text).toContain("I am own servers");
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(log).not.toMatch(/"provider": "hosted_vllm", "model": "llama", "status": 429/);
  });

  describe("while own servers are down", () => {
    beforeAll(() => servers.close());

    it("fails a restricted request and lets nothing out", async () => {
      const before = provider.seen.length;
      const failed = await ask("chat");
      expect(failed.status).toBeGreaterThanOrEqual(500);
      expect(provider.seen.length).toBe(before);
    });

    it("falls back where the decision allows it, but not with personal data", async () => {
      expect((await ask("drafts")).text).toContain("I am the provider");
      const before = provider.seen.length;
      expect((await ask("drafts", saying("mail jane@example.com"))).status).toBeGreaterThanOrEqual(400);
      expect(provider.seen.length).toBe(before);
    });
  });
});
