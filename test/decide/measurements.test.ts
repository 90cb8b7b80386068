import { describe, expect, it } from "vitest";
import { capacityOne } from "../../src/capacity/rows.ts";
import { type EvaluateResult, evaluate } from "../../src/evaluate.ts";
import { renderJson } from "../../src/report/json.ts";
import { AS_OF, catalog, type PolicyObject, policy, workload } from "./support.ts";

const FILE = "bench/run.json";
const configuration = { model: "qwen3-32b", gpu: "h100", tensor_parallel: 1, precision: "fp8" };

/** A closed benchmark of 64 requests in flight, at `ratio` of what the model predicts for the configuration. */
function bench(ratio: number, { gpu, tensor_parallel, precision } = configuration, change: PolicyObject = {}): string {
  const answer = capacityOne(catalog, {
    model: "qwen3-32b",
    gpu,
    precision,
    tensorParallel: tensor_parallel,
    inputTokens: 500,
    outputTokens: 200,
    load: { kind: "closed", concurrency: 64 },
  });
  if (answer.kind === "invalid") throw new Error(answer.text);
  const perSecond = answer.prediction.requestsPerSecond.expected * ratio;
  const completed = 1_000_000;
  return JSON.stringify({
    completed,
    request_throughput: perSecond,
    output_throughput: perSecond * 200,
    total_input_tokens: 500 * completed,
    total_output_tokens: 200 * completed,
    max_concurrency: 64,
    request_rate: "inf",
    ...change,
  });
}

/** One workload that must be self-hosted and needs many servers, and one that only an API serves. */
function twoSides(measurements: readonly PolicyObject[] = []): PolicyObject {
  const own = workload({
    name: "own",
    volume: { requests_per_month: 100_000_000, hourly_profile: "flat", peak_to_average: 1.5 },
    candidates: { open: ["qwen3-32b"] },
    compliance: { data_may_leave: false },
  });
  const api = workload({ name: "api", candidates: { api: ["gpt-5.4-mini"] } });
  return policy([own, api], { team: { ml_ops: "dedicated", hourly_rate_usd: 1 }, measurements });
}

interface Side {
  readonly value: PolicyObject;
  readonly files?: Readonly<Record<string, string>>;
}

function judged({ value, files = {} }: Side, base: Side | null = null): EvaluateResult {
  const source = (side: Side) => ({ path: "policy.yml", text: JSON.stringify(side.value, null, 1), files: side.files ?? {} });
  return evaluate({ ...source({ value, files }), base: base && source(base), catalog, asOf: AS_OF, engineVersion: "test" });
}

function evaluation(side: Side, base: Side | null = null) {
  const result = judged(side, base);
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics, null, 1));
  return result.evaluation;
}

const before = evaluation({ value: twoSides() });
const [fleet] = before.decision.fleets;
if (fleet === undefined) throw new Error("the first workload is not self-hosted");
const chosen = {
  ...configuration,
  gpu: before.decision.workloads[0]?.option?.gpu ?? "",
  tensor_parallel: fleet.tensorParallel,
  precision: fleet.precision,
};

describe("a measured configuration", () => {
  const after = evaluation({
    value: twoSides([{ file: FILE, ...chosen }]),
    files: { [FILE]: bench(0.9, chosen) },
  });

  it("that is slower than predicted makes its fleet dearer and changes nothing else", () => {
    const [own, api] = [before.decision.workloads, after.decision.workloads];
    expect(after.decision.path).toBe(before.decision.path);
    expect(api[0]?.monthlyCostUsd?.expected).toBeGreaterThan(own[0]?.monthlyCostUsd?.expected ?? Number.NaN);
    expect({ ...api[1], line: 0 }).toEqual({ ...own[1], line: 0 });
    expect(after.decision.workloads.map(({ path, rejected }) => ({ path, rejected }))).toEqual(
      before.decision.workloads.map(({ path, rejected }) => ({ path, rejected })),
    );
  });

  it("says so beside the fleet", () => {
    expect(after.decision.fleets[0]?.id).toBe(fleet.id);
    expect(after.decision.fleets[0]?.capacity).toMatchObject({ confidence: "A", measured: `rescaled x0.90 by ${FILE}` });
    expect(fleet.capacity.measured).toBeUndefined();
    expect(JSON.parse(renderJson(after)).fleets[0].capacity.measured).toBe(`rescaled x0.90 by ${FILE}`);
    expect(JSON.parse(renderJson(before)).fleets[0].capacity.measured).toBeNull();
  });

  it("that is so slow that another one is cheaper is left", () => {
    const left = evaluation({ value: twoSides([{ file: FILE, ...chosen }]), files: { [FILE]: bench(0.1, chosen) } });
    expect(left.decision.fleets[0]?.id).not.toBe(fleet.id);
    expect(left.decision.fleets[0]?.capacity.measured).toBeUndefined();
    const { model, precision, tensorParallel } = fleet;
    expect(left.findings.filter(({ id }) => id === "measurement-unused")).toMatchObject([
      {
        level: "notice",
        text: `${FILE} measured ${model} ${precision} on ${tensorParallel} x ${fleet.gpu} at 0.10 of the predicted rate; no server of this decision runs that`,
      },
    ]);
    expect(after.findings.map(({ id }) => id)).not.toContain("measurement-unused");
  });
});

