import { describe, expect, it } from "vitest";
import { catalog, evaluated, type PolicyObject, policy, workload } from "./support.ts";

function said(value: PolicyObject, id: string) {
  return evaluated(value).findings.filter((finding) => finding.id === id);
}

describe("a region whose instance prices are mostly unknown", () => {
  const kept = (region: string, change: PolicyObject = {}) =>
    policy([workload({ compliance: { data_may_leave: false } })], { region, ...change });

  it("is a warning where servers are chosen there: the least of few prices is not the least", () => {
    const priced = catalog.instances.filter(({ usdPerHour }) => usdPerHour["us-east-2"] !== undefined).length;
    const all = catalog.instances.filter(({ usdPerHour }) => Object.keys(usdPerHour).length > 0).length;
    expect(priced * 3).toBeLessThan(all);
    const text = `the price of only ${priced} of ${all} GPU instance types is known in us-east-2; another one may cost less: add prices.gpu`;
    expect(said(kept("us-east-2"), "few-instance-prices")).toEqual([expect.objectContaining({ level: "warning", text })]);
  });

  it("is a notice where an API was chosen, and nothing where no servers are asked for or most prices are known", () => {
    const open = policy([workload({ volume: { requests_per_day: 100 } })], { region: "us-east-2" });
    expect(said(open, "few-instance-prices")).toEqual([expect.objectContaining({ level: "notice" })]);
    const api = policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })], { region: "us-east-2" });
    expect(said(api, "few-instance-prices")).toEqual([]);
    expect(said(kept("us-east-1"), "few-instance-prices")).toEqual([]);
  });
});

describe("a region without any known instance price", () => {
  const text = "no price of a GPU instance type is known in ap-southeast-2, so own servers were not compared: add prices.gpu";

  it("is a warning where nothing else may serve: the reason is the catalog, not the policy alone", () => {
    const kept = policy([workload({ compliance: { data_may_leave: false } })], { region: "ap-southeast-2" });
    expect(said(kept, "few-instance-prices")).toEqual([expect.objectContaining({ level: "warning", text })]);
  });

  it("is a notice where an API serves, and nothing where no servers are asked for or the policy has a price", () => {
    const open = policy([workload()], { region: "ap-southeast-2" });
    expect(said(open, "few-instance-prices")).toEqual([expect.objectContaining({ level: "notice", text })]);
    const api = policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })], { region: "ap-southeast-2" });
    expect(said(api, "few-instance-prices")).toEqual([]);
  });
});

describe("a capacity block", () => {
  it("has one price for most regions: which region sells it is to be checked", () => {
    const own = policy([workload({ candidates: { open: ["qwen3-32b"] } })], {
      region: "eu-central-1",
      purchase: { gpu: "capacity_block" },
    });
    expect(said(own, "region-price-unproven")).toEqual([
      expect.objectContaining({
        level: "warning",
        text: expect.stringMatching(
          /^the price of a capacity block of p5en?\.48xlarge is one for most regions; check that eu-central-1 sells it/,
        ),
      }),
    ]);
  });
});

describe("a Bedrock price in a region that is not one of those it was read for", () => {
  const on = (model: string, region: string) => policy([workload({ candidates: { api: [model] } })], { region });

  it("is a warning with the model and the region", () => {
    expect(said(on("openai.gpt-oss-20b-1:0", "eu-central-1"), "region-price-unproven")).toEqual([
      expect.objectContaining({
        level: "warning",
        text: "requests: openai.gpt-oss-20b-1:0 is priced as in Bedrock's US regions; check that eu-central-1 offers it, and for how much",
      }),
    ]);
  });

  it("is none in a US region, for a profile with a price of its own, and elsewhere than on Bedrock", () => {
    expect(said(on("openai.gpt-oss-20b-1:0", "us-west-2"), "region-price-unproven")).toEqual([]);
    expect(said(on("eu.anthropic.claude-sonnet-5", "eu-central-1"), "region-price-unproven")).toEqual([]);
    expect(said(on("gpt-5.4-mini", "eu-central-1"), "region-price-unproven")).toEqual([]);
  });
});
