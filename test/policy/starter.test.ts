import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type StarterOptions, starterFiles } from "../../src/policy/starter.ts";
import { useCases } from "../../src/policy/workload.ts";
import { valid } from "./support.ts";

const OPTIONS: StarterOptions = {
  name: "acme",
  useCase: "customer_facing",
  requestsPerMonth: 250_000,
  inputTokens: 1200,
  outputTokens: 350,
  region: "eu-west-1",
};

function contentOf(path: string, options: StarterOptions = OPTIONS): string {
  const file = starterFiles(options).find((each) => each.path === path);
  if (file === undefined) throw new Error(`no ${path} among the starter files`);
  return file.content;
}

describe("the starter policy", () => {
  it("is valid without any diagnostic and says what was asked", () => {
    const { policy, warnings } = valid(contentOf(".github/breakeven.yml"));
    expect(warnings).toEqual([]);
    expect(policy).toMatchObject({ name: "acme", region: "eu-west-1" });
    expect(policy.workloads).toMatchObject([
      { name: "customer-facing", useCase: "customer_facing", volume: { requestsPerMonth: 250_000 }, tokens: { input: 1200, output: 350 } },
    ]);
  });

  it("is still valid when its commented lines are switched on", () => {
    const text = contentOf(".github/breakeven.yml")
      .replaceAll(/^( *)# (regimes|data_residency|latency|current|gates| {2}\w+):/gm, "$1$2:")
      .replace(/model: claude-haiku-4-5/, "model: claude-haiku-4-5");
    const { policy } = valid(text);
    expect(policy.gates).toEqual({ maxMonthlyUsd: 5000, maxIncreaseRatio: 0.1 });
    expect(policy.compliance).toMatchObject({ regimes: ["gdpr", "hipaa"], dataResidency: ["eu"] });
    expect(policy.workloads[0]).toMatchObject({ latency: { ttftMsP95: 1000 }, current: { path: "api" } });
  });

  it("names the schema in its first line, and comments every choice", () => {
    const lines = contentOf(".github/breakeven.yml").split("\n");
    expect(lines[0]).toMatch(/^# yaml-language-server: \$schema=https:\/\/\S+policy\.schema\.json$/);
    expect(lines.filter((line) => line.includes("#")).length).toBeGreaterThan(12);
  });

  it("is valid for every use case and any name", () => {
    const property = fc.property(
      fc.string({ unit: "binary" }),
      fc.constantFrom(...useCases),
      fc.integer({ min: 1, max: 1e12 }),
      fc.integer({ min: 1, max: 90_000 }),
      (name, useCase, requestsPerMonth, tokens) => {
        const options = { ...OPTIONS, name, useCase, requestsPerMonth, inputTokens: tokens, outputTokens: tokens };
        const { policy, warnings } = valid(contentOf(".github/breakeven.yml", options));
        expect(warnings).toEqual([]);
        expect(policy.workloads[0]).toMatchObject({ useCase, volume: { requestsPerMonth } });
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it.each([
    ["Acme & Sons", "acme-sons"],
    ["null", "null"],
    ["3M", "3m"],
    ["***", "policy"],
    ["", "policy"],
  ])("makes %j the name %j", (name, expected) => {
    expect(valid(contentOf(".github/breakeven.yml", { ...OPTIONS, name })).policy.name).toBe(expected);
  });
});

describe("the starter workflow", () => {
  const workflow = parse(contentOf(".github/workflows/breakeven.yml"));

  it("runs on pull requests that change the policy, with the least permissions", () => {
    expect(workflow.on).toEqual({ pull_request: { paths: [".github/breakeven.yml"] } });
    expect(workflow.permissions).toEqual({ contents: "read", "pull-requests": "write" });
  });

  it("uses the action by its major version and tells how to pin it", () => {
    const uses = workflow.jobs.decide.steps.map((step: { readonly uses: string }) => step.uses);
    expect(uses).toEqual([expect.stringMatching(/^actions\/checkout@[0-9a-f]{40}$/), expect.stringMatching(/\/breakeven@v\d+$/)]);
    expect(contentOf(".github/workflows/breakeven.yml")).toContain("Pin the full commit SHA");
  });
});

it("the starter cdktf.json runs the installed program on the policy", () => {
  expect(JSON.parse(contentOf("cdktf.json"))).toEqual({
    language: "typescript",
    app: "breakeven synth .github/breakeven.yml --out cdktf.out",
    output: "cdktf.out",
    sendCrashReports: "false",
  });
});
