import { describe, expect, it } from "vitest";
import { fleetsOf, fleetUnder, namesOf, splitOf, summaryOf } from "../../src/decide/describe.ts";
import type { WorkloadFacts } from "../../src/decide/facts.ts";
import type { SizedFleet } from "../../src/decide/fleet.ts";
import type { Flips } from "../../src/decide/flips.ts";
import type { SelfHostOption } from "../../src/decide/options.ts";
import type { PricedPortfolio } from "../../src/decide/portfolio.ts";
import type { SearchResult } from "../../src/decide/search.ts";
import type { Choice, SplitOption } from "../../src/decide/split.ts";
import { overflowConditions, simplerReason, splitReason } from "../../src/decide/split-reasons.ts";
import { asking, offerOf } from "./fleet-support.ts";

const host = (id: string) =>
  ({ kind: "self-host", candidate: { id: `self-host/${id}`, model: { id }, route: { id: "aws" } } }) as unknown as SelfHostOption;
const API = {
  kind: "api",
  candidate: { id: "api/acme/a", kind: "api", model: { id: "a", provider: "acme" }, route: { id: "acme-api" } },
} as unknown as SplitOption["overflow"];
const SPLIT: SplitOption = { kind: "split", base: host("m"), overflow: API };

const option = (rate: number) => ({
  configuration: { model: { id: "m" }, gpu: { id: "g", name: "Card G" }, tensorParallel: 2, precision: "fp8", kvPrecision: "bf16" },
  capacity: {
    requestsPerSecond: { expected: rate },
    ttftMsP95: 300,
    tpotMsP95: 20,
    concurrency: 8,
    limitedBy: "memory",
    confidence: "high",
    measured: null,
  },
  memory: { weightsGiB: 10 },
  flags: ["--x"],
});

/** Two replicas of two GPUs on each of two instances, three in the last month. */
function fleet(workloads: readonly WorkloadFacts[], change: object = {}): SizedFleet {
  const shown = option(2);
  return {
    model: { id: "m", hubRepo: "org/m", checkpoints: [{ precision: "fp8", hubRepo: "org/m-fp8" }], gatedDownload: true },
    tenants: workloads.map((workload, at) => ({ workload, table: { options: new Map([["k", { first: at === 1 ? shown : option(2) }]]) } })),
    key: "k",
    option: shown,
    offer: offerOf("g.four", 7, { gpuCount: 4 }),
    replicasPerInstance: 2,
    instancesByMonth: [2, 4, 3],
    schedule: null,
    overflowShares: new Map(),
    minimumInstances: 1,
    busyReplicas: { mean: 1, peak: 3 },
    ...change,
  } as unknown as SizedFleet;
}

const [one, two, tuned] = [
  asking(1, { name: "one" }),
  asking(1, { name: "two" }),
  asking(1, { name: "tuned", customization: "full_finetune" }),
];

describe("a fleet as it is published", () => {
  it("has its sizes, its checkpoint and how busy it is", () => {
    expect(fleetsOf([fleet([one])])).toMatchObject([
      {
        id: "m/fp8/g.four/tp2",
        model: "m",
        hubRepo: "org/m-fp8",
        gatedDownload: true,
        weightsGiB: 20,
        gpu: "Card G",
        gpuCountPerInstance: 4,
        instances: { first: 2, last: 3, minimum: 1 },
        schedule: null,
        usdPerInstanceHour: 7,
        // One of four replicas in the mean, three in the worst minute.
        utilisationRatio: { mean: 0.25, peak: 0.75 },
        capacity: {
          requestsPerSecondPerReplica: 2,
          ttftMsP95: 300,
          tpotMsP95: 20,
          concurrency: 8,
          limitedBy: "memory",
          confidence: "high",
        },
        vllmFlags: ["--x"],
        workloads: ["one"],
      },
    ]);
    const [plain] = fleetsOf([fleet([one])]);
    for (const key of ["ownWeights", "owned", "spotAlternative"]) expect(plain).not.toHaveProperty(key);
    expect(plain?.capacity).not.toHaveProperty("workload");
    expect(fleetsOf([fleet([one], { model: { id: "m", hubRepo: "org/m", checkpoints: [], gatedDownload: false } })])[0]?.hubRepo).toBe(
      "org/m",
    );
  });

  it("that follows the week is as busy as what runs on average", () => {
    // Two on 120 hours of weekdays, one on 48 of weekends: 1.714 instances of two replicas.
    const schedule = Array.from({ length: 48 }, (_, slot) => (slot < 24 ? 2 : 1));
    const [shown] = fleetsOf([fleet([one], { schedule })]);
    expect(shown?.utilisationRatio.mean).toBeCloseTo(1 / (2 * ((120 * 2 + 48) / 168)), 9);
    expect(shown?.schedule).toHaveLength(2);
  });

  it("says whose requests its capacity is for where several share it", () => {
    expect(fleetsOf([fleet([one, two])])[0]?.capacity.workload).toBe("two");
    expect(fleetUnder(two, [fleet([one]), fleet([two], { key: "mine" })])?.key).toBe("mine");
    expect(fleetUnder(tuned, [fleet([one])])).toBeUndefined();
  });

  it("is told apart from another on the same configuration, and by its own weights", () => {
    const names = (...fleets: readonly SizedFleet[]) => fleetsOf(fleets).map(({ id }) => id.replace("m/fp8/g.four/tp2", "it"));
    expect(names(fleet([one]), fleet([two, one]))).toEqual(["it/for-one", "it/for-two"]);
    expect(names(fleet([tuned]), fleet([one]))).toEqual(["it/of-tuned", "it"]);
    expect(fleetsOf([fleet([tuned])])[0]?.ownWeights).toBe(true);
    expect(names(fleet([one]), fleet([two], { offer: offerOf("g.eight", 1) }))).toEqual(["it", "m/fp8/g.eight/tp2"]);
  });
});

