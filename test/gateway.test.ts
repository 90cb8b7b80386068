import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../src/catalog/index.ts";
import { evaluate } from "../src/evaluate.ts";
import { gatewayServices, gatewayShape, isRestricted } from "../src/gateway.ts";
import { toStackConfig } from "../src/stack-config.ts";

const POLICY = `version: 1
name: two-sides
region: us-east-1
workloads:
  - name: records
    data_class: [phi]
    volume: { requests_per_day: 400000 }
    tokens: { input: 2000, output: 500 }
    compliance: { data_may_leave: false }
    candidates: { api: [], open: [gpt-oss-20b] }
  - name: public-chat
    volume: { requests_per_day: 2000 }
    tokens: { input: 500, output: 200 }
    candidates: { api: [gpt-5.4-mini], open: [] }
`;

/** The policy's chat is split: own servers for its base, an API for the rest. */
const SPLIT = readFileSync(join(import.meta.dirname, "golden", "split", "policy.yml"), "utf8");

function built(deploy: string, policy = POLICY) {
  const { config, lines } = stackOf(deploy, policy);
  if (config === null) throw new Error("not built");
  return { config, lines };
}

function stackOf(deploy: string, policy: string) {
  const result = evaluate({
    path: "p.yml",
    text: `${policy}${deploy}`,
    files: {},
    base: null,
    catalog: loadCatalog(),
    asOf: "2026-11-21",
    engineVersion: "0",
  });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics));
  const stack = toStackConfig(result.evaluation, result.document.policy);
  const lines = new Map<string, number>();
  for (const { costLines } of result.evaluation.decision.workloads)
    for (const { id, quantity } of costLines) lines.set(id, (lines.get(id) ?? 0) + quantity);
  return { config: stack.kind === "stack" ? stack.config : null, text: stack.kind === "stack" ? null : stack.text, lines };
}

describe("the size of a gateway", () => {
  const own = { own: true, restricted: true };
  const bought = { own: false, restricted: false };

  it("is none on one side unless it is asked for, and two services where both kinds of routes meet", () => {
    expect(gatewayShape(null, [own, own])).toBeNull();
    expect(gatewayShape(null, [bought])).toBeNull();
    expect(gatewayShape("none", [own, bought])).toBeNull();
    expect(gatewayShape("litellm", [bought])).toEqual({ open: true, restricted: false, workloads: 1 });
    expect(gatewayServices(gatewayShape(null, [own, bought]))).toBe(2);
  });

  it("counts a restricted workload at a provider as open: its provider was chosen for it", () => {
    expect(gatewayShape("litellm", [{ own: false, restricted: true }])).toEqual({ open: true, restricted: false, workloads: 1 });
  });

  it.each([
    [{ dataClasses: ["pii"], dataMayLeave: undefined, airGapped: undefined }, true],
    [{ dataClasses: ["none"], dataMayLeave: false, airGapped: undefined }, true],
    [{ dataClasses: [], dataMayLeave: true, airGapped: true }, true],
    [{ dataClasses: ["none"], dataMayLeave: true, airGapped: false }, false],
  ])("%j is restricted: %s", (sensitivity, restricted) => {
    expect(isRestricted(sensitivity)).toBe(restricted);
  });
});

describe("a policy with both sides", () => {
  it("is billed for the gateway that is built: two services of two tasks, a key for each workload", () => {
    const { config, lines } = built("");
    expect(config.path).toBe("hybrid");
    expect(config.gateway?.routes.map(({ workload, restricted, guarded }) => [workload, restricted, guarded])).toEqual([
      ["records", true, false],
      ["public-chat", false, true],
    ]);
    expect(lines.get("gateway-cpu")).toBeCloseTo(4 * 730, 6);
    expect(lines.get("gateway-memory")).toBeCloseTo(8 * 730, 6);
    expect(lines.get("gateway-keys")).toBeCloseTo(2, 6);
  });

  it("is not billed for a gateway that it does without", () => {
    const { config, lines } = built("deploy: { gateway: none }\n");
    expect(config.gateway).toBeNull();
    expect([...lines.keys()].filter((id) => id.startsWith("gateway"))).toEqual([]);
  });

  it("is not billed for NAT and endpoints of a network that it brings", () => {
    const { lines } = built("deploy: { vpc: { id: vpc-1, private_subnet_ids: [subnet-1, subnet-2] } }\n");
    expect(built("").lines.get("nat-gateways")).toBeGreaterThan(0);
    for (const id of ["nat-gateways", "public-ipv4", "private-endpoints"]) expect(lines.has(id), id).toBe(false);
  });
});

