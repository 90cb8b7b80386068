import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossingsOf } from "../../src/decide/crossings.ts";
import { isLong, shortened } from "../shortened.ts";
import { EVERY_RUN, evaluated, only, type PolicyObject, policy, sumOf, workload } from "./support.ts";

const people = { team: { ml_ops: "dedicated" } };
const at = (requests: number, change: PolicyObject = {}) =>
  workload({ volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 }, ...change });
/** Cost of either side alone, by a policy that names only that side. */
function costs(requests: number): { readonly api: number; readonly own: number } {
  const cost = (candidates: PolicyObject) =>
    only(evaluated(policy([at(requests, { candidates })], people))).monthlyCostUsd?.expected ?? Number.NaN;
  return { api: cost({ api: ["gpt-5.4-mini"] }), own: cost({ open: ["qwen3-32b"] }) };
}

describe("crossings of a stepped and a straight line", () => {
  const servers = (perServer: number, usd: number) => (factor: number) => usd * Math.max(1, Math.ceil(factor / perServer - 1e-12));

  it("are all found, also the narrow teeth of the saw", () => {
    // 100 a server, each for 10; the API at 11 a unit: the line enters the first tooth at 100 / 11 and leaves it at 10.
    const { crossings, complete } = crossingsOf(servers(10, 100), (factor) => 11 * factor);

    expect(complete).toBe(true);
    expect(crossings.slice(0, 3)).toEqual([
      { factor: expect.closeTo(100 / 11, 4), above: "self-host" },
      { factor: expect.closeTo(10, 4), above: "api" },
      { factor: expect.closeTo(200 / 11, 4), above: "self-host" },
    ]);
  });

  it("alternate also where the cost of servers falls with the volume for once", () => {
    const own = (factor: number) => (factor < 2 ? 100 : factor < 3 ? 150 : factor < 4 ? 60 : 300);
    const { crossings } = crossingsOf(own, (factor) => 55 * factor);
    const sides = crossings.map(({ above }) => above);

    expect(sides.every((side, index) => side !== sides[index - 1])).toBe(true);
    for (const { factor, above } of crossings) expect(own(factor * (1 + 1e-5)) < 55 * factor * (1 + 1e-5)).toBe(above === "self-host");
  });

  it("alternate, and the sides on both sides of each are what they say", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 30, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0.1, max: 300, noNaN: true }),
        (per, usd, rate) => {
          const [own, api] = [servers(per, usd), (factor: number) => rate * factor];
          const { crossings } = crossingsOf(own, api);
          crossings.forEach(({ factor, above }, index) => {
            const isOwn = (point: number) => own(point) < api(point);
            expect(isOwn(factor * (1 + 1e-6))).toBe(above === "self-host");
            expect(isOwn(factor * (1 - 1e-6))).toBe(above === "api");
            expect(crossings[index - 1]?.above).not.toBe(above);
          });
        },
      ),
    );
  });
});

describe("break-evens of a workload", () => {
  const decided = only(evaluated(policy([at(40_000_000)], people)));

  it("hold: just below and just above each crossing the policy's own costs stand on the two sides", () => {
    const crossings = decided.breakEvens[0]?.crossings ?? [];
    expect(crossings.length).toBeGreaterThan(0);
    for (const { requestsPerMonth, above } of crossings.slice(0, 4)) {
      const [below, beyond] = [costs(requestsPerMonth * (1 - 1e-5)), costs(requestsPerMonth * (1 + 1e-5))];
      expect(beyond.own < beyond.api).toBe(above === "self-host");
      expect(below.own < below.api).toBe(above === "api");
    }
  });

  it("name the API that would be used first, then the least and the most expensive of the others", () => {
    const names = only(
      evaluated(
        policy(
          [
            at(40_000_000, {
              candidates: { api: ["gpt-5.4-mini", "claude-haiku-4-5", "gpt-5.5"], open: ["qwen3-32b"] },
              current: { path: "api", model: "claude-haiku-4-5" },
            }),
          ],
          people,
        ),
      ),
    ).breakEvens.map(({ role, versus }) => [role, versus.split("/").at(-1)]);

    expect(names).toEqual([
      ["used", "claude-haiku-4-5"],
      ["cheapest", "gpt-5.4-mini"],
      ["dearest", "gpt-5.5"],
    ]);
  });

  it("are none where the rules leave one side", () => {
    const alone = only(evaluated(policy([at(1_000_000, { compliance: { data_may_leave: false } })])));
    expect(alone.breakEvens).toEqual([]);
    expect(alone.leaveWhen).toEqual([]);
    expect(alone.smallestUnitUsd).toBeGreaterThan(0);
  });
});

