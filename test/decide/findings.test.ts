import { describe, expect, it } from "vitest";
import { API_PRICE_LIMIT_DAYS, findApiModel } from "../../src/catalog/index.ts";
import { usd } from "../../src/decide/describe.ts";
import { AS_OF, catalog, evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

const MODEL = "gpt-5.4-mini";
const bought = (change: PolicyObject = {}) => workload({ candidates: { api: [MODEL] }, ...change });

function said(id: string, value: PolicyObject, asOf = AS_OF): readonly string[] {
  return evaluated(value, null, asOf)
    .findings.filter((finding) => finding.id === id)
    .map(({ text }) => text);
}

function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

describe("what a reader must know of an API", () => {
  it("is the age of its price once it is older than the catalog promises, said once for all workloads", () => {
    const checked = findApiModel(catalog, MODEL)?.prices.at(-1)?.checked ?? "";
    const two = policy([bought({ name: "one" }), bought({ name: "two" })]);
    const limit = API_PRICE_LIMIT_DAYS;
    expect(said("stale-price", two, daysAfter(checked, limit))).toEqual([]);
    expect(said("stale-price", two, daysAfter(checked, limit + 1))).toEqual([
      `the price of ${MODEL} was last checked ${limit + 1} days ago (${checked})`,
    ]);
    expect(evaluated(two).catalog.oldestPrice).toMatchObject({ id: MODEL, checked });
  });

  it("is that its model ends inside the horizon, and what follows it", () => {
    const ending = bought({ candidates: { api: ["gpt-4.1-mini"] }, current: { path: "api", model: "gpt-4.1-mini" } });
    const text =
      "requests: gpt-4.1-mini is shut down on 2027-01-14, inside the horizon; successor gpt-6-luna; later months are priced at its last price";
    expect(said("shutdown-in-horizon", policy([ending]))).toEqual([`${text}; at that of gpt-6-luna the policy costs $1,071 a month`]);
    // Two months from 21 November are those of November and December.
    expect(said("shutdown-in-horizon", policy([ending], { horizon_months: 2 }))).toEqual([]);
    expect(said("shutdown-in-horizon", policy([ending], { horizon_months: 3 }))).toEqual([text]);
    const alone = bought({ candidates: { api: ["gemini-3.1-flash-lite"] }, current: { path: "api", model: "gemini-3.1-flash-lite" } });
    expect(said("shutdown-in-horizon", policy([alone]))[0]).toContain(
      "is shut down on 2027-05-07, inside the horizon; no successor is known",
    );
  });

  it("is the busiest minute where it holds two million tokens", () => {
    // 700 tokens a request, half as many again in the worst minute: 83.43 million requests a month are 2,000,000 tokens in it.
    const at = (requests: number) =>
      policy([bought({ volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 } })]);
    expect(said("api-rate-limit-unproven", at(83_420_000))).toEqual([]);
    expect(said("api-rate-limit-unproven", at(83_430_000))).toEqual([
      "requests: the busiest minute holds 2,000,000 tokens; check that your account's limit allows it",
    ]);
    expect(said("api-rate-limit-unproven", at(123_456_789))[0]).toContain("holds 2,960,000 tokens");
  });

  it("is that nobody promises its latency, where the policy asks for one", () => {
    const text = ["requests: the catalog holds no dated latency of APIs; measure the promise on the provider"];
    expect(said("api-latency-unproven", policy([bought({ latency: { ttft_ms_p95: 800 } })]))).toEqual(text);
    expect(said("api-latency-unproven", policy([bought({ latency: { tpot_ms_p95: 50 } })]))).toEqual(text);
    expect(said("api-latency-unproven", policy([bought()]))).toEqual([]);
    const own = workload({ candidates: { open: ["qwen3-32b"] }, latency: { tpot_ms_p95: 50 } });
    expect(said("api-latency-unproven", policy([own]))).toEqual([]);
  });

  it("is that training is not in the bill, where the policy does not say with what", () => {
    const trained = (needs: PolicyObject) => policy([workload({ candidates: { open: ["qwen3-32b"] }, needs })]);
    expect(said("training-not-priced", trained({ customization: "lora" }))).toEqual([
      "requests: training for lora is not priced; declare needs.fine_tuning",
    ]);
    expect(said("training-not-priced", trained({ customization: "prompt" }))).toEqual([]);
  });
});

