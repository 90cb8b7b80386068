import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Evaluation } from "../../../src/decide/evaluation-types.ts";
import type { Path } from "../../../src/decide/types.ts";
import { evaluate } from "../../../src/evaluate.ts";
import { AS_OF, catalog } from "../support.ts";

/**
 * Twelve policies, one for each list of conditions under which the framework recommends a path. The verdict is the
 * framework's; where it is not, the report must say why the figures disagree.
 */
const FOLDER = join(import.meta.dirname, "..", "..", "stories", "framework");

const RECOMMENDED: Readonly<Record<string, Path>> = {
  "01-tune-own-weights": "self-host",
  "02-tune-by-api": "api",
  "03-start-on-an-api": "api",
  "04-host-what-may-not-leave": "self-host",
  "05-host-by-volume-alone": "self-host",
  "06-host-for-customization": "self-host",
  "07-buy-for-reliability": "api",
  "08-buy-for-features": "api",
  "09-host-for-sovereignty": "self-host",
  "10-host-by-daily-volume": "self-host",
  "11-both-by-data": "hybrid",
  "12-both-by-kind-of-work": "hybrid",
};

/** Each policy is evaluated once. */
const EVALUATIONS = new Map<string, Evaluation>();

function evaluated(name: string): Evaluation {
  const known = EVALUATIONS.get(name) ?? evaluatedFile(`${name}.yml`);
  EVALUATIONS.set(name, known);
  return known;
}

function evaluatedFile(file: string): Evaluation {
  const text = readFileSync(join(FOLDER, file), "utf8");
  const result = evaluate({ path: file, text, base: null, catalog, asOf: AS_OF, engineVersion: "test" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics, null, 1));
  return result.evaluation;
}

describe("the framework's recommendations", () => {
  it("are twelve, each with its policy", () => {
    expect(readdirSync(FOLDER).map((file) => file.replace(/\.yml$/, ""))).toEqual(Object.keys(RECOMMENDED));
  });

  for (const [name, path] of Object.entries(RECOMMENDED)) {
    it(`${name}: the verdict is ${path}, or the report says why the figures disagree`, () => {
      const { decision } = evaluated(name);
      if (decision.path === path) return;
      const against = decision.advisory.filter(({ agrees, says }) => !agrees && says === path);
      expect(against.length, `${decision.path} instead of ${path}, and no rule of thumb is shown that says so`).toBeGreaterThan(0);
      expect(against.some(({ text }) => /computed(?: for this workload)?: /.test(text))).toBe(true);
      expect(decision.workloads.some(({ reasons }) => reasons.some(({ rule }) => rule === "cost"))).toBe(true);
    });
  }

  it("are followed but for the volume rule, which the computed break-even overrules", () => {
    const others = Object.entries(RECOMMENDED).filter(([name, path]) => evaluated(name).decision.path !== path);
    expect(others.map(([name]) => name)).toEqual(["05-host-by-volume-alone"]);
    const vote = evaluated("05-host-by-volume-alone").decision.advisory.find(({ rule }) => rule === "monthly-volume");
    expect(vote?.text).toBe("self-host above 500,000 requests a month; computed: none within a hundredfold of this volume");
  });

  it("never send a workload that may not leave to an API, also in the mixed plans", () => {
    for (const name of Object.keys(RECOMMENDED)) {
      const kept = evaluated(name).decision.workloads.filter(({ reasons }) => reasons.some(({ rule }) => rule === "data-location"));
      expect(
        kept.every(({ path }) => path === "self-host"),
        name,
      ).toBe(true);
    }
    expect(evaluated("11-both-by-data").decision.workloads.map(({ name, path }) => `${name} ${path}`)).toEqual([
      "general api",
      "records self-host",
    ]);
  });
});