describe("the smallest unit", () => {
  it("is what the model costs at next to no traffic, people included", () => {
    const tiny = only(evaluated(policy([at(1, { candidates: { open: ["qwen3-32b"] } })], people)));
    const decided = only(evaluated(policy([at(40_000_000)], people)));

    expect(decided.smallestUnitModel).toBe("qwen3-32b");
    expect(decided.smallestUnitUsd).toBeCloseTo(tiny.monthlyCostUsd?.expected ?? 0, 2);
    expect(decided.smallestUnitUsd).toBeGreaterThan(sumOf(tiny, "people-self-host"));
  });
});

describe("when to leave self-hosting", () => {
  const volume = 40_000_000;
  const decided = only(evaluated(policy([at(volume)], people)));
  const value = (parameter: string) => decided.leaveWhen.find((entry) => entry.parameter === parameter)?.to ?? Number.NaN;

  it("is at the hours whose cost eats what self-hosting saves", () => {
    const { api, own } = costs(volume);
    const hoursAMonth = (value("operations_hours_per_week") * 730) / 168;
    expect(decided.path).toBe("self-host");
    expect(own + (hoursAMonth - 43) * 95).toBeCloseTo(api, 4);
  });

  it("is at the API price that makes both sides cost the same", () => {
    const discounted = only(
      evaluated(
        policy([at(volume, { candidates: { api: ["gpt-5.4-mini"] } })], {
          ...people,
          purchase: { api_discount_ratio: 1 - value("api_price") },
        }),
      ),
    );
    expect(discounted.monthlyCostUsd?.expected).toBeCloseTo(costs(volume).own, 4);
  });

  it("is at the crossing below today's volume", () => {
    const below = (decided.breakEvens[0]?.crossings ?? []).filter(({ requestsPerMonth }) => requestsPerMonth < volume);
    expect(value("requests_per_month")).toBe(below.at(-1)?.requestsPerMonth);
  });
});

/** Each point on requests or the hourly rate flips the decision just beyond it and not just before; how many there were. */
function reallyFlips(requests: number, asked: (volume: number, rate: number) => PolicyObject): number {
  const decision = only(evaluated(asked(requests, 95)));
  const points = decision.tippingPoints.filter(({ parameter }) => parameter === "requests_per_month" || parameter === "hourly_rate_usd");
  for (const { parameter, from, to, flipsTo } of points) {
    const step = to > from ? 1e-4 : -1e-4;
    const pathAt = (point: number) => only(evaluated(parameter === "hourly_rate_usd" ? asked(requests, point) : asked(point, 95))).path;
    expect(pathAt(to * (1 + step))).toBe(flipsTo);
    expect(pathAt(to * (1 - step))).toBe(decision.path);
  }
  return points.length;
}

