import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { airGappedConfig, allConfigs, hybridGatewayConfig } from "./configs.ts";
import { AREAS, areaLine, unheld } from "./rule-areas.ts";
import { RULES } from "./rules.ts";
import { synthesized } from "./stack-json.ts";
import { WAIVERS } from "./waivers.ts";

const stacks = Object.entries(allConfigs).map(([name, config]) => [name, synthesized(config)] as const);

/** Everything that any stack builds: the hybrid one, with the registry of the air gap. */
const hybrid = synthesized(hybridGatewayConfig);
const registry = synthesized(airGappedConfig).resource.aws_ecr_repository ?? {};
const everything = { ...hybrid, resource: { ...hybrid.resource, aws_ecr_repository: registry } };

describe.each(RULES.map((rule) => [`${rule.title} (${rule.ids})`, rule] as const))("%s", (_, rule) => {
  it("holds in every stack", () => {
    for (const [name, stack] of stacks) expect(rule.violations(stack), name).toEqual([]);
  });

  it("fires when it is broken", () => {
    const stack = structuredClone(everything);
    rule.spoil(stack);
    expect(rule.violations(stack)).not.toEqual([]);
  });
});

const readme = readFileSync(join(import.meta.dirname, "../../stacks/README.md"), "utf8");

describe("what public scanners ask for", () => {
  it.each(AREAS.map((area) => [area.name, area] as const))("is a rule or a waiver: %s", (_, area) => {
    expect(unheld(area)).toEqual([]);
    expect(readme.split("\n")).toContain(areaLine(area));
  });
});

describe("waivers", () => {
  it("are told to the reader with their reasons", () => {
    for (const [id, reason] of Object.entries(WAIVERS)) expect(readme).toContain(`${id} | ${reason}`);
  });
});