describe("a measurement that cannot be used", () => {
  const measurement = { file: FILE, ...configuration };
  const busy = bench(4, configuration);

  it.each<[says: string, measurement: PolicyObject, files: Readonly<Record<string, string>>, code: string, text: RegExp]>([
    ["names a file that is not there", measurement, {}, "measurement-not-found", /not found: "bench\/run\.json"/],
    ["holds something else", measurement, { [FILE]: "{}" }, "measurement-refused", /keys of any known tool/],
    ["implies more than 60 % of the peak", measurement, { [FILE]: busy }, "measurement-refused", /no cached_input_ratio .* at most 60 %/],
    [
      "declares a cache that explains too little",
      { ...measurement, cached_input_ratio: 0.01 },
      { [FILE]: busy },
      "measurement-refused",
      /0\.01/,
    ],
    ["cannot have run", { ...measurement, tensor_parallel: 3 }, { [FILE]: bench(1) }, "measurement-refused", /does not divide the heads/],
    ["names a key of every object", { ...measurement, file: "constructor" }, {}, "measurement-not-found", /constructor/],
  ])("and %s is an error at its line", (_, written, files, code, text) => {
    const value = twoSides([written]);
    const result = judged({ value, files });
    const line =
      JSON.stringify(value, null, 1)
        .split("\n")
        .findIndex((row) => row.includes('"file":')) + 1;
    expect(result).toMatchObject({
      kind: "invalid",
      diagnostics: [{ severity: "error", code, line, path: "measurements[0].file", message: expect.stringMatching(text) }],
    });
  });

  it("says what to do about a file that is not there", () => {
    const result = judged({ value: twoSides([measurement]) });
    if (result.kind !== "invalid") throw new Error("the file is missing");
    expect(result.diagnostics[0]?.fix).toBe("commit the file, or correct the path; links that lead out of the repository are not followed");
  });

  it("is used when a declared cache ratio explains its rate", () => {
    const value = twoSides([{ ...measurement, cached_input_ratio: 0.95 }]);
    expect(judged({ value, files: { [FILE]: busy } }).kind).toBe("evaluated");
  });
});

describe("the base branch", () => {
  const value = twoSides([{ file: FILE, ...chosen }]);
  const slow = { value, files: { [FILE]: bench(0.9, chosen) } };
  const fast = { value, files: { [FILE]: bench(1, chosen) } };

  it("is decided with its own files, so a new benchmark shows as a change of cost", () => {
    expect(evaluation(slow, fast).delta?.deltaMonthlyUsd).toBeGreaterThan(0);
  });

  it("without files of its own is decided with those of the head", () => {
    expect(evaluation(slow, { value }).delta?.deltaMonthlyUsd).toBe(0);
  });

  it("with a benchmark that cannot be used keeps its gates and says so", () => {
    const gated = { ...value, gates: { max_monthly_usd: 1 } };
    const result = evaluation(slow, { value: gated, files: { [FILE]: "{}" } });
    expect(result.gates).toMatchObject([{ id: "max_monthly_usd", status: "fail", from: "base" }]);
    expect(result.findings).toContainEqual(expect.objectContaining({ id: "base-measurement", level: "warning" }));
  });
});
