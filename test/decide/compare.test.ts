import { describe, expect, it } from "vitest";
import { compare } from "../../src/decide/compare.ts";
import type { Plan } from "../../src/decide/types.ts";
import { contractPrice, evaluated, type PolicyObject, policy, workload } from "./support.ts";

const bought = (name: string, change: PolicyObject = {}) => workload({ name, candidates: { api: ["gpt-5.4-mini"] }, ...change });
const tokens = (input: number) => ({ tokens: { input, output: 200, cached_input_ratio: 0 } });
const planOf = (value: PolicyObject): Plan => evaluated(value).decision;

describe("what a pull request changes", () => {
  it("is the difference of both sides, workload by workload, those that went at the end", () => {
    const base = planOf(policy([bought("gone"), bought("same"), bought("dearer")]));
    const head = planOf(policy([bought("new"), bought("same"), bought("dearer", tokens(1000))]));
    const usd = (plan: Plan, name: string) => plan.workloads.find((one) => one.name === name)?.monthlyCostUsd?.expected ?? Number.NaN;
    const delta = compare(base, head);

    expect(delta.pathChange).toBeNull();
    // One more thousand times 500 tokens at 0.75 dollars a million.
    expect(delta.deltaMonthlyUsd).toBeCloseTo(375, 6);
    expect(delta.workloads.map(({ name, kind }) => [name, kind])).toEqual([
      ["new", "added"],
      ["same", "unchanged"],
      ["dearer", "changed"],
      ["gone", "removed"],
    ]);
    const [added, same, dearer, gone] = delta.workloads;
    expect(added).toMatchObject({ from: null, to: { path: "api", option: "api/openai-api/gpt-5.4-mini" } });
    expect(added?.deltaUsd).toBeCloseTo(usd(head, "new"), 9);
    expect(same?.deltaUsd).toBeCloseTo(0, 9);
    expect(dearer?.deltaUsd).toBeCloseTo(375, 6);
    expect(gone).toMatchObject({ to: null, from: { monthlyUsd: usd(base, "gone") } });
    expect(gone?.deltaUsd).toBeCloseTo(-usd(base, "gone"), 9);
  });

  it("is another model at the same cost, too", () => {
    const base = planOf(policy([bought("one")]));
    const [one] = base.workloads;
    if (one === undefined || one.option === null) throw new Error("the workload is on an API");
    const other = { ...base, workloads: [{ ...one, option: { ...one.option, id: "api/openai-api/other" } }] };
    expect(compare(base, other).workloads).toMatchObject([{ kind: "changed", deltaUsd: 0 }]);
    // Less than a tenth of a cent is rounding.
    const shifted = (usd: number) => ({
      ...base,
      workloads: [{ ...one, monthlyCostUsd: { expected: (one.monthlyCostUsd?.expected ?? 0) + usd, p10: 0, p90: 0 } }],
    });
    expect([0.0009, -0.0009, 0.0011].map((usd) => compare(base, shifted(usd)).workloads[0]?.kind)).toEqual([
      "unchanged",
      "unchanged",
      "changed",
    ]);
  });

  it("has no amount where one side has no decision, and says the path that came", () => {
    const none = planOf(policy([bought("one", { compliance: { air_gapped: true } })]));
    const some = planOf(policy([bought("one")]));
    expect(compare(none, some)).toMatchObject({
      deltaMonthlyUsd: null,
      pathChange: { from: "none", to: "api" },
      workloads: [{ kind: "changed", deltaUsd: null, from: { option: null, monthlyUsd: null } }],
    });
    expect(compare(some, none)).toMatchObject({
      deltaMonthlyUsd: null,
      pathChange: { from: "api", to: "none" },
      workloads: [{ deltaUsd: null }],
    });
  });
});

describe("prices that the policy itself declares", () => {
  const row = (factor: number) => contractPrice("gpt-5.4-mini", 0.75 * factor, 4.5 * factor);
  const said = (head: PolicyObject, base: PolicyObject) => evaluated(head, base).findings.filter(({ id }) => id === "price-share");
  const plain = policy([bought("one")]);

  it("are told apart from the rest of a change", () => {
    // 1,275 dollars of tokens at list price; volume and price change together.
    const half = said(policy([bought("one", tokens(1000))], row(0.5)), plain);
    expect(half.map(({ text }) => text)).toEqual(["of the change, -$638 a month comes from the prices that the policy declares"]);
    expect(half[0]?.line).toBeGreaterThan(1);
    expect(said(policy([bought("one")], row(2)), policy([bought("one")], row(1))).map(({ text }) => text)).toEqual([
      "of the change, +$1,275 a month comes from the prices that the policy declares",
    ]);
    expect(said(plain, policy([bought("one")], row(2))).map(({ text }) => text)).toEqual([
      "of the change, -$1,275 a month comes from the prices that the policy declares",
    ]);
  });

  it("are silent where they stay, or where one side has no decision", () => {
    expect(said(policy([bought("one", tokens(1000))], row(1)), policy([bought("one")], row(1)))).toEqual([]);
    expect(said(policy([bought("one")], row(1)), policy([bought("one", { compliance: { air_gapped: true } })]))).toEqual([]);
  });
});

describe("the words of a cause", () => {
  const words = (head: PolicyObject, base: PolicyObject) => evaluated(head, base).delta?.cause?.edits.map(({ text }) => text);

  it("name what came, what went and what became what", () => {
    const [one, two] = [bought("one"), bought("two")];
    expect(words(policy([one, two]), policy([one]))).toEqual(["the workload two is new"]);
    expect(words(policy([one]), policy([one, two]))).toEqual(["the workload two was removed"]);
    const named = (models: readonly string[]) => policy([workload({ name: "one", candidates: { api: models } })]);
    expect(words(named(["claude-haiku-4-5"]), named(["gpt-5.4-mini"]))).toEqual([
      'one: candidates changed from {"api":["gpt-5.4-mini"]} to {"api":["claude-haiku-4-5"]}',
    ]);
    const volume = (requests: unknown) =>
      policy([bought("one", { volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 } })]);
    expect(words(volume({ low: 1_000_000, expected: 2_000_000, high: 3_000_000 }), volume(1_000_000))).toEqual([
      "one: volume.requests_per_month rose from 1,000,000 to 2,000,000",
    ]);
    const many = ["gpt-5.4-mini", "claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-4-6", "gpt-5.4", "gpt-5.5"];
    const shown = JSON.stringify({ api: many }).slice(0, 80);
    expect(words(named(["gpt-5.4"]), named(many))).toEqual([`one: candidates changed from ${shown}... to {"api":["gpt-5.4"]}`]);
  });
});
