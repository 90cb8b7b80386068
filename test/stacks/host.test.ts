import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LARGEST_DISK, PREPARE, SERVE } from "../../stacks/constructs/host-scripts.ts";
import { PUBLISH_METRICS } from "../../stacks/constructs/publish-metrics.ts";
import { literal } from "../../stacks/naming.ts";
import { allConfigs } from "./configs.ts";
import { synthesized } from "./stack-json.ts";
import { missing, onPath } from "./terraform.ts";

/** AWS accepts this much user data before encoding. */
const USER_DATA_LIMIT_BYTES = 16_384;

/** The programs of a server, run as they are; `aws`, `docker` and the others are stand-ins that write down how they were called. */
let folder = "";
let servers: Server[] = [];
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "breakeven-host-"));
  mkdirSync(join(folder, "bin"));
  servers = [];
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

function standIn(name: string, body: string): void {
  const path = join(folder, "bin", name);
  writeFileSync(path, `#!/bin/bash\nprintf '%s\\n' "${name} $*" >> "${folder}/calls"\n${body}\n`);
  chmodSync(path, 0o755);
}

function calls(): readonly string[] {
  const path = join(folder, "calls");
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

const settings: Readonly<Record<string, string>> = {
  REGION: "us-east-1",
  FLEET: "llama",
  IMAGE: "vllm/vllm-openai:v0.27.1",
  BUCKET: "weights",
  WEIGHTS_PREFIX: "models/meta/llama/main",
  HUB_REPO: "meta/llama",
  REVISION: "main",
  MAY_DOWNLOAD: "true",
  ADAPTERS: "false",
  ENCODINGS: "false",
  API_KEY_SECRET: "breakeven/x/servers/api-key",
  HUB_TOKEN_SECRET: "breakeven/x/servers/hub-token",
  LOG_GROUP: "/breakeven/x/servers",
  METRIC_NAMESPACE: "Breakeven/x",
  LOADING_GROUP: "",
  LOADING_HOOK: "",
  REPLICAS: "2",
  GPUS_PER_REPLICA: "2",
  FIRST_PORT: "8000",
};

/** Runs a script with its settings in the test's folder instead of /etc. */
function run(script: string, change: Readonly<Record<string, string>>, ...parameters: readonly string[]) {
  const values = { ...settings, RUN_DIR: join(folder, "run"), DATA_DIR: join(folder, "data"), ...change };
  mkdirSync(values.RUN_DIR, { recursive: true });
  writeFileSync(
    join(folder, "host.env"),
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  writeFileSync(join(folder, "vllm.flags"), "--tensor-parallel-size\n2\n--served-model-name\na name with spaces\n");
  const path = join(folder, "script");
  writeFileSync(path, script.replaceAll("/etc/breakeven/", `${folder}/`));
  const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder };
  return spawnSync("bash", [path, ...parameters], { env, encoding: "utf8" });
}

const SECRETS = 'case "$*" in *hub-token*) echo hf_secret ;; *api-key*) echo key_secret ;; *head-object*) exit HEAD ;; esac';

function installStandIns(head: 0 | 1): void {
  standIn("aws", SECRETS.replace("HEAD", String(head)));
  standIn("docker", '[ "$1 $2" = "image inspect" ] && exit 1; exit 0');
  standIn("openssl", "");
  standIn("nginx", "");
  standIn("findmnt", "");
}

describe("preparing a host", () => {
  it("fills an empty bucket from the hub once, with the token in a file and never in a command", () => {
    installStandIns(1);
    const done = run(PREPARE, {});
    expect(done.stderr).toBe("");
    expect(done.status).toBe(0);
    const text = calls().join("\n");
    expect(text).toContain("docker pull --quiet vllm/vllm-openai:v0.27.1");
    expect(text).toMatch(
      /docker run --rm --env-file .*hub\.env .*download meta\/llama --revision main --exclude original\/\* --exclude metal\/\* --local-dir/,
    );
    expect(text).toContain("aws s3api put-object --bucket weights --key models/meta/llama/main/COMPLETE");
    expect(text).not.toContain("hf_secret");
    expect(existsSync(join(folder, "run/hub.env"))).toBe(false);
  });

  it("puts the encodings of gpt-oss beside its weights, and vLLM reads them there", () => {
    installStandIns(1);
    standIn("curl", 'while [ "$1" != -o ]; do shift; done; mkdir -p "$(dirname "$2")"; touch "$2"');
    expect(run(PREPARE, { ENCODINGS: "true" }).status).toBe(0);
    const text = calls();
    const fetched = text.findIndex((call) => call.includes("o200k_base.tiktoken https://openaipublic.blob.core.windows.net"));
    expect(fetched).toBeGreaterThan(-1);
    expect(fetched).toBeLessThan(text.findIndex((call) => call.startsWith("aws s3 sync")));

    expect(run(SERVE, {}, "0").status).toBe(0);
    expect(calls().at(-1)).toContain("-e TIKTOKEN_ENCODINGS_BASE=/weights/tiktoken");
  });

  it("takes weights that are there from the bucket, and asks no hub", () => {
    installStandIns(0);
    expect(run(PREPARE, {}).status).toBe(0);
    const text = calls().join("\n");
    expect(text).not.toContain("docker run");
    expect(text).not.toContain("lifecycle");
    expect(text).toMatch(/aws s3 sync s3:\/\/weights\/models\/meta\/llama\/main .*data\/weights --exclude COMPLETE/);
  });

  it("inside an air gap says what to upload, and tries again later", () => {
    installStandIns(1);
    const done = run(PREPARE, { MAY_DOWNLOAD: "false" });
    expect(done.status).toBe(1);
    expect(done.stderr).toContain("no weights under s3://weights/models/meta/llama/main: upload them");
  });

  it("does nothing the second time", () => {
    installStandIns(0);
    run(PREPARE, {});
    const first = calls().length;
    run(PREPARE, {});
    expect(calls()).toHaveLength(first);
  });

  it("of a warm pool says that it has loaded, before it is stopped, and goes on where nothing waits", () => {
    installStandIns(0);
    standIn("cloud-init", "echo i-0123");
    standIn("aws", `${SECRETS.replace("HEAD", "0")}; [ "$1" != autoscaling ]`);
    expect(run(PREPARE, { LOADING_GROUP: "x-llama", LOADING_HOOK: "x-llama-loading" }).status).toBe(0);
    const told = calls().findIndex((call) => call.includes("complete-lifecycle-action"));
    expect(calls()[told]).toMatch(/--auto-scaling-group-name x-llama --lifecycle-hook-name x-llama-loading --instance-id i-0123/);
    expect(told).toBeGreaterThan(calls().findIndex((call) => call.includes("--exclude COMPLETE")));
  });

  describe("with a local disk", () => {
    const [disk, data] = [() => join(folder, "nvme"), () => join(folder, "data")];

    beforeEach(() => {
      installStandIns(0);
      mkdirSync(disk());
      standIn("findmnt", `echo "900 ${disk()}"`);
    });

    it("keeps the weights there", () => {
      expect(run(PREPARE, {}).status).toBe(0);
      expect(realpathSync(data())).toBe(join(disk(), "breakeven"));
      expect(existsSync(join(disk(), "breakeven/weights"))).toBe(true);
    });

    it("loads them again after a stop, which empties the disk", () => {
      run(PREPARE, {});
      rmSync(join(disk(), "breakeven"), { recursive: true });
      rmSync(join(folder, "run"), { recursive: true });

      const again = run(PREPARE, {});

      expect(again.stderr).toBe("");
      expect(again.status).toBe(0);
      expect(calls().filter((call) => call.includes("--exclude COMPLETE"))).toHaveLength(2);
    });

    it("waits while the disk is not mounted yet, and fills no other", () => {
      run(PREPARE, {});
      rmSync(join(disk(), "breakeven"), { recursive: true });
      rmSync(join(folder, "run"), { recursive: true });
      standIn("findmnt", "");

      expect(run(PREPARE, {}).status).toBe(1);
      expect(existsSync(join(disk(), "breakeven"))).toBe(false);
    });
  });

  it("logs in to a registry of AWS before it pulls", () => {
    installStandIns(0);
    run(PREPARE, { IMAGE: "123456789012.dkr.ecr.us-east-1.amazonaws.com/x/vllm:v0.27.1" });
    const text = calls().join("\n");
    expect(text.indexOf("aws ecr get-login-password")).toBeLessThan(text.indexOf("docker pull"));
    expect(text).toContain("docker login --username AWS --password-stdin 123456789012.dkr.ecr.us-east-1.amazonaws.com");
  });
});

describe("serving a replica", () => {
  it("uses its own GPUs and loopback port, and keeps the key out of the command line", () => {
    installStandIns(0);
    const done = run(SERVE, {}, "1");
    expect(done.status).toBe(0);
    const docker = calls().find((call) => call.startsWith("docker run")) ?? "";
    expect(docker).toContain('--gpus "device=2,3"');
    expect(docker).toContain("-p 127.0.0.1:8001:8000");
    expect(docker).toContain("--ipc=host");
    expect(docker).toContain("serve /weights --tensor-parallel-size 2 --served-model-name a name with spaces");
    expect(docker).not.toContain("key_secret");
    expect(docker).not.toContain("TIKTOKEN");
    const file = join(folder, "run/vllm-1.env");
    expect(readFileSync(file, "utf8")).toBe("VLLM_API_KEY=key_secret\n");
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it("fails, to be tried again, while the secret has no value", () => {
    installStandIns(0);
    standIn("aws", "exit 255");
    expect(run(SERVE, {}, "0").status).not.toBe(0);
    expect(calls().some((call) => call.startsWith("docker run"))).toBe(false);
  });
});

describe("user data", () => {
  it.each(Object.entries(allConfigs))("of the %s stack fits into what AWS accepts, with room for names", (_, config) => {
    for (const [id, text] of Object.entries(synthesized(config).locals ?? {})) {
      if (id.startsWith("boot_")) expect(Buffer.byteLength(String(text))).toBeLessThan(USER_DATA_LIMIT_BYTES * 0.9);
    }
  });

  it.each([
    [
      "is the largest one that is mounted, the root and the boot files aside",
      ["500 /", "9 /boot", "1 /boot/efi", "900 /data", "3000 /mnt/local"],
      "/mnt/local",
    ],
    ["is none on a host with the root alone", ["500 /", "9 /boot", "1 /boot/efi"], ""],
  ])("the disk for the weights %s", (_, mounted, disk) => {
    const bin = join(folder, "disks");
    mkdirSync(bin);
    writeFileSync(join(bin, "findmnt"), `#!/bin/sh\ncat <<'END'\n${mounted.join("\n")}\nEND\n`, { mode: 0o755 });

    const { stdout } = spawnSync("bash", ["-c", LARGEST_DISK], {
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
      encoding: "utf8",
    });

    expect(stdout.trim()).toBe(disk);
  });

  it("hides shell variables from Terraform", () => {
    expect(literal(`"\${flags[@]}" %{http_code} $HOME`)).toBe(`"$\${flags[@]}" %%{http_code} $HOME`);
  });
});

/** The interpreter itself: a wrapper of a version manager would put its own programs before the stand-ins. */
function findPython(): string | null {
  if (onPath("python3") === null) return null;
  return spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).stdout.trim() || null;
}

const python = findPython();

describe.skipIf(python === null)("publishing metrics", () => {
  /** A vLLM server whose figures grow by the same amount at each reading. */
  async function fakeVllm(waiting: number): Promise<number> {
    let readings = 0;
    const server = createServer((_, response) => {
      readings += 1;
      const fast = 90 * readings;
      const all = 100 * readings;
      response.end(`# HELP x y
vllm:num_requests_waiting{engine="0",model_name="m"} ${waiting}.0
vllm:num_requests_running{engine="0",model_name="m"} 8.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.5
vllm:request_success_total{engine="0",finished_reason="stop",model_name="m"} ${readings * 60}.0
vllm:request_success_total{engine="0",finished_reason="length",model_name="m"} ${readings * 40}.0
vllm:prompt_tokens_total{engine="0",model_name="m"} ${readings * 1e5}
vllm:generation_tokens_total{engine="0",model_name="m"} ${readings * 5e4}
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.5",model_name="m"} ${fast}.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="1.0",model_name="m"} ${all}.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="m"} ${all}.0
`);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  async function published(port: number, readings: number): Promise<readonly Readonly<Record<string, number>>[]> {
    standIn("aws", `printf '%s\\n' "\${@: -1}" >> "${folder}/data.jsonl"`);
    const script = join(folder, "metrics.py");
    writeFileSync(script, PUBLISH_METRICS);
    const env = {
      ...process.env,
      ...settings,
      REPLICAS: "1",
      FIRST_PORT: String(port),
      EVERY_SECONDS: "0.05",
      PATH: `${folder}/bin:${process.env.PATH}`,
    };
    children.push(spawn(python ?? "python3", [script], { env, stdio: "inherit" }));
    const file = join(folder, "data.jsonl");
    const lines = () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []);
    while (lines().length < readings) await new Promise((resolve) => setTimeout(resolve, 20));
    return lines().map((line) => {
      const data: readonly { readonly MetricName: string; readonly Value: number }[] = JSON.parse(line);
      return Object.fromEntries(data.map(({ MetricName, Value }) => [MetricName, Value]));
    });
  }

  it("gives queue, cache, tokens and the 95th percentile of the last minute", async () => {
    const [first, second] = await published(await fakeVllm(6), 2);
    expect(first).toEqual({ WaitingRequestsPerReplica: 6, RunningRequestsPerReplica: 8, KvCacheUsageRatio: 0.5 });
    expect(second).toMatchObject({ Requests: 100, InputTokens: 1e5, OutputTokens: 5e4, WaitingRequestsPerReplica: 6 });
    // 90 of 100 within 0.5 s, all within 1 s: the 95th lies half way between.
    expect(second?.TtftP95Ms).toBeCloseTo(750);
    expect(second).not.toHaveProperty("TpotP95Ms");
  });
});

if (python === null) missing("python3 is not on PATH", "metrics of the servers");
