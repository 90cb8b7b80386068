import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf } from "../../src/decide/facts.ts";
import { offersByGpu } from "../../src/decide/fleet.ts";
import { optionsFor } from "../../src/decide/options.ts";
import { accessOf, Pricer } from "../../src/decide/portfolio.ts";
import { instanceOffers } from "../../src/decide/prices.ts";
import { newMemo } from "../../src/decide/pricing-context.ts";
import { EXPECTED, scenario } from "../../src/decide/scenario.ts";
import { type Choice, splitsOf } from "../../src/decide/split.ts";
import { AS_OF, catalog, documentOf, type PolicyObject, policy, workload } from "./support.ts";

const OWNED = {
  gpu: "h100",
  count: 8,
  machines: 1,
  purchase_usd: 250_000,
  bought: "2026-01-01",
  power_kw: 10.2,
  electricity_usd_per_kwh: 0.12,
  hosting_usd_per_month: 500,
};

/** Three workloads that share models, routes and one machine of their own; the second is on an API today, the last is tuned. */
function policyOf(requests: readonly number[], owned: boolean): PolicyObject {
  const extra = [{}, { current: { path: "api", model: "gpt-5.4-mini" } }, { needs: { customization: "lora" } }];
  return policy(
    requests.map((count, index) =>
      workload({
        name: `w${index}`,
        volume: { requests_per_month: count, hourly_profile: index === 1 ? "global" : "business_hours" },
        tokens: { input: 900, output: 300, cached_input_ratio: 0 },
        candidates: { api: ["gpt-5.4-mini", "claude-haiku-4-5", "qwen.qwen3-32b-v1:0"], open: ["qwen3-32b", "gpt-oss-20b"] },
        compliance: { data_may_leave: true },
        ...extra[index],
      }),
    ),
    { team: { ml_ops: "dedicated" }, ...(owned ? { purchase: { owned: [OWNED] } } : {}) },
  );
}

function pricerOf(value: PolicyObject): Pricer {
  const facts = factsOf(documentOf(value));
  const { offers } = instanceOffers(facts, catalog, AS_OF);
  const context = { facts, catalog, asOf: AS_OF, offers, waivers: [], calibrations: [], ownKeys: new Set<string>(), lineOf: () => 1 };
  const workloads = facts.workloads.map((entry) => optionsFor(entry, context));
  return new Pricer({ workloads, facts, catalog, asOf: AS_OF, offers: offersByGpu(offers), what: EXPECTED, memo: newMemo() });
}

function choicesOf(pricer: Pricer): readonly (readonly Choice[])[] {
  return pricer.context.workloads.map((entry, index) => [
    ...entry.feasible,
    ...splitsOf(entry, entry.feasible, (option) => pricer.overflowListUsd(index, option), accessOf),
  ]);
}

describe("a standing portfolio", () => {
  it("knows to the last bit what a swap of one choice costs, at today's volume and at another", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1_000, max: 300_000_000 }), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
        fc.nat(2),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (requests, owned, picks, index, factor) => {
          const pricer = pricerOf(policyOf(requests, owned));
          const lists = choicesOf(pricer);
          const assignment = lists.flatMap((list, at) => list[(picks[at] ?? 0) % list.length] ?? []);
          const standing = pricer.standing(assignment);
          const moved = new Pricer({ ...pricer.context, memo: newMemo(), what: scenario({ volumeOf: { [`w${index}`]: factor } }) });

          expect(assignment).toHaveLength(3);
          expect(standing.usd).toBe(pricer.price(assignment)?.monthlyUsd);
          for (const choice of lists[index] ?? []) {
            const swapped = assignment.with(index, choice);
            expect(standing.with(index, choice)).toBe(pricer.price(swapped)?.monthlyUsd);
            expect(standing.with(index, choice, moved)).toBe(moved.price(swapped)?.monthlyUsd);
          }
        },
      ),
      { numRuns: 15, seed: 20_261_121 },
    );
  });
});
