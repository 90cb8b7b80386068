import fc from "fast-check";
import { isApartForReason, withApart } from "../../src/decide/apart.ts";
import type { WorkloadFacts } from "../../src/decide/facts.ts";
import { asRange, factsOf } from "../../src/decide/facts.ts";
import { offersByGpu } from "../../src/decide/fleet.ts";
import { optionsFor, type WorkloadOptions } from "../../src/decide/options.ts";
import { Pricer } from "../../src/decide/portfolio.ts";
import { instanceOffers } from "../../src/decide/prices.ts";
import { newMemo } from "../../src/decide/pricing-context.ts";
import { EXPECTED } from "../../src/decide/scenario.ts";
import { type Choice, mayOverflow } from "../../src/decide/split.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

const OPEN = ["qwen3-32b", "gpt-oss-20b", "gpt-oss-120b", "llama-3.1-8b-instruct", "llama-3.3-70b-instruct"];
const API = ["gpt-5.4-mini", "gpt-5.4-nano", "claude-haiku-4-5", "gemini-2.5-flash", "mistral-small-2603", "qwen.qwen3-32b-v1:0"];

const SHAPES: readonly PolicyObject[] = [
  { tokens: { input: 300, output: 20, cached_input_ratio: 0 } },
  { tokens: { input: 500, output: 200, cached_input_ratio: 0 }, latency: { ttft_ms_p95: 2_000, tpot_ms_p95: 60 } },
  { tokens: { input: 1_500, output: 600, cached_input_ratio: 0.4 }, needs: { availability_ratio: 0.999 } },
  { tokens: { input: 6_000, output: 300, cached_input_ratio: 0.5 }, volume: profile("business_hours") },
  { tokens: { input: 800, output: 400, cached_input_ratio: 0, batch_ratio: 0.5 }, volume: profile("consumer") },
  { tokens: { input: 1_000, output: 100, cached_input_ratio: 0 }, volume: { ...profile("global"), growth_ratio_per_month: 0.08 } },
];

function profile(hourly_profile: string): PolicyObject {
  return { requests_per_month: 1_000_000, hourly_profile, peak_to_average: 1.5 };
}

const OWNED = {
  gpu: "h100",
  count: 8,
  purchase_usd: 60_000,
  bought: "2026-06-01",
  power_kw: 10,
  electricity_usd_per_kwh: 0.1,
  machines: 1,
};

/** One small policy, at the level of prices: its workloads by shape and volume, and what they may choose from. */
export const arbitraryPortfolio = fc.record({
  workloads: fc.array(
    fc.record({
      shape: fc.nat({ max: SHAPES.length - 1 }),
      // Requests a month as a power of ten: 1,000 to 500 million.
      magnitude: fc.double({ min: 3, max: 8.7, noNaN: true }),
      options: fc.uniqueArray(fc.nat({ max: OPEN.length + API.length - 1 }), { minLength: 1, maxLength: OPEN.length + API.length }),
      leaves: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  team: fc.constantFrom("none", "part_time", "dedicated"),
  hourlyRate: fc.integer({ min: 0, max: 150 }),
  discount: fc.constantFrom(0, 0.3, 0.6, 0.9),
  owns: fc.boolean(),
});

export type Portfolio = typeof arbitraryPortfolio extends fc.Arbitrary<infer Value> ? Value : never;

const pools = new Map<string, readonly WorkloadOptions[]>();

function frameOf({ team, hourlyRate, discount, owns }: Portfolio) {
  const purchase = { gpu_discount_ratio: discount, ...(owns ? { owned: [OWNED] } : {}) };
  const entries = SHAPES.map((shape, index) =>
    workload({ name: `s${index}`, volume: profile("flat"), candidates: { api: API, open: OPEN }, ...shape }),
  );
  return factsOf(documentOf(policy(entries, { team: { ml_ops: team, hourly_rate_usd: Math.max(1, hourlyRate) }, purchase })));
}

/** A pricer of the portfolio. Options of a shape are searched once; only their volumes and prices change. */
export function pricerOf(portfolio: Portfolio): Pricer {
  const frame = frameOf(portfolio);
  const { offers } = instanceOffers(frame, catalog, AS_OF);
  const key = `${portfolio.owns}`;
  const context = {
    facts: frame,
    catalog,
    asOf: AS_OF,
    offers,
    waivers: [],
    calibrations: [],
    ownKeys: new Set<string>(),
    lineOf: () => 1,
  };
  const pool = pools.get(key) ?? frame.workloads.map((entry) => optionsFor(entry, context));
  pools.set(key, pool);
  const workloads = portfolio.workloads.map((small, index) => entryOf(pool, small, index));
  const facts = { ...frame, workloads: workloads.map(({ workload: own }) => own) };
  return new Pricer({ workloads, facts, catalog, asOf: AS_OF, offers: offersByGpu(offers), what: EXPECTED, memo: newMemo() });
}

function entryOf(pool: readonly WorkloadOptions[], small: Portfolio["workloads"][number], index: number): WorkloadOptions {
  const entry = pool[small.shape];
  if (entry === undefined) throw new Error(`no shape ${small.shape}`);
  const names = [...OPEN, ...API].filter((_, position) => small.options.includes(position));
  const own: WorkloadFacts = {
    ...entry.workload,
    name: `w${index}`,
    requestsPerMonth: asRange(Math.round(10 ** small.magnitude)),
    dataClasses: small.leaves ? ["none"] : [],
  };
  return { ...entry, workload: own, feasible: entry.feasible.filter(({ candidate }) => names.includes(candidate.model.id)) };
}

/** Every choice of each workload, splits of every pair included, on shared servers and apart: nothing is left out for being dear. */
export function choicesOf({ context: { workloads } }: Pricer): readonly (readonly Choice[])[] {
  const options = withApart(
    workloads,
    workloads.map(({ feasible }) => feasible),
  );
  return workloads.map((entry, index) => {
    const own = options[index] ?? [];
    const splits = own.flatMap((base) =>
      base.kind !== "self-host"
        ? []
        : entry.feasible.flatMap((overflow): Choice[] =>
            overflow.kind === "self-host" || !mayOverflow(entry, overflow) ? [] : [{ kind: "split", base, overflow }],
          ),
    );
    return [...own, ...splits];
  });
}

/** The least cost of every assignment, one by one, but those that stand apart from nobody; infinite where none is feasible. */
export function leastOfAll(pricer: Pricer, lists: readonly (readonly Choice[])[]): number {
  let least = Number.POSITIVE_INFINITY;
  const picked: Choice[] = [];
  const descend = (depth: number): void => {
    const list = lists[depth];
    if (list === undefined) {
      if (!isApartForReason(picked, pricer.workloadAt)) return;
      least = Math.min(least, pricer.price([...picked])?.monthlyUsd ?? Number.POSITIVE_INFINITY);
      return;
    }
    for (const choice of list) {
      picked[depth] = choice;
      descend(depth + 1);
    }
  };
  descend(0);
  return least;
}
