import fc from "fast-check";
import type { Delta, Evaluation, WorkloadDelta } from "../../src/decide/evaluation-types.ts";
import type { Band, CostLine, Decision, OptionSummary, Reason, WorkloadDecision } from "../../src/decide/types.ts";
import { apiCase, fleet, haiku, hybridCase, llama, managedLlama, mini } from "./fixtures.ts";

/** Evaluations of every shape that the types allow: figures unknown, tiny or huge, lists empty or long. */

const word = fc.stringMatching(/^[a-z]{1,12}$/).filter((value) => !/null|nan|undefined|infinity/.test(value));
const sentence = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(" "));
const amount = fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constantFrom(0, 1e-9, 0.004, 99.995, 99.999_999, 1e12));
const maybeAmount = fc.option(amount, { nil: null });
const maybeLine = fc.option(fc.integer({ min: 1, max: 5000 }), { nil: null });
const band: fc.Arbitrary<Band> = fc.tuple(amount, amount, amount).map(([a, b, c]) => {
  const [p10 = a, expected = b, p90 = c] = [a, b, c].sort((x, y) => x - y);
  return { expected, p10, p50: expected, p90 };
});
const option: fc.Arbitrary<OptionSummary> = fc.constantFrom(mini, haiku, managedLlama, llama, {
  id: "self-host/x",
  kind: "self-host",
  model: "x",
  route: "self-host",
} satisfies OptionSummary);

const costLine: fc.Arbitrary<CostLine> = fc.record(
  {
    id: word,
    label: sentence,
    quantity: amount,
    unit: word,
    unitPriceUsd: maybeAmount,
    monthlyUsd: maybeAmount,
    source: sentence,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ["id", "label", "quantity", "unit", "unitPriceUsd", "monthlyUsd", "source"] },
);

const reason: fc.Arbitrary<Reason> = fc.record({
  rule: word,
  verdict: fc.constantFrom("pass" as const, "fail" as const, "unknown" as const, "waived" as const, "info" as const),
  text: sentence,
  line: maybeLine,
  source: fc.option(sentence, { nil: null }),
});

function workloadNamed(name: string): fc.Arbitrary<WorkloadDecision> {
  const shared = {
    name: fc.constant(name),
    line: fc.integer({ min: 1, max: 5000 }),
    requestsPerMonth: amount,
    costLines: fc.array(costLine, { maxLength: 3 }),
    breakEven: fc.option(fc.record({ requestsPerMonth: amount, versus: word, reachedOn: fc.constantFrom(null, "2027-03") }), { nil: null }),
    reasons: fc.array(reason, { maxLength: 4 }),
    rejected: fc.array(
      fc.record({
        option: word,
        rule: fc.constantFrom("memory-fit", "hipaa-baa"),
        verdict: fc.constantFrom("fail" as const, "unknown" as const),
        text: sentence,
        line: maybeLine,
      }),
      { maxLength: 5 },
    ),
    runnersUp: fc.array(fc.record({ option, monthlyCostUsd: band, policyMonthlyUsd: amount }), { maxLength: 2 }),
    tippingPoints: fc.array(
      fc.record({
        parameter: word,
        from: amount,
        to: amount,
        flipsTo: fc.constantFrom("api" as const, "self-host" as const),
        text: sentence,
      }),
      { maxLength: 3 },
    ),
    conditions: fc.array(sentence, { maxLength: 7 }),
    breakEvens: fc.constant([]),
    smallestUnitUsd: maybeAmount,
    smallestUnitModel: fc.constant(null),
    leaveWhen: fc.constant([]),
    growth: fc.constant(null),
    conflict: fc.constant(null),
    relaxations: fc.constant([]),
    split: fc.constant(null),
    considered: fc.record({ total: fc.nat(900), feasible: fc.nat(90) }),
  };
  const nothing = fc.record({
    ...shared,
    path: fc.constant("none" as const),
    option: fc.constant(null),
    monthlyCostUsd: fc.constant(null),
  });
  const something = fc.record({
    ...shared,
    path: fc.constantFrom("api" as const, "self-host" as const),
    option,
    monthlyCostUsd: fc.option(band, { nil: null }),
  });
  return fc.oneof({ weight: 1, arbitrary: nothing }, { weight: 4, arbitrary: something });
}

