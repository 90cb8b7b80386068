import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

const SONNET = "anthropic.claude-sonnet-5";
/** Has no profile of GovCloud. */
const HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0";

/** A policy in Frankfurt or Virginia whose requests may be processed in one place, with the profiles of one model as candidates. */
function decided(region: string, place: string) {
  const api = [`us.${SONNET}`, `global.${SONNET}`];
  return only(
    evaluated(policy([workload({ data_class: ["pii"], candidates: { api } })], { region, compliance: { data_residency: [place] } })),
  );
}

/**
 * Bedrock calls a model by a profile that says where requests may go: `us.`, `eu.`, or `global.`, which is anywhere.
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html.
 */
describe("a cross-region profile of Bedrock", () => {
  it("is the one of the policy's part of the world, never that of another", () => {
    expect(decided("us-east-1", "us").option).toMatchObject({ id: `api/bedrock/us.${SONNET}`, model: `us.${SONNET}` });
    expect(decided("eu-central-1", "eu").option).toMatchObject({ id: `api/bedrock/eu.${SONNET}`, model: `eu.${SONNET}` });
  });

  it("that is worldwide serves no policy that says where its data stays", () => {
    for (const [region, place] of [
      ["us-east-1", "us"],
      ["eu-central-1", "eu"],
    ] as const)
      expect(decided(region, place).rejected).toContainEqual(
        expect.objectContaining({
          option: `api/bedrock/global.${SONNET}`,
          rule: "data-residency",
          text: `the profile global.${SONNET} processes requests in any region; allowed: ${place}`,
        }),
      );
  });

  it("costs 10 % more than the worldwide one, which is what staying in one place costs", () => {
    // 500 and 200 tokens at 2.20 and 11.00 USD a million: 0.0011 + 0.0022 USD a request, a million times a month.
    const tokens = decided("eu-central-1", "eu").costLines.filter(({ unit }) => unit === "million tokens");
    expect(tokens.reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0)).toBeCloseTo(3300, 6);
  });

  it.each([
    ["us-gov-west-1", HAIKU, `the profile us.${HAIKU} is one of commercial regions; us-gov-west-1 is not`],
    ["ca-central-1", SONNET, `the profile us.${SONNET} is called from us; ca-central-1 lies in ca`],
  ])("that %s cannot call is no option, whether or not the policy says where its data stays", (region, model, text) => {
    const api = [`us.${model}`, "gpt-5.4-mini"];
    for (const compliance of [{}, { data_residency: ["us", "ca"] }]) {
      const { rejected } = only(evaluated(policy([workload({ candidates: { api } })], { region, compliance })));
      expect(rejected).toContainEqual(expect.objectContaining({ option: `api/bedrock/us.${model}`, rule: "callable-region", text }));
    }
  });

  it("of GovCloud is called in GovCloud alone, and serves no policy there that does not name the model", () => {
    const chosen = (change: PolicyObject) => only(evaluated(policy([workload(change)], { region: "us-gov-west-1" })));
    expect(chosen({ candidates: { api: [`us.${SONNET}`] } }).option?.model).toBe(`us-gov.${SONNET}`);
    const rejected = (change: PolicyObject) =>
      only(
        evaluated(policy([workload({ use_case: "internal_tools", candidates: undefined, ...change })], { region: "us-gov-west-1" })),
      ).rejected.filter(({ option, rule }) => option === `api/bedrock/us-gov.${SONNET}` && rule === "callable-region");
    // Sold there at a price of its own; what FedRAMP covers is another list.
    expect(rejected({})).toEqual([]);
    expect(rejected({ compliance: { regimes: ["fedramp_high"] } })).toMatchObject([
      { verdict: "unknown", text: `whether fedramp_high of Bedrock covers us-gov.${SONNET} in us-gov-west-1 is not known` },
    ]);
  });

  it("that is worldwide is called from every commercial region, and from no other", () => {
    const chosen = (region: string) => only(evaluated(policy([workload({ candidates: { api: [`global.${SONNET}`] } })], { region })));
    expect(chosen("sa-east-1").option?.model).toBe(`global.${SONNET}`);
    expect(chosen("us-gov-west-1").option).toBeNull();
  });

  it("is no proof of Bedrock in the sovereign cloud, whose models nobody listed", () => {
    const { option, rejected } = only(
      evaluated(policy([workload({ candidates: { api: ["openai.gpt-oss-20b-1:0"] } })], { region: "eusc-de-east-1" })),
    );
    expect(option).toBeNull();
    expect(rejected[0]).toMatchObject({
      rule: "callable-region",
      verdict: "unknown",
      text: "whether Bedrock offers openai.gpt-oss-20b-1:0 in eusc-de-east-1 is not known",
    });
  });
});

describe("a model of Bedrock in GovCloud, whose list is shorter than that of commercial regions", () => {
  const notes = (candidates: object | undefined) =>
    evaluated(
      policy([workload({ use_case: "internal_tools", data_class: ["phi"], candidates })], {
        region: "us-gov-east-1",
        compliance: { regimes: ["fedramp_high", "hipaa"] },
      }),
    );

  it("is not proven to be authorised there, or not even to be sold, so it serves no policy that does not name it", () => {
    const { option, rejected } = only(notes(undefined));
    expect(option?.route).not.toBe("bedrock");
    expect(rejected).toContainEqual(
      expect.objectContaining({
        rule: "callable-region",
        verdict: "unknown",
        text: "whether fedramp_high of Bedrock covers openai.gpt-oss-20b-1:0 in us-gov-east-1 is not known",
      }),
    );
    expect(rejected).toContainEqual(
      expect.objectContaining({ text: "whether Bedrock offers qwen.qwen3-32b-v1:0 in us-gov-east-1 is not known" }),
    );
  });

  it("is taken where the policy names it, with a warning to check where no price there is known", () => {
    const warned = (model: string) => {
      const named = notes({ api: [model] });
      expect(only(named).option?.model).toBe(model);
      return named.findings.some(({ id }) => id === "region-price-unproven");
    };
    expect([warned("qwen.qwen3-32b-v1:0"), warned("openai.gpt-oss-20b-1:0")]).toEqual([true, false]);
  });
});

describe("own servers in another partition of AWS", () => {
  const own = (region: string, compliance: object) => {
    const price = { id: "g6e.xlarge", region, usd_per_hour: 2.7, effective_from: "2026-01-01", source: "offer", checked: "2026-11-01" };
    const value = workload({ data_class: ["pii"], candidates: { open: ["qwen3-32b"] } });
    return only(evaluated(policy([value], { region, compliance, prices: { gpu: [price] } })));
  };

  it("are as private as anywhere: you run the model and hold the logs, so nobody needs to publish it", () => {
    const asks = { no_training: true, private_network: true, audit_log: "siem", zero_retention: true };
    for (const region of ["eusc-de-east-1", "us-gov-west-1", "us-east-1"]) expect(own(region, asks).path, region).toBe("self-host");
  });

  it("in GovCloud inherit what AWS attests of its infrastructure, under conditions", () => {
    const { path, conditions } = own("us-gov-west-1", { regimes: ["soc2", "iso27001", "pci_dss"] });
    expect(path).toBe("self-host");
    expect(conditions).toContain("Assess your part of PCI DSS: AWS attests the infrastructure only");
  });
});