describe("tipping points", () => {
  it("really flip the path just beyond them and not just before", () => {
    let seen = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000_000, max: 100_000_000 }),
        fc.integer({ min: 100, max: 2000 }),
        fc.integer({ min: 20, max: 500 }),
        (requests, input, output) => {
          const asked = (volume: number, rate: number) =>
            policy([at(volume, { tokens: { input, output, cached_input_ratio: 0 } })], {
              team: { ml_ops: "dedicated", hourly_rate_usd: rate },
            });
          seen += reallyFlips(requests, asked);
        },
      ),
      { numRuns: 8, seed: 11, ...EVERY_RUN },
    );
    expect(seen).toBeGreaterThan(5);
  });

  it("see a split that pays where servers for the whole load never do, or only later", () => {
    let seen = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 5_000_000, max: 60_000_000 }),
        fc.constantFrom("business_hours", "global", "consumer"),
        fc.integer({ min: 300, max: 700 }),
        (requests, hourly_profile, output) => {
          const asked = (volume: number) =>
            policy(
              [
                at(volume, {
                  volume: { requests_per_month: volume, hourly_profile, peak_to_average: 1.5 },
                  tokens: { input: 1500, output, cached_input_ratio: 0 },
                  data_class: ["none"],
                  candidates: { open: ["gpt-oss-120b", "qwen3-32b"], api: ["gpt-5.4-nano"] },
                }),
              ],
              people,
            );
          const { path, tippingPoints } = only(evaluated(asked(requests)));
          const point = tippingPoints.find(({ parameter }) => parameter === "requests_per_month");
          if (point?.flipsTo !== "hybrid") return;
          seen += 1;
          const step = point.to > point.from ? 1e-4 : -1e-4;
          expect(only(evaluated(asked(point.to * (1 + step)))).path).toBe("hybrid");
          expect(only(evaluated(asked(point.to * (1 - step)))).path).toBe(path);
        },
      ),
      { numRuns: shortened(12, 6, "volumes at which a split pays"), seed: 5, endOnFailure: true, ...EVERY_RUN },
    );
    expect(seen).toBeGreaterThan(isLong ? 4 : 2);
  });

  it("count what leaving the option of today must save", () => {
    let seen = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000_000, max: 8_000_000 }),
        fc.constantFrom(
          { path: "api", model: "gpt-5.4-mini" },
          { path: "self-host", model: "qwen3-32b" },
          { path: "self-host", model: "gpt-oss-120b" },
        ),
        (requests, current) => {
          const asked = (volume: number, rate: number) =>
            policy([at(volume, { current, candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b", "gpt-oss-120b"] } })], {
              team: { ml_ops: "dedicated", hourly_rate_usd: rate },
            });
          seen += reallyFlips(requests, asked);
        },
      ),
      { numRuns: 12, seed: 4, endOnFailure: true, ...EVERY_RUN },
    );
    expect(seen).toBeGreaterThan(8);
  });

  it("flip what preferences decide, not what costs less", () => {
    const weights = {
      capability: 0,
      privacy: 3,
      customization: 0,
      setup_speed: 1,
      operations: 1,
      lock_in: 1,
      features: 0,
      cost_predictability: 1,
    };
    let seen = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000_000, max: 8_000_000 }),
        fc.constantFrom(0.1, 0.3, 0.5),
        fc.constantFrom("privacy", "operations", "lock_in"),
        (requests, budget_ratio, most) => {
          const asked = (volume: number, rate: number) =>
            policy([at(volume)], {
              team: { ml_ops: "dedicated", hourly_rate_usd: rate },
              preferences: { budget_ratio, weights: { ...weights, [most]: 3 } },
            });
          seen += reallyFlips(requests, asked);
        },
      ),
      { numRuns: 10, seed: 4, endOnFailure: true, ...EVERY_RUN },
    );
    expect(seen).toBeGreaterThan(5);
  });

  it("come smallest first, and carry the month in which declared growth reaches the volume", () => {
    const volume = { requests_per_month: 1_500_000, hourly_profile: "flat", peak_to_average: 1.5, growth_ratio_per_month: 0.1 };
    const { tippingPoints } = only(evaluated(policy([workload({ volume })], people)));
    const point = tippingPoints.find(({ parameter }) => parameter === "requests_per_month");
    const far = tippingPoints.map(({ from, to }) => Math.abs(Math.log(to / from)));

    expect(far).toEqual(far.toSorted((a, b) => a - b));
    // 1.1 ^ n reaches to / from in ceil(ln(to / from) / ln 1.1) months after November 2026.
    const months = Math.ceil(Math.log((point?.to ?? 0) / (point?.from ?? 1)) / Math.log(1.1));
    const month = 10 + months;
    expect(point?.reachedOn).toBe(`${2026 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`);
  });
});

describe("tokens that grow", () => {
  const tokens = { input: 1000, output: 200, cached_input_ratio: 0, growth_ratio_per_month: 0.1 };
  const api = { candidates: { api: ["gpt-5.4-mini"] } };

  it("are billed month by month, and the first and last month show them", () => {
    const { decision } = evaluated(policy([workload({ ...api, tokens })]));
    const [first] = decision.workloads;
    // 0.75 and 4.50 USD per MTok, 1 million requests: 1,650 USD in the first month, 1.1 ^ 11 times that in the last.
    expect((decision.lastMonthUsd ?? 0) - (decision.firstMonthUsd ?? 0)).toBeCloseTo(1650 * (1.1 ** 11 - 1), 4);
    expect(first?.growth?.first).toEqual({ requestsPerMonth: 1_000_000, tokensPerRequest: 1200 });
    expect(first?.growth?.last.tokensPerRequest).toBeCloseTo(1200 * 1.1 ** 11, 6);
  });

  it("need servers and a context window for the last month, not the first", () => {
    const open = { candidates: { open: ["qwen3-32b"] } };
    const fleet = (growth: number) =>
      evaluated(policy([at(30_000_000, { ...open, tokens: { ...tokens, growth_ratio_per_month: growth } })])).decision.fleets[0];
    const long = { ...tokens, input: 20_000, growth_ratio_per_month: 0.1 };

    expect(fleet(0.1)?.instances.last).toBeGreaterThan(fleet(0)?.instances.last ?? 0);
    expect(only(evaluated(policy([workload({ ...open, tokens: long })]))).rejected).toMatchObject([{ rule: "context-window" }]);
  });
});
