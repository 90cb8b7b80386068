import { describe, expect, it } from "vitest";
import { API_PEOPLE, DAYS_PER_MONTH, HOURS_PER_MONTH, SELF_HOST_PEOPLE, SWITCH_THRESHOLD_RATIO } from "../../../src/decide/defaults.ts";
import { referenceGpuBill } from "../../../src/decide/reference/cost.ts";
import { monthlyHours, REFERENCE_EFFORT } from "../../../src/decide/reference/tables.ts";
import { evaluated, only, type PolicyObject, policy, sumOf, workload } from "../support.ts";

const served = (change: PolicyObject, policyChange: PolicyObject = {}) => only(evaluated(policy([workload(change)], policyChange)));
const own = (change: PolicyObject = {}, policyChange: PolicyObject = {}) =>
  served({ candidates: { open: ["qwen3-32b"] }, ...change }, policyChange);
const api = (change: PolicyObject = {}, policyChange: PolicyObject = {}) =>
  served({ candidates: { api: ["gpt-5.4-mini"] }, ...change }, policyChange);
const ids = (decision: ReturnType<typeof own>) => decision.costLines.map(({ id }) => id);
const tokens = (input: number, output: number) => ({ tokens: { input, output, cached_input_ratio: 0 } });

describe("one month for both sides", () => {
  it("has 730 hours, which is 30.42 days, for tokens and for instances alike (C7)", () => {
    expect(HOURS_PER_MONTH).toBe(730);
    expect(DAYS_PER_MONTH).toBeCloseTo(365 / 12, 6);
    const hours = own().costLines.find(({ id }) => id === "gpu-instances");
    expect((hours?.quantity ?? 0) % 730).toBe(0);
    const daily = api({ volume: { requests_per_day: 1000, hourly_profile: "flat" } });
    expect(daily.requestsPerMonth).toBeCloseTo(1000 * (730 / 24), 6);
  });
});

describe("the bill of an API", () => {
  it("is linear in input and in output tokens, each at its own price", () => {
    const bill = (input: number, output: number) => sumOf(api(tokens(input, output)), "input-tokens", "output-tokens");
    expect(bill(1000, 400)).toBeCloseTo(2 * bill(500, 200), 6);
    expect(bill(1000, 200) - bill(500, 200)).toBeCloseTo(sumOf(api(tokens(500, 200)), "input-tokens"), 6);
    expect(bill(500, 400) - bill(500, 200)).toBeCloseTo(sumOf(api(tokens(500, 200)), "output-tokens"), 6);
  });

  it("is more than its tokens: keys, alarms, metrics, encryption and people's time", () => {
    const decision = api();
    expect(ids(decision)).toEqual(expect.arrayContaining(["provider-secrets", "api-alarms", "people-api", "set-up-api", "kms-key"]));
    expect(sumOf(decision)).toBeGreaterThan(sumOf(decision, "input-tokens", "output-tokens"));
  });

  it("grows with the volume over the horizon, and says what the first and the last month cost", () => {
    const { decision } = evaluated(
      policy([
        workload({
          candidates: { api: ["gpt-5.4-mini"] },
          volume: { requests_per_month: 1e6, growth_ratio_per_month: 0.1, hourly_profile: "flat" },
        }),
      ]),
    );
    expect(decision.lastMonthUsd ?? 0).toBeGreaterThan(2 * (decision.firstMonthUsd ?? 0));
  });
});