const names = fc.uniqueArray(word, { minLength: 1, maxLength: 6 });

function decisionFor(workloads: readonly string[]): fc.Arbitrary<Decision> {
  return fc.record({
    path: fc.constantFrom("api" as const, "self-host" as const, "hybrid" as const, "none" as const),
    monthlyCostUsd: fc.option(band, { nil: null }),
    firstMonthUsd: maybeAmount,
    lastMonthUsd: maybeAmount,
    workloads: fc.tuple(...workloads.map(workloadNamed)),
    fleets: fc.constantFrom([], [fleet], [fleet, { ...fleet, vllmFlags: [], workloads: [] }]),
    months: fc.constant([]),
    paths: fc.array(
      fc.record({
        path: fc.constantFrom("api" as const, "self-host" as const, "hybrid" as const),
        monthlyCostUsd: fc.option(band, { nil: null }),
        text: fc.constantFrom("", "words"),
      }),
      { maxLength: 3 },
    ),
    confidence: fc.constantFrom("high" as const, "medium" as const, "low" as const, "forced" as const),
    confidenceText: fc.constantFrom("", "words"),
    probabilityCheapest: fc.constantFrom(null, 0.42, 1),
    confidenceSteps: fc.constantFrom([], [{ text: "an old price" }]),
    nextMeasurement: fc.constantFrom(null, "read last month's tokens"),
    tornado: fc.constant([]),
    preferences: fc.constant(null),
    exact: fc.boolean(),
    gapRatio: fc.constantFrom(0, 0.01, null),
    assumptions: fc.array(fc.record({ key: word, value: word, source: sentence }), { maxLength: 3 }),
    advisory: fc.array(
      fc.record({
        rule: word,
        workload: fc.option(word, { nil: null }),
        says: fc.constantFrom("api" as const, "self-host" as const, "either" as const),
        agrees: fc.boolean(),
        text: sentence,
        source: word,
      }),
      { maxLength: 3 },
    ),
  });
}

function deltaFor(workloads: readonly string[]): fc.Arbitrary<Delta> {
  const side = fc.option(
    fc.record({ path: fc.constantFrom("api", "self-host", "none"), option: fc.option(word, { nil: null }), monthlyUsd: maybeAmount }),
    { nil: null },
  );
  const one = (name: string): fc.Arbitrary<WorkloadDelta> =>
    fc.record({
      name: fc.constant(name),
      kind: fc.constantFrom("added" as const, "removed" as const, "changed" as const, "unchanged" as const),
      from: side,
      to: side,
      deltaUsd: maybeAmount,
    });
  return fc.record({
    cause: fc.constant(null),
    deltaMonthlyUsd: maybeAmount,
    pathChange: fc.constantFrom(null, { from: "api" as const, to: "hybrid" as const }),
    workloads: fc.tuple(...workloads.map(one)),
  });
}

export const anyEvaluation: fc.Arbitrary<Evaluation> = names.chain((workloads) =>
  fc.record({
    engineVersion: fc.constant("0.1.0"),
    asOf: fc.constant("2026-11-20"),
    catalog: fc.constantFrom(apiCase.catalog, { version: "2026-11-15", oldestPrice: null }),
    policy: fc.record({ path: word, name: word, sha256: fc.constant("0123456789abcdef".repeat(4)) }),
    base: fc.option(fc.record({ policy: fc.constant(apiCase.policy), decision: decisionFor(workloads) }), { nil: null }),
    baseNote: fc.constantFrom(null, "new policy"),
    decision: decisionFor(workloads),
    delta: fc.option(deltaFor(workloads), { nil: null }),
    gates: fc.subarray([...hybridCase.gates]),
    findings: fc.subarray([...hybridCase.findings]),
    diagnostics: fc.constantFrom(
      [],
      [{ severity: "warning" as const, code: "old-price", file: "x.yml", line: 3, column: 1, path: "", message: "old" }],
    ),
    horizonMonths: fc.integer({ min: 1, max: 60 }),
    region: word,
  }),
);