describe("the limits of a workload behind a gateway", () => {
  /** 30,000 requests a day, 20.8 in the mean minute of the first month. */
  function limits(volume: string, horizonMonths = 12) {
    const policy = `version: 1
name: limits
region: us-east-1
horizon_months: ${horizonMonths}
workloads:
  - name: chat
    volume: { requests_per_day: 30000, ${volume} }
    tokens: { input: 500, output: 200 }
    candidates: { api: [gpt-5.4-mini], open: [] }
`;
    const [route] = built("deploy: { gateway: litellm }\n", policy).config.gateway?.routes ?? [];
    if (route?.target.kind !== "provider") throw new Error("not bought");
    return { perMinute: route.requestsPerMinute, dailyBudgetUsd: route.target.dailyBudgetUsd ?? 0 };
  }
  const mean = 30_000 / 1440;

  it("leave room for the first month of one that shrinks", () => {
    expect(limits("growth_ratio_per_month: -0.08", 24).perMinute).toBe(Math.ceil(mean * 10));
  });

  it("leave room for the last month of one that grows, in requests and in dollars", () => {
    const flat = limits("growth_ratio_per_month: 0", 24);
    const grown = limits("growth_ratio_per_month: 0.1", 24);
    expect(grown.perMinute / flat.perMinute).toBeCloseTo(1.1 ** 23, 1);
    expect(grown.dailyBudgetUsd / flat.dailyBudgetUsd).toBeCloseTo(1.1 ** 23, 1);
  });

  it("leave room for the sharpest hour that the policy declares", () => {
    const nightly = Array.from({ length: 24 }, (_, hour) => (hour === 2 ? 1 : 0)).join(", ");
    const worst = mean * 24 * 2;
    const { perMinute } = limits(`hourly_profile: { weights: [${nightly}], weekend_ratio: 1 }, peak_to_average: 2`);
    expect(perMinute).toBeGreaterThan(worst);
    expect(perMinute).toBe(Math.ceil(worst * 2));
  });
});

describe("a policy with a split", () => {
  it("has a gateway of one service, and is billed for it, although the class of its data is sensitive", () => {
    const { config, lines } = built("", SPLIT);
    expect(config.gateway?.routes).toMatchObject([
      { workload: "chat", restricted: false, guarded: false, spills: true, target: { kind: "fleet" }, fallbacks: [{ kind: "provider" }] },
    ]);
    expect(lines.get("gateway-cpu")).toBeCloseTo(2 * 730, 6);
    expect(lines.get("gateway-keys")).toBeCloseTo(1, 6);
  });

  it("lets the API take three mean days of the planned overflow, and all requests for two hours of an outage", () => {
    const { config, lines } = built("", SPLIT);
    const [target] = config.gateway?.routes[0]?.fallbacks ?? [];
    if (target?.kind !== "provider") throw new Error("no overflow");
    // Over the twelve months of the horizon 100 million requests a month grow by 2 % each: a mean factor of (1.02 ** 12 - 1) / 0.02 / 12 = 1.118.
    const millions = 100 * 1.118;
    const monthUsd = millions * (500 * (target.inputUsdPerMTok ?? 0) + 200 * (target.outputUsdPerMTok ?? 0));
    const overflowUsd =
      (lines.get("overflow-input-tokens") ?? 0) * (target.inputUsdPerMTok ?? 0) +
      (lines.get("overflow-output-tokens") ?? 0) * (target.outputUsdPerMTok ?? 0);
    expect(overflowUsd).toBeGreaterThan(0);
    expect(overflowUsd).toBeLessThan(monthUsd);
    const threeDays = (usd: number) => (usd / (365 / 12)) * 3;
    // Days of the largest month, the last one.
    const expected = ((threeDays(overflowUsd) + (threeDays(monthUsd) * 2) / 24) * 1.02 ** 11) / 1.118;
    expect((target.dailyBudgetUsd ?? 0) / expected).toBeCloseTo(1, 1);
  });

  it("is refused where the policy wants no gateway", () => {
    const { config, text } = stackOf("deploy: { gateway: none }\n", SPLIT);
    expect(config).toBeNull();
    expect(text).toContain('"chat" is split between own servers and an API');
  });
});