describe("what serves a workload, in short", () => {
  it("is a fleet at its largest, a bought model, or both", () => {
    const own = {
      kind: "self-host",
      model: "m",
      gpu: "g",
      instanceType: "g.four",
      replicas: 8,
      instances: 4,
      tensorParallel: 2,
      precision: "fp8",
    };
    const bought = { id: "api/acme/a", kind: "api", model: "a", route: "acme-api", provider: "acme" };
    expect(summaryOf(host("m"), one, [fleet([one])])).toMatchObject({ id: "self-host/m/fp8/g.four/tp2", ...own });
    expect(summaryOf(API, one, [])).toEqual(bought);
    expect(summaryOf(SPLIT, one, [fleet([one])])).toMatchObject({ id: "hybrid/m/fp8/g.four/tp2+api/acme/a", ...own, overflow: bought });
    expect(namesOf({ assignment: [SPLIT, host("b"), API] } as unknown as PricedPortfolio)).toBe("a + b + m");
  });

  it("has shares of its requests on servers and on the API, each month by its requests", () => {
    // 1, 2 and 4 times the requests: (0.1 + 2 x 0.2 + 4 x 0.5) / 7.
    const growing = asking(1, { name: "one", growthRatioPerMonth: 1 });
    const split = splitOf(SPLIT, growing, [fleet([growing], { overflowShares: new Map([["one", [0.1, 0.2, 0.5]]]) })]);
    expect(split?.overflowShareRatio).toBeCloseTo(2.5 / 7, 12);
    expect(split?.baseShareRatio).toBeCloseTo(4.5 / 7, 12);
    expect(splitOf(API, one, [])).toBeNull();
  });
});

describe("why a workload is split", () => {
  const reason = (own: number | null, api: number | null) => {
    const shortlists = [own === null ? [API] : [API, host("m"), host("n")]];
    const flips = {
      rival: (_: number, side: string) => (side === "api" && api !== null ? { monthlyUsd: api } : undefined),
      chosen: { monthlyUsd: 4000, assignment: [SPLIT] as readonly Choice[] },
      base: {
        price: ([choice]: readonly SelfHostOption[]) => ({ monthlyUsd: choice?.candidate.model.id === "m" ? own : (own ?? 0) + 500 }),
      },
    };
    return splitReason(SPLIT, 0, { shortlists } as unknown as SearchResult, flips as unknown as Flips, 7);
  };

  it("is what it saves against each side alone that could serve it", () => {
    const start = "m on own instances with a for the overflow costs";
    expect(reason(5000, 7000)).toEqual({
      rule: "cost",
      verdict: "info",
      line: 7,
      source: null,
      text: `${start} $1,000 a month less than own instances for the whole peak and $3,000 a month less than an API alone, people included`,
    });
    expect(reason(null, 3500).text).toBe(`${start} $500 a month more than an API alone, people included`);
    expect(reason(4000, null).text).toBe(`${start} $0 a month less than own instances for the whole peak, people included`);
    expect(simplerReason().text).toBe("sending the overflow to an API would save less than 2 %, so the plan without it was taken");
  });

  it("asks for a rate limit that carries all requests of the worst minute that cannot wait", () => {
    const limit = (change: Partial<WorkloadFacts>, months = 12) =>
      overflowConditions(SPLIT, asking(20, { name: "chat", ...change }), months);
    const text = (rate: string) => [`a must be able to take ${rate} of chat while an instance is replaced: agree the rate limit`];
    // 20 requests a second, 1.5 times that in the worst minute; 10 % more every month are 2.85 times in the twelfth.
    expect(limit({})).toEqual(text("30 requests/s"));
    expect(limit({ batchRatio: 0.5 })).toEqual(text("15 requests/s"));
    expect(limit({ growthRatioPerMonth: 0.1 })).toEqual(text("30 requests/s (86 by the end of the horizon)"));
    expect(limit({ growthRatioPerMonth: 0.1 }, 1)).toEqual(text("30 requests/s"));
    expect(limit({ growthRatioPerMonth: -0.1 })).toEqual(text("30 requests/s"));
    expect(overflowConditions(API, asking(20), 12)).toEqual([]);
  });
});
