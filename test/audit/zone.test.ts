import { expect, it } from "vitest";
import { evaluated, policy, workload } from "../decide/support.ts";

const DOMAIN = {
  domain: "llm.example.com",
  certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
};

it.each([
  ["own servers", { candidates: { open: ["qwen3-32b"] } }, {}],
  ["a gateway before an API", { candidates: { api: ["gpt-5.4-mini"] } }, { gateway: "litellm" }],
])("the private zone of a domain before %s is on the bill, as it is in the stack", (_, candidates, gateway) => {
  const usd = (deploy: object) => evaluated(policy([workload(candidates)], { deploy })).decision.monthlyCostUsd?.expected ?? Number.NaN;
  expect(usd({ ...DOMAIN, ...gateway }) - usd(gateway)).toBeCloseTo(0.5, 9);
});