describe("a split that nobody allowed", () => {
  const busy = (requests_per_month: number, change: PolicyObject = {}) =>
    policy([workload({ volume: { requests_per_month, hourly_profile: "business_hours", peak_to_average: 4 }, ...change })]);
  const monthlyUsd = (asked: PolicyObject) => evaluated(asked).decision.monthlyCostUsd?.expected ?? 0;

  it.each([40_000_000, 200_000_000])(
    "is said with what it would save, where the policy does not say what the data is: %i requests",
    (requests) => {
      const declared = busy(requests, { data_class: ["none"] });
      const savingUsd = monthlyUsd(busy(requests)) - monthlyUsd(declared);

      expect(evaluated(declared).decision.path).toBe("hybrid");
      expect(said("overflow-not-considered", busy(requests))).toEqual([
        `requests: servers for the base of the load with an API for its peaks would cost about ${usd(savingUsd)} a month less; they were not considered, as nothing says what the data is: declare data_class, or compliance.data_may_leave: true`,
      ]);
      expect(said("overflow-not-considered", declared)).toEqual([]);
    },
  );

  it("is not said where it would not be recommended: no servers, no API, or what runs today saves too little", () => {
    expect(said("overflow-not-considered", busy(10_000))).toEqual([]);
    expect(said("overflow-not-considered", busy(400_000_000, { candidates: { open: ["qwen3-32b"] } }))).toEqual([]);
  });
});

describe("servers that could follow the week", () => {
  const busy = (requests_per_month: number, change: PolicyObject = {}, hourly_profile = "business_hours") =>
    policy([workload({ volume: { requests_per_month, hourly_profile, peak_to_average: 2 }, data_class: ["none"] })], change);
  const decided = (asked: PolicyObject) => {
    const { path, monthlyCostUsd } = evaluated(asked).decision;
    return { path, usd: monthlyCostUsd?.expected ?? 0 };
  };

  it.each([20_000_000, 200_000_000])("are said with what they would cost: %i requests", (requests) => {
    const [always, weekly] = [decided(busy(requests)), decided(busy(requests, { purchase: { gpu_schedule: "weekly" } }))];

    expect([always.path, weekly.path]).toEqual(["hybrid", "self-host"]);
    expect(said("schedule-saves", busy(requests))).toEqual([
      `servers that follow the hours of the week would cost about ${usd(weekly.usd)} a month in all on the path self-host, ${usd(always.usd - weekly.usd)} less: declare purchase.gpu_schedule: weekly, if AWS can be counted on to start them again each day`,
    ]);
  });

  it.each([
    ["they do already", { purchase: { gpu_schedule: "weekly" } }, undefined],
    ["the hours are paid whether they run or not", { purchase: { gpu: "savings_plan", gpu_discount_ratio: 0.3 } }, undefined],
    ["the capacity is reserved", { deploy: { reserved_capacity: true } }, undefined],
    ["every hour is alike", {}, "flat"],
  ])("are not where %s", (_, change, profile) => {
    expect(said("schedule-saves", busy(200_000_000, change, profile))).toEqual([]);
  });

  it.each([300_000, 3_000_000, 12_000_000, 16_000_000])(
    "are said where they cost over two per cent less, and nowhere else: %i requests",
    (requests) => {
      const [always, weekly] = [decided(busy(requests)), decided(busy(requests, { purchase: { gpu_schedule: "weekly" } }))];
      expect(said("schedule-saves", busy(requests)).length).toBe(weekly.usd < always.usd * 0.98 ? 1 : 0);
    },
  );

  it("are not where an API costs less all the same", () => {
    expect(decided(busy(1_000_000)).path).toBe("api");
    expect(said("schedule-saves", busy(1_000_000))).toEqual([]);
  });
});

