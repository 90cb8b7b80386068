import { describe, expect, it } from "vitest";
import { evaluated, policy, workload } from "../decide/support.ts";

const DAY_SECONDS = 24 * 3600;
const PEAK = 1.5;
const PROMISE = { ttft_ms_p95: 1500, tpot_ms_p95: 30 };

/** Requests of the same size, some of them with a promise of 30 ms a token. */
const like = (name: string, requestsPerDay: number, latency: object | undefined) =>
  workload({
    name,
    volume: { requests_per_day: requestsPerDay, hourly_profile: "flat", peak_to_average: PEAK },
    tokens: { input: 1000, output: 250, cached_input_ratio: 0 },
    candidates: { open: ["qwen3-32b"] },
    ...(latency === undefined ? {} : { latency }),
  });

const decided = (chat: number, bulk: number, bulkLatency?: object) =>
  evaluated(policy([like("chat", chat, PROMISE), like("bulk", bulk, bulkLatency)], { compliance: { data_may_leave: false } })).decision;
const perServer = (requestsPerDay: number, servers: number) => (requestsPerDay / DAY_SECONDS) * (PEAK / servers);
const serversOf = ({ instances, replicasPerInstance }: ReturnType<typeof decided>["fleets"][number]) =>
  instances.first * replicasPerInstance;

describe("workloads with and without a latency promise on one model", () => {
  it("share servers that run no faster than the promise allows, where that costs less", () => {
    const [CHAT, BULK] = [20_000, 60_000];
    const { fleets } = decided(CHAT, BULK);
    const [both, second] = fleets;
    const [promised] = decided(CHAT, BULK, PROMISE).fleets;

    expect(second).toBeUndefined();
    expect(both?.workloads).toEqual(["chat", "bulk"]);
    if (both === undefined || promised === undefined) throw new Error("one fleet serves both");

    expect(both.id).toBe(promised.id);
    expect(both.instances).toEqual(promised.instances);
    expect(perServer(CHAT + BULK, serversOf(both))).toBeLessThanOrEqual(promised.capacity.requestsPerSecondPerReplica * 0.7);
  });

  it("have servers of their own where bulk work would run at less than half its speed beside a chat", () => {
    const [CHAT, BULK] = [20_000, 600_000];
    const { fleets, monthlyCostUsd } = decided(CHAT, BULK);
    const shared = decided(CHAT, BULK, PROMISE);
    const [chat, bulk] = [
      fleets.find(({ workloads }) => workloads.includes("chat")),
      fleets.find(({ workloads }) => workloads.includes("bulk")),
    ];
    if (chat === undefined || bulk === undefined) throw new Error("both are served");

    expect(fleets.length).toBe(2);
    expect(new Set(fleets.map(({ id }) => id)).size).toBe(2);
    expect(perServer(CHAT, serversOf(chat))).toBeLessThanOrEqual(chat.capacity.requestsPerSecondPerReplica * 0.7);
    expect(perServer(BULK, serversOf(bulk))).toBeLessThanOrEqual(bulk.capacity.requestsPerSecondPerReplica * 0.7);
    expect(bulk.capacity.tpotMsP95).toBeGreaterThan(PROMISE.tpot_ms_p95);
    expect(monthlyCostUsd?.expected).toBeLessThan(shared.monthlyCostUsd?.expected ?? 0);
  });

  it("are told apart by their first workload where both fleets run the same, and say why there are two", () => {
    const promise = { ...PROMISE, tpot_ms_p95: 45 };
    const both = policy([like("chat", 100_000, promise), like("bulk", 600_000, undefined)], { compliance: { data_may_leave: false } });
    const { fleets, workloads } = evaluated(both).decision;

    expect(fleets.map(({ id }) => id)).toEqual([
      expect.stringMatching(/^qwen3-32b\/.*\/for-chat$/),
      expect.stringMatching(/^qwen3-32b\/.*\/for-bulk$/),
    ]);
    expect(workloads.map(({ reasons }) => reasons.filter(({ rule }) => rule === "apart").map(({ text }) => text))).toEqual([
      [],
      ["has servers of its own, because on those of chat it would run no faster than chat's latency promise allows"],
    ]);
  });

  it("may do one and the other: what is small uses idle servers of a chat, what is large has its own", () => {
    const DATA = { compliance: { data_may_leave: false } };
    const [CHAT, BULK, SMALL] = [like("chat", 20_000, PROMISE), like("bulk", 600_000, undefined), like("small", 1_000, undefined)];
    const { fleets, gapRatio, monthlyCostUsd } = evaluated(policy([CHAT, BULK, SMALL], DATA)).decision;
    const without = evaluated(policy([CHAT, BULK], DATA)).decision;
    const serversFor = (name: string) => fleets.find(({ workloads }) => workloads.includes(name))?.workloads;

    expect([serversFor("chat"), serversFor("bulk")]).toEqual([["chat", "small"], ["bulk"]]);
    expect(gapRatio).toBe(0);
    expect(monthlyCostUsd?.expected).toBeCloseTo(without.monthlyCostUsd?.expected ?? 0, 6);
  });
});
