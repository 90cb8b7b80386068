import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { GATEWAY_PROGRAM, GATEWAY_START } from "../../stacks/constructs/gateway/program.ts";
import { allConfigs } from "./configs.ts";
import { synthesized } from "./stack-json.ts";
import { leftOut, onPath } from "./terraform.ts";

/** Files of a server before programs that judge such files for a living. */
const CloudConfig = z.object({ write_files: z.array(z.object({ path: z.string(), permissions: z.string(), content: z.string() })) });
const BOOT = /^boot_/;

/** User data as an instance gets it: Terraform's expressions are filled with a word, what it must not read loses its mark. */
function rendered(template: string): string {
  return template.replace(/(?<![$%])\$\{[^}]*\}/g, "word").replace(/([$%])\1(?=\{)/g, "$1");
}

const boots = Object.entries(allConfigs).flatMap(([name, config]) =>
  Object.entries(synthesized(config).locals ?? {}).flatMap(([id, text]) => (BOOT.test(id) ? [{ name, text: rendered(String(text)) }] : [])),
);
const folder = mkdtempSync(join(tmpdir(), "breakeven-boot-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function judge(program: string): string | null {
  const path = onPath(program);
  const title = `boot files before ${program}`;
  if (path === null && process.env.BREAKEVEN_REQUIRE_BOOT_JUDGES === "1")
    throw new Error(`${title}: it is not on PATH, and BREAKEVEN_REQUIRE_BOOT_JUDGES is 1`);
  if (path === null) leftOut(`${program} is not on PATH`, title);
  return path;
}

function run(program: string | null, ...parameters: readonly string[]): { readonly status: number | null; readonly output: string } {
  const done = spawnSync(program ?? "", parameters, { encoding: "utf8" });
  return { status: done.status, output: `${done.stdout}${done.stderr}` };
}

const files = (text: string) => CloudConfig.parse(JSON.parse(text.slice(text.indexOf("\n")))).write_files;

/** One server with all that a server can have. */
const [whole] = boots.filter(({ name }) => name === "self-host");

it("there is a boot file for every stack with servers", () => {
  expect(boots.map(({ name }) => name)).toEqual(expect.arrayContaining(["self-host", "hybrid", "air-gapped"]));
});

describe("cloud-init", () => {
  const cloudInit = judge("cloud-init");
  it.skipIf(cloudInit === null)("accepts the user data of every stack", () => {
    for (const { name, text } of boots) {
      const path = join(folder, "user-data");
      writeFileSync(path, text);
      const { status, output } = run(cloudInit, "schema", "--config-file", path);
      expect(output, name).toContain("Valid cloud-config");
      expect(status, name).toBe(0);
    }
  });
  it.skipIf(cloudInit === null)("would refuse a misspelt key", () => {
    const path = join(folder, "wrong");
    writeFileSync(path, `#cloud-config\n${JSON.stringify({ write_files: [{ pathh: "/x", content: "" }] })}`);
    expect(run(cloudInit, "schema", "--config-file", path).status).not.toBe(0);
  });
});

describe("systemd", () => {
  const analyze = judge("systemd-analyze");
  const root = join(folder, "root");
  const place = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), 0o755);
  };

  beforeAll(() => {
    for (const { path, content } of files(whole?.text ?? "")) place(path, content);
    for (const program of ["flock", "docker", "python3"]) place(`/usr/bin/${program}`, "#!/bin/sh\n");
    place("/usr/sbin/nginx", "#!/bin/sh\n");
    for (const unit of [
      "docker.service",
      "network-online.target",
      "multi-user.target",
      "sysinit.target",
      "basic.target",
      "shutdown.target",
      "system.slice",
      "-.slice",
    ])
      place(
        `/usr/lib/systemd/system/${unit}`,
        unit.endsWith("service") ? "[Service]\nExecStart=/usr/bin/docker\n" : "[Unit]\nDescription=stand-in\n",
      );
  });

  const verify = (...units: readonly string[]) =>
    run(analyze, "verify", "--man=no", `--root=${root}`, ...units.map((unit) => join(root, "etc/systemd/system", unit)));

  it.skipIf(analyze === null)("accepts every unit", () => {
    const { status, output } = verify("breakeven-vllm@0.service", "breakeven-proxy.service", "breakeven-metrics.service");
    expect(output).not.toMatch(/breakeven.*(Unknown|Failed|not executable|ignoring)/);
    expect(status, output).toBe(0);
  });

  it.skipIf(analyze === null)("would refuse a unit whose program is missing or whose key is misspelt", () => {
    place("/etc/systemd/system/wrong.service", "[Service]\nExecStart=/usr/local/bin/nothing\nRestrat=always\n");
    const { output } = verify("wrong.service");
    expect(output).toMatch(/nothing.*not executable/);
    expect(output).toMatch(/Unknown key.*Restrat/);
  });
});

describe("shellcheck", () => {
  const shellcheck = judge("shellcheck");
  const scripts = files(whole?.text ?? "").filter(({ content }) => content.startsWith("#!/bin/bash"));

  it.skipIf(shellcheck === null)("finds nothing in the programs of a server", () => {
    expect(scripts.length).toBeGreaterThan(1);
    for (const { path, content } of scripts) {
      const file = join(folder, path.replaceAll("/", "_"));
      writeFileSync(file, content);
      // host.env stands on the server; its variables are named in user-data.ts.
      expect(run(shellcheck, "--exclude=SC1091,SC2154", file)).toEqual({ status: 0, output: "" });
    }
  });
  it.skipIf(shellcheck === null)("would find an unquoted variable", () => {
    const file = join(folder, "wrong.sh");
    writeFileSync(file, "#!/bin/bash\nrm $1\n");
    expect(run(shellcheck, file).output).toContain("SC2086");
  });
});

describe("Python", () => {
  const python = judge("python3");
  it.skipIf(python === null)("compiles the programs of servers and gateway", () => {
    const metrics = files(whole?.text ?? "").find(({ path }) => path.endsWith("breakeven-metrics"))?.content ?? "";
    for (const [index, program] of [metrics, GATEWAY_PROGRAM, GATEWAY_START].entries()) {
      const file = join(folder, `${index}.py`);
      writeFileSync(file, program);
      expect(program.length).toBeGreaterThan(100);
      expect(run(python, "-m", "py_compile", file)).toEqual({ status: 0, output: "" });
    }
  });
});
