import { describe, expect, it } from "vitest";
import { evaluated, policy, workload } from "../decide/support.ts";

const DAY_SECONDS = 24 * 3600;
const PEAK = 1.5;

/** Requests of the same size, some of them with a promise of 30 ms a token. */
const like = (name: string, requestsPerDay: number, latency: object | undefined) =>
  workload({
    name,
    volume: { requests_per_day: requestsPerDay, hourly_profile: "flat", peak_to_average: PEAK },
    tokens: { input: 1000, output: 250, cached_input_ratio: 0 },
    candidates: { open: ["qwen3-32b"] },
    ...(latency === undefined ? {} : { latency }),
  });

const sized = (bulk: object | undefined) => {
  const tenants = [like("chat", CHAT, PROMISE), like("bulk", BULK, bulk)];
  const [fleet, second] = evaluated(policy(tenants, { compliance: { data_may_leave: false } })).decision.fleets;
  if (fleet === undefined || second !== undefined) throw new Error("this test needs one fleet for both");
  return { fleet, servers: fleet.instances.first * fleet.replicasPerInstance };
};

const [CHAT, BULK] = [20_000, 600_000];
const PROMISE = { ttft_ms_p95: 1500, tpot_ms_p95: 30 };

describe("a server that a workload with a latency promise shares with one that has none", () => {
  // Known defect: requests without a promise are sized at the rate of a server that nobody waits for, more than twice that at which a token
  // takes 30 ms; but a server has one speed for all that it runs. Four servers are planned at 2.69 requests/s each in the busiest minute, and
  // the promise ends at 2.30; seven are needed with the usual headroom (28,452 USD a month instead of 20,993 when this was written).
  it.fails("runs no faster than the promise allows for all requests together", () => {
    const promised = sized(PROMISE).fleet;
    const { fleet, servers } = sized(undefined);
    expect(fleet.id).toBe(promised.id);
    const perServer = ((CHAT + BULK) / DAY_SECONDS) * (PEAK / servers);
    expect(perServer).toBeLessThanOrEqual(promised.capacity.requestsPerSecondPerReplica);
  });
});
