import { describe, expect, it } from "vitest";
import { searchServing } from "../../src/capacity/search.ts";
import { findGpu, findOpenModel } from "../../src/catalog/index.ts";
import { tenantShares } from "../../src/decide/allocate.ts";
import { grouped, usd } from "../../src/decide/describe.ts";
import { factsOf } from "../../src/decide/facts.ts";
import type { SizedFleet } from "../../src/decide/fleet.ts";
import { catalog, documentOf, evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

const hosted = (name: string, requests: number, change: PolicyObject = {}) =>
  workload({
    name,
    volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 },
    candidates: { open: ["qwen3-32b"] },
    ...change,
  });

describe("the bill of workloads that share", () => {
  const shared = () => {
    const { decision } = evaluated(policy([hosted("small", 1_000_000), hosted("large", 3_000_000)]));
    const [small, large] = decision.workloads;
    const line = (of: typeof small, id: string) => of?.costLines.find((entry) => entry.id === id);
    return { decision, small, large, line };
  };

  it("splits a fleet by the replicas that each keeps busy", () => {
    const { decision, small, large, line } = shared();
    expect(decision.fleets).toMatchObject([{ workloads: ["small", "large"] }]);
    for (const id of ["gpu-instances", "disks", "weights-storage", "logs"]) {
      expect(line(small, id)?.share, id).toBeCloseTo(0.25, 9);
      expect(line(large, id)?.share, id).toBeCloseTo(0.75, 9);
      expect((line(large, id)?.monthlyUsd ?? 0) / (line(small, id)?.monthlyUsd ?? 0), id).toBeCloseTo(3, 9);
    }
    expect((line(large, "gpu-instances")?.quantity ?? 0) / (line(small, "gpu-instances")?.quantity ?? 0)).toBeCloseTo(3, 9);
    // A unit price is no part of anything.
    expect(line(small, "gpu-instances")?.unitPriceUsd).toBe(line(large, "gpu-instances")?.unitPriceUsd);
  });

  it("splits people, network and the key evenly", () => {
    const { small, large, line } = shared();
    for (const id of ["people-self-host", "set-up-self-host", "load-balancer", "kms-key"]) {
      expect(line(small, id)?.share, id).toBe(0.5);
      expect(line(large, id)?.share, id).toBe(0.5);
    }
  });

  it("splits what is on one side between those on that side", () => {
    const mixed = evaluated(
      policy([
        hosted("own", 1_000_000),
        workload({ name: "bought", candidates: { api: ["gpt-5.4-mini"] } }),
        workload({ name: "too", candidates: { api: ["gpt-5.4-mini"] } }),
      ]),
    ).decision.workloads;
    const shares = (id: string) =>
      mixed.map(({ costLines }) => costLines.find((entry) => entry.id === id)).map((entry) => entry && (entry.share ?? 1));
    expect(shares("people-api")).toEqual([undefined, 0.5, 0.5]);
    expect(shares("people-self-host")).toEqual([1, undefined, undefined]);
    expect(shares("kms-key")).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(shares("input-tokens")).toEqual([undefined, 1, 1]);
  });
});

describe("tenants of a fleet that overflows", () => {
  it("count with the requests that stay, on average over the months", () => {
    const [one, two] = factsOf(documentOf(policy([hosted("small", 1_000_000), hosted("large", 3_000_000)]))).workloads;
    if (one === undefined || two === undefined) throw new Error("the policy has two workloads");
    const options = new Map([["qwen3-32b", { first: { capacity: { requestsPerSecond: { expected: 2 } } } }]]);
    const tenants = [one, two].map((workload) => ({ workload, table: { options } }));
    const fleet = { key: "qwen3-32b", tenants, overflowShares: new Map([["small", [0.1, 0.3]]]) } as unknown as SizedFleet;

    // 0.8 of a million stay, and three million: 0.8 / 3.8.
    const shares = tenantShares(fleet);
    expect(shares.get("small")).toBeCloseTo(0.8 / 3.8, 12);
    expect(shares.get("large")).toBeCloseTo(3 / 3.8, 12);
  });
});

describe("a fleet as it is published", () => {
  const published = () => {
    const evaluation = evaluated(policy([hosted("requests", 1_000_000)]));
    const [fleet] = evaluation.decision.fleets;
    if (fleet === undefined) throw new Error("the workload is on a fleet");
    return { fleet, option: only(evaluation).option };
  };

  it("keeps as many replicas busy as its requests need", () => {
    const { fleet } = published();
    const replicas = fleet.instances.first * fleet.replicasPerInstance;
    // 1,000,000 requests in 730 hours, at the rate of a replica.
    const busy = 1_000_000 / (730 * 3600) / fleet.capacity.requestsPerSecondPerReplica;
    expect(fleet.utilisationRatio.mean).toBeCloseTo(busy / replicas, 9);
    expect(fleet.utilisationRatio.peak).toBeCloseTo((1.5 * busy) / replicas, 9);
  });

  it("has the capacity of its configuration", () => {
    const { fleet, option } = published();
    const model = findOpenModel(catalog, "qwen3-32b");
    const gpu = findGpu(catalog, option?.gpu ?? "");
    if (model === undefined || gpu === undefined) throw new Error("the catalog has both");
    const { served } = searchServing({
      model,
      gpus: [{ gpu, tensorParallelSizes: [fleet.tensorParallel] }],
      shape: { inputTokens: 500, outputTokens: 200, cachedInputRatio: 0 },
      promise: { ttftMsP95: null, tpotMsP95: null },
      contextWindowTokens: 4096,
    });
    const { capacity, flags, memory } =
      served.find(({ configuration }) => configuration.precision === fleet.precision && configuration.kvPrecision === "bf16") ?? {};
    expect(fleet.capacity).toEqual({
      requestsPerSecondPerReplica: capacity?.requestsPerSecond.expected,
      ttftMsP95: capacity?.ttftMsP95,
      tpotMsP95: capacity?.tpotMsP95,
      concurrency: capacity?.concurrency,
      limitedBy: capacity?.limitedBy,
      confidence: capacity?.confidence,
    });
    expect(fleet.vllmFlags).toEqual([...(flags ?? []), ["--reasoning-parser", "qwen3"]]);
    expect(fleet.weightsGiB).toBeCloseTo((memory?.weightsGiB ?? 0) * fleet.tensorParallel, 9);
  });

  it("has the name, the card and the checkpoint that run", () => {
    const { fleet, option } = published();
    const model = findOpenModel(catalog, "qwen3-32b");
    expect(fleet.id).toBe(`qwen3-32b/${fleet.precision}/${fleet.instanceType}/tp${fleet.tensorParallel}`);
    expect(option?.id).toBe(`self-host/${fleet.id}`);
    expect(fleet.hubRepo).toBe(model?.checkpoints.find(({ precision }) => precision === fleet.precision)?.hubRepo ?? model?.hubRepo);
    expect(option).toMatchObject({ instances: fleet.instances.last, replicas: fleet.instances.last * fleet.replicasPerInstance });
  });
});

describe("numbers in running text", () => {
  it("have their thousands apart", () => {
    expect([0, 999, 1000, 1234567.5, 100000, -1234].map(grouped)).toEqual(["0", "999", "1,000", "1,234,567.5", "100,000", "-1,234"]);
    expect(grouped(0.12345)).toBe("0.12345");
    expect([3650.4, 3650.5, 0.4, 1e6].map(usd)).toEqual(["$3,650", "$3,651", "$0", "$1,000,000"]);
  });
});