describe("bulk work that may wait", () => {
  const bulk = (change: PolicyObject = {}, tokens: PolicyObject = {}) =>
    bought({
      use_case: "bulk_processing",
      volume: { requests_per_month: 3_000_000 },
      tokens: { input: 1_000, output: 200, ...tokens },
      ...change,
    });

  it("is said with what it would cost at the prices of batches", () => {
    const usdOf = (asked: PolicyObject) => evaluated(policy([asked])).decision.monthlyCostUsd?.expected ?? 0;
    const [now, later] = [usdOf(bulk()), usdOf(bulk({}, { batch_ratio: 1 }))];

    expect(said("batch-saves", policy([bulk()]))).toEqual([
      `requests: requests that may wait up to 24 hours would cost about ${usd(later)} a month in all, ${usd(now - later)} less: declare tokens.batch_ratio: 1, or the share of them`,
    ]);
    expect(later).toBeLessThan(0.6 * now);
  });

  it("is not where the policy says how much of it may, promises a latency, or serves people", () => {
    expect(said("batch-saves", policy([bulk({}, { batch_ratio: 0 })]))).toEqual([]);
    expect(said("batch-saves", policy([bulk({ latency: { ttft_ms_p95: 800 } })]))).toEqual([]);
    expect(said("batch-saves", policy([bulk({ use_case: "customer_facing" })]))).toEqual([]);
  });

  it("names all of it, and counts no other workload as bulk", () => {
    const [one, two, chat] = [bulk({ name: "one" }), bulk({ name: "two" }), bulk({ name: "chat", use_case: "customer_facing" })];
    const waiting = [bulk({ name: "one" }, { batch_ratio: 1 }), bulk({ name: "two" }, { batch_ratio: 1 }), chat];
    const usdOf = (asked: readonly PolicyObject[]) => evaluated(policy(asked)).decision.monthlyCostUsd?.expected ?? 0;
    const saving = usdOf([one, two, chat]) - usdOf(waiting);

    const [text] = said("batch-saves", policy([one, two, chat]));
    expect(text).toMatch(/^one, two: /);
    expect(text).toContain(`${usd(saving)} less`);
  });
});

describe("what serves a workload today", () => {
  const rival = "gpt-6-luna";
  const price = (id: string, input: number, output: number) => ({
    id,
    effective_from: "2026-01-01",
    input_usd_per_mtok: input,
    output_usd_per_mtok: output,
    source: "contract",
    checked: "2026-11-01",
  });
  /** 1,000,000 requests of 500 / 200 tokens at 1 and 4 dollars: 1,300 dollars; the rival costs `ratio` of that. */
  const reasons = (ratio: number) => {
    const today = bought({ candidates: { api: [MODEL, rival] }, current: { path: "api", model: MODEL } });
    const evaluation = evaluated(policy([today], { prices: { api: [price(MODEL, 1, 4), price(rival, ratio, 4 * ratio)] } }));
    const decision = only(evaluation);
    return {
      model: decision.option?.model,
      texts: decision.reasons.filter(({ rule }) => rule.startsWith("switch")).map(({ text }) => text),
    };
  };

  it("stays for a saving under a tenth of its bill", () => {
    expect(reasons(0.95)).toEqual({
      model: MODEL,
      texts: [`${MODEL} stays: leaving it would save $65 a month, under the 10 % of requests's bill that a migration must earn`],
    });
  });

  it("is left for more, and says for how much", () => {
    expect(reasons(0.5)).toEqual({
      model: rival,
      texts: [`leaving ${MODEL} saves $650 a month, more than the 10 % that a migration must earn`],
    });
    expect(reasons(2)).toEqual({ model: MODEL, texts: [] });
  });
});