describe("the bill of own servers", () => {
  it("names instances, disks, weights, network, logs, monitoring, operation and set-up, and adds them up", () => {
    const decision = own();
    expect(ids(decision)).toEqual(
      expect.arrayContaining([
        "gpu-instances",
        "disks",
        "weights-storage",
        "load-balancer",
        "nat-gateways",
        "logs",
        "server-alarms",
        "server-metrics",
        "people-self-host",
        "set-up-self-host",
      ]),
    );
    expect(sumOf(decision)).toBeCloseTo(decision.monthlyCostUsd?.expected ?? 0, 2);
  });

  it("is never without people, whatever the team", () => {
    for (const ml_ops of ["none", "part_time", "dedicated"])
      expect(sumOf(own({}, { team: { ml_ops } }), "people-self-host"), ml_ops).toBeGreaterThan(1000);
  });

  it("rises in steps: whole instances, and more of them with the load", () => {
    const instances = (requests: number) =>
      own({ volume: { requests_per_month: requests, hourly_profile: "flat" } }).option?.instances ?? 0;
    expect([instances(1e6), instances(1e8)].every(Number.isInteger)).toBe(true);
    expect(instances(1e8)).toBeGreaterThan(instances(1e6));
  });

  it("bills every hour that an instance stands, where the framework bills 70 % of them (C8)", () => {
    const line = own().costLines.find(({ id }) => id === "gpu-instances");
    expect(line?.quantity).toBe(730 * (own().option?.instances ?? 0));
    expect(referenceGpuBill(4, 2.5, 1).computeUsd / referenceGpuBill(4, 2.5).computeUsd).toBeCloseTo(1.429, 3);
  });

  it("lets the hourly rate of people be set, on either side", () => {
    const people = (rate: number) => sumOf(own({}, { team: { ml_ops: "dedicated", hourly_rate_usd: rate } }), "people-self-host");
    expect(people(190)).toBeCloseTo(2 * people(95), 6);
    expect(sumOf(api({}, { team: { hourly_rate_usd: 190 } }), "people-api")).toBeCloseTo(
      2 * sumOf(api({}, { team: { hourly_rate_usd: 95 } }), "people-api"),
      6,
    );
  });

  it("spreads the set-up over the horizon", () => {
    const setUp = (horizon_months: number) => sumOf(own({}, { horizon_months, team: { ml_ops: "dedicated" } }), "set-up-self-host");
    expect(setUp(12)).toBeCloseTo((SELF_HOST_PEOPLE.dedicated.setUp * 95) / 12, 2);
    expect(setUp(24)).toBeCloseTo(setUp(12) / 2, 6);
  });

  it("depends on the card: the same model on another instance has another price", () => {
    expect(own({ candidates: { open: ["llama-3.3-70b-instruct"] } }).option?.instanceType).not.toBe(
      own({ candidates: { open: ["llama-3.1-8b-instruct"] } }).option?.instanceType,
    );
  });
});

describe("hours", () => {
  it("of either side are the framework's effort: 8.7 a month for an API, 43 to 87 for own servers, 1 hour against 1 to 4 weeks of set-up", () => {
    expect(API_PEOPLE.monthly.expected).toBeCloseTo(monthlyHours(REFERENCE_EFFORT.api.hoursPerWeek.from), 1);
    expect(API_PEOPLE.setUp).toBe(REFERENCE_EFFORT.api.setUpHours.from);
    const { hoursPerWeek, setUpHours } = REFERENCE_EFFORT["self-host"];
    expect(SELF_HOST_PEOPLE.dedicated.monthly.expected).toBe(Math.round(monthlyHours(hoursPerWeek.from)));
    expect(SELF_HOST_PEOPLE.none.monthly.expected).toBe(Math.round(monthlyHours(hoursPerWeek.to)));
    expect(SELF_HOST_PEOPLE.dedicated.setUp).toBeGreaterThanOrEqual(setUpHours.from);
    expect(SELF_HOST_PEOPLE.part_time.setUp).toBeLessThanOrEqual(setUpHours.to);
  });
});

describe("a comparison", () => {
  it("states the saving against the other side with its direction, whoever wins", () => {
    const text = (change: PolicyObject) =>
      served(change, { team: { ml_ops: "dedicated" } }).reasons.find(({ rule }) => rule === "cost")?.text ?? "";
    expect(text({})).toMatch(/^gpt-5.4-mini by the token costs \$[\d,]+ a month less than qwen3-32b on own instances, people included$/);
    expect(text({ volume: { requests_per_month: 3e8, hourly_profile: "flat" } })).toMatch(
      /^qwen3-32b on own instances costs \$[\d,]+ a month less than gpt-5.4-mini by the token/,
    );
  });

  it("has a break-even that the declared growth reaches in a month with a name", () => {
    const growing = served(
      { volume: { requests_per_month: 1e6, growth_ratio_per_month: 0.1, hourly_profile: "flat" } },
      { team: { ml_ops: "dedicated" } },
    );
    expect(growing.path).toBe("api");
    expect(growing.breakEven?.requestsPerMonth ?? 0).toBeGreaterThan(1e6);
    const months = Math.ceil(Math.log((growing.breakEven?.requestsPerMonth ?? 0) / 1e6) / Math.log(1.1));
    const at = new Date(Date.UTC(2026, 10 + months, 1)).toISOString().slice(0, 7);
    expect(growing.breakEven?.reachedOn).toBe(at);
  });

  it("keeps what runs today unless the saving is a tenth of the bill", () => {
    expect(SWITCH_THRESHOLD_RATIO).toBe(0.1);
  });

  it("tells to check the account's limit when the busiest minute holds millions of tokens, and not before", () => {
    const findings = (requests: number) =>
      evaluated(
        policy([
          workload({
            candidates: { api: ["gpt-5.4-mini"] },
            volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 2 },
          }),
        ]),
      ).findings.filter(({ id }) => id === "api-rate-limit-unproven");
    expect(findings(1_000_000)).toEqual([]);
    expect(findings(1e8)[0]?.text).toBe("requests: the busiest minute holds 3,200,000 tokens; check that your account's limit allows it");
    expect(findings(1e8)[0]?.line).not.toBeNull();
  });
});
