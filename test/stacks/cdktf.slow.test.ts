import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findBench, type Moto, startMoto, terraformEnvironment } from "./terraform.ts";

/** The real command line of cdktf from a policy to running resources and back, as README says it. Minutes, hence only where BREAKEVEN_SLOW is 1. */
const TITLE = "cdktf deploy and destroy";
const MINUTES_MS = 60_000;
const ROOT = join(import.meta.dirname, "..", "..");
const STACK = "deskhand-production";

const bench = findBench(TITLE);

describe.skipIf(typeof bench === "string")(TITLE, () => {
  const folder = mkdtempSync(join(tmpdir(), "breakeven-cdktf-"));
  const out = join(folder, "cdktf.out");
  let moto: Moto;
  let before: ReadonlySet<string>;

  beforeAll(async () => {
    if (typeof bench === "string") return;
    moto = await startMoto(bench.moto);
    before = new Set(await moto.inventory());
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await moto.close();
  });

  /** The stack itself is not touched: only the environment sends it to the AWS on loopback. */
  function cdktf(command: "deploy" | "destroy"): string {
    if (typeof bench === "string") throw new Error(bench);
    const env = {
      ...terraformEnvironment(bench.tools, folder),
      BREAKEVEN_POLICY: "policies/api.yml",
      BREAKEVEN_AS_OF: "2026-11-21",
      AWS_ENDPOINT_URL: moto.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
      DISABLE_VERSION_CHECK: "1",
      // Its cache would lie in the home of whoever runs this.
      CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1",
      CI: "1",
    };
    const parameters = [command, "--auto-approve", "--skip-provider-lock", "--output", out];
    const done = spawnSync(join(ROOT, "node_modules", ".bin", "cdktf"), parameters, {
      cwd: ROOT,
      env,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    expect(done.status, `${done.stdout}${done.stderr}`.slice(-5000)).toBe(0);
    return done.stdout;
  }

  const made = async () => (await moto.inventory()).filter((line) => !before.has(line));

  it(
    "deploys the stack of a policy, with its state beside the output and the next commands printed",
    async () => {
      const printed = cdktf("deploy");
      expect(printed).toContain(`/breakeven/${STACK}/routes/support-bot`);
      expect(readFileSync(join(folder, `terraform.${STACK}.tfstate`), "utf8")).toContain("aws_budgets_budget");
      const objects = await made();
      for (const kind of ["kms us-east-1 keys", "ssm us-east-1", "budgets aws", "sns us-east-1 topics"])
        expect(
          objects.some((line) => line.startsWith(kind)),
          kind,
        ).toBe(true);
    },
    5 * MINUTES_MS,
  );

  it(
    "destroys it, and nothing is left but a key in its waiting time",
    async () => {
      cdktf("destroy");
      const left = await made();
      expect(left).toHaveLength(1);
      expect(left[0]).toMatch(/^kms us-east-1 keys .* \(PendingDeletion\)$/);
    },
    5 * MINUTES_MS,
  );
});
