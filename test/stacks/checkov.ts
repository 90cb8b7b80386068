import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { z } from "zod";
import { leftOut, onPath, type Workspace } from "./terraform.ts";
import { WAIVERS } from "./waivers.ts";

const Scan = z.object({
  summary: z.object({ passed: z.number() }),
  results: z.object({ failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string() })) }),
});

/** checkov on the plan in the workspace, where it is installed; it runs without network. Finds nothing but what is waived, or fails. */
export function scanPlan(workspace: Workspace): void {
  const checkov = process.env.BREAKEVEN_CHECKOV ?? onPath("checkov");
  if (checkov === null) {
    leftOut("checkov is not on PATH and BREAKEVEN_CHECKOV names none", "checkov on the plans");
    return;
  }
  const file = join(workspace.folder, "plan.json");
  writeFileSync(file, workspace.run("show", "-json", "plan").output);
  const parameters = ["-f", file, "--framework", "terraform_plan", "--compact", "--quiet", "--skip-download", "-o", "json"];
  const { summary, results } = Scan.parse(JSON.parse(spawnSync(checkov, parameters, { encoding: "utf8", maxBuffer: 2 ** 28 }).stdout));
  expect(summary.passed).toBeGreaterThan(20);
  expect(results.failed_checks.filter(({ check_id }) => WAIVERS[check_id] === undefined)).toEqual([]);
}
