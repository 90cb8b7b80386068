import { describe, expect, it } from "vitest";
import { evaluated, only, type PolicyObject, policy, sumOf, workload } from "./support.ts";

/** A private way to a model on Bedrock, as `compliance.private_network` asks for it. */
const asking = (change: PolicyObject = {}) =>
  policy([workload({ candidates: { api: ["openai.gpt-oss-120b-1:0"] } })], { compliance: { private_network: true }, ...change });
const said = (value: PolicyObject) => evaluated(value).findings.filter(({ id }) => id === "private-network-unnamed");

describe("a private endpoint to Bedrock", () => {
  it("is billed in two subnets, 0.01 USD an hour each, before the network has a name, and the reader is told to name it", () => {
    expect(sumOf(only(evaluated(asking())), "bedrock-endpoint")).toBeCloseTo(2 * 730 * 0.01, 9);
    expect(said(asking())).toEqual([expect.objectContaining({ level: "warning", text: expect.stringContaining("declare deploy.vpc") })]);
  });

  it("is billed in the subnets of a named network, with nothing left to say", () => {
    const deploy = { vpc: { id: "vpc-0a1b2c3d", private_subnet_ids: ["subnet-0a", "subnet-0b", "subnet-0c"] } };
    expect(sumOf(only(evaluated(asking({ deploy }))), "bedrock-endpoint")).toBeCloseTo(3 * 730 * 0.01, 9);
    expect(said(asking({ deploy }))).toEqual([]);
  });

  it("is none where no requirement asks for it", () => {
    const open = policy([workload({ candidates: { api: ["openai.gpt-oss-120b-1:0"] } })]);
    expect(sumOf(only(evaluated(open)), "bedrock-endpoint")).toBe(0);
    expect(said(open)).toEqual([]);
  });
});
