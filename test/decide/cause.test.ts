import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogEffect } from "../../src/decide/cause.ts";
import { editsBetween, takenBack } from "../../src/decide/edits.ts";
import { AS_OF, catalog, documentOf, evaluated, type PolicyObject, policy, workload } from "./support.ts";

const causeOf = (head: PolicyObject, base: PolicyObject) => evaluated(head, base).delta?.cause ?? null;

describe("the cause of a change", () => {
  it("is the one edit of three that moved the path", () => {
    const base = policy([workload()], { team: { ml_ops: "none" } });
    const head = policy([workload({ compliance: { data_may_leave: false }, tokens: { input: 520, output: 200, cached_input_ratio: 0 } })], {
      team: { ml_ops: "dedicated" },
    });
    const cause = causeOf(head, base);

    expect(cause).toMatchObject({ kind: "path", otherEdits: 2, capped: false });
    expect(cause?.edits.map(({ key }) => key)).toEqual(["requests: compliance.data_may_leave"]);
    expect(cause?.text).toMatch(/^requests: compliance\.data_may_leave was set to false \(line \d+\)$/);
  });

  it("is a pair where neither edit alone is taken back for good", () => {
    // Either need sends the workload home, so both must go to bring the API back.
    const base = policy([workload()]);
    const head = policy([workload({ compliance: { data_may_leave: false, air_gapped: true }, data_class: ["pii"] })]);

    expect(causeOf(head, base)?.edits.map(({ key }) => key)).toEqual([
      "requests: compliance.data_may_leave",
      "requests: compliance.air_gapped",
    ]);
  });

  it("is one of two edits that only together moved the path, and names the other one", () => {
    // On an API each of them alone: 4 million requests of 500 tokens in, or 2 million of 1,900.
    const at = (requests_per_month: number, input: number) =>
      policy(
        [
          workload({
            volume: { requests_per_month, hourly_profile: "flat", peak_to_average: 1.5 },
            tokens: { input, output: 200, cached_input_ratio: 0 },
          }),
        ],
        { team: { ml_ops: "dedicated", hourly_rate_usd: 95 } },
      );
    const { decision, delta } = evaluated(at(4_000_000, 1900), at(2_000_000, 500));

    expect(decision.path).toBe("self-host");
    expect(delta?.cause).toMatchObject({ kind: "path", otherEdits: 1 });
    expect(delta?.cause?.text).toMatch(
      /^requests: volume\.requests_per_month rose from 2,000,000 to 4,000,000 \(line \d+\); taking back requests: tokens\.input \(line \d+\) alone would do as well$/,
    );
  });

  it("goes beyond pairs by taking back everything and putting back what does not matter", () => {
    const base = policy([workload()]);
    const compliance = { data_may_leave: false, air_gapped: true };
    const head = policy([workload({ compliance, needs: { customization: "merge", availability_ratio: 0.95 } })]);
    const cause = causeOf(head, base);

    expect(new Set(cause?.edits.map(({ key }) => key))).toEqual(
      new Set(["requests: compliance.data_may_leave", "requests: compliance.air_gapped", "requests: needs.customization"]),
    );
  });

  it("splits a change of cost alone into the effect of each edit and what they do together", () => {
    const small = { candidates: { api: ["gpt-5.4-mini"] } };
    const base = policy([workload(small)]);
    const head = policy([
      workload({
        ...small,
        volume: { requests_per_month: 2_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
        tokens: { input: 1000, output: 200, cached_input_ratio: 0 },
      }),
    ]);
    const evaluation = evaluated(head, base);
    const cause = evaluation.delta?.cause;

    expect(cause?.kind).toBe("cost");
    expect(cause?.edits.map(({ text }) => text)).toEqual([
      "requests: volume.requests_per_month rose from 1,000,000 to 2,000,000",
      "requests: tokens.input rose from 500 to 1,000",
    ]);
    // gpt-5.4-mini: 0.75 USD per MTok of input, 4.50 of output; 2 million requests of 1,000 / 200 against 1 million of 500 / 200.
    expect(cause?.edits.map(({ effectUsd }) => effectUsd)).toEqual([
      expect.closeTo(1000 * 0.75 + 200 * 4.5, 6),
      expect.closeTo(2 * 500 * 0.75, 6),
    ]);
    const sum = (cause?.edits ?? []).reduce((total, { effectUsd }) => total + (effectUsd ?? 0), 0);
    expect(sum + (cause?.togetherUsd ?? 0)).toBeCloseTo(evaluation.delta?.deltaMonthlyUsd ?? 0, 6);
  });

  it("is none for a change that moves nothing: names, gates, order", () => {
    const [one, two] = [workload({ name: "one" }), workload({ name: "two" })];
    expect(causeOf(policy([two, one], { gates: { max_monthly_usd: 9e9 }, name: "other" }), policy([one, two]))).toBeNull();
  });

  it("names a workload that came and one that went", () => {
    const head = policy([workload(), workload({ name: "more" })]);
    expect(causeOf(head, policy([workload()]))?.edits.map(({ text }) => text)).toEqual(["the workload more is new"]);
    expect(causeOf(policy([workload()]), head)?.edits.map(({ text }) => text)).toEqual(["the workload more was removed"]);
  });

  it("says when the limit of hypothetical policies ends the search", () => {
    const open = Array.from({ length: 45 }, (_, index) => workload({ name: `w${index}`, candidates: { api: ["gpt-5.4-mini"] } }));
    const cause = causeOf(
      policy(open.map((entry) => ({ ...entry, tokens: { input: 600, output: 200, cached_input_ratio: 0 } }))),
      policy(open),
    );
    expect(cause).toMatchObject({ capped: true, evaluations: 40 });
    expect(cause?.text).toContain("stopped after 40 hypothetical policies");
  });
});

const side = fc.record({
  compliance: fc.constantFrom({}, { regimes: [] }, { regimes: ["gdpr"] }, { regimes: ["gdpr", "soc2"], data_may_leave: true }),
  needs: fc.constantFrom({}, { min_benchmarks: {} }, { min_benchmarks: { mmlu: 10 }, features: ["tool_use"] }, { features: ["vision"] }),
  volume: fc.constantFrom({ requests_per_day: 5000 }, { requests_per_month: 1e6 }, { requests_per_day: { low: 1, expected: 2, high: 3 } }),
  extra: fc.constantFrom(
    {},
    { latency: { ttft_ms_p95: 900 } },
    { candidates: { api: ["gpt-5.4-mini"] } },
    { candidates: { open: ["qwen3-32b"] } },
  ),
  names: fc.subarray(["one", "two", "three"], { minLength: 1 }),
});

type Side = typeof side extends fc.Arbitrary<infer Value> ? Value : never;

function written({ compliance, needs, volume, extra, names }: Side): PolicyObject {
  const tokens = { input: 500, output: 200 };
  return { version: 1, compliance, workloads: names.map((name) => ({ name, volume, tokens, needs, ...extra })) };
}

describe("edits", () => {
  it("taken back all together give the base again", () => {
    fc.assert(
      fc.property(side, side, (from, to) => {
        const [base, head] = [documentOf(written(from)), documentOf(written(to))];
        const back = takenBack(head, editsBetween(base, head));

        expect(editsBetween(base, back)).toEqual([]);
        expect(new Set(back.policy.workloads.map(({ name }) => name))).toEqual(new Set(base.policy.workloads.map(({ name }) => name)));
      }),
    );
  });
});

describe("a catalog alone", () => {
  it("has the effect of its prices on the same policy", () => {
    const document = documentOf(policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })]));
    const double = catalog.apiModels.map((model) => ({
      ...model,
      prices: model.prices.map((price) => ({
        ...price,
        inputUsdPerMTok: price.inputUsdPerMTok * 2,
        outputUsdPerMTok: price.outputUsdPerMTok * 2,
      })),
    }));
    const effect = catalogEffect(document, catalog, { ...catalog, apiModels: double }, AS_OF, []);

    expect(effect.deltaUsd).toBeCloseTo(500 * 0.75 + 200 * 4.5, 6);
    expect(effect.from.path).toBe("api");
  });
});
