import type { Evaluation, WorkloadDelta } from "../../src/decide/evaluation-types.ts";
import type {
  Assumption,
  CostLine,
  Decision,
  Fleet,
  OptionSummary,
  Reason,
  RejectedOption,
  WorkloadDecision,
} from "../../src/decide/types.ts";
import type { PolicyResult, ReportContext } from "../../src/report/types.ts";

/** Evaluations as the engine would make them; figures are plausible, not computed. */

export const context: ReportContext = {
  serverUrl: "https://github.com",
  repository: "acme/support",
  headSha: "4f0c2b7d9a61e35f8804c1d2e7b6a5948372610f",
  runUrl: "https://github.com/acme/support/actions/runs/9182736450",
  maxLength: 65_536,
};

export const mini: OptionSummary = {
  id: "api/openai/gpt-4.1-mini",
  kind: "api",
  model: "gpt-4.1-mini",
  route: "openai-api",
  provider: "openai",
};
export const haiku: OptionSummary = {
  id: "api/anthropic/claude-haiku-4-5",
  kind: "api",
  model: "claude-haiku-4-5",
  route: "anthropic-api",
  provider: "anthropic",
};
export const managedLlama: OptionSummary = {
  id: "managed/amazon-bedrock/llama-3.3-70b-instruct",
  kind: "managed",
  model: "llama-3.3-70b-instruct",
  route: "amazon-bedrock",
  provider: "amazon-bedrock",
};
export const llama: OptionSummary = {
  id: "self-host/llama-3.3-70b-instruct/fp8/g6e.12xlarge/tp4",
  kind: "self-host",
  model: "llama-3.3-70b-instruct",
  route: "self-host",
  gpu: "l40s",
  instanceType: "g6e.12xlarge",
  replicas: 2,
  instances: 2,
  tensorParallel: 4,
  precision: "fp8",
};

const openaiPrice = "https://openai.com/api/pricing, checked 2026-11-01";
const ec2Price = "https://aws.amazon.com/ec2/pricing/on-demand, checked 2026-11-03";

export function cost(
  id: string,
  label: string,
  quantity: number,
  unit: string,
  unitPriceUsd: number | null,
  source: string,
  share?: number,
): CostLine {
  const monthlyUsd = unitPriceUsd === null ? null : quantity * unitPriceUsd;
  return { id, label, quantity, unit, unitPriceUsd, monthlyUsd, source, ...(share === undefined ? {} : { share }) };
}

const apiLines: readonly CostLine[] = [
  cost("input-tokens", "Input tokens", 1825, "MTok", 0.4, openaiPrice),
  cost("cached-input-tokens", "Cached input tokens", 1216.666_666_7, "MTok", 0.1, openaiPrice),
  cost("output-tokens", "Output tokens", 1520.833_333_3, "MTok", 1.6, openaiPrice),
  cost("people-operations", "People: operations", 4, "h", 95, "policy line 8"),
];
const fleetLines: readonly CostLine[] = [
  cost("gpu-instances", "GPU instances, on demand", 1460, "h", 10.492_64, ec2Price),
  cost("storage", "Storage of weights and logs", 1200, "GB-month", 0.08, "https://aws.amazon.com/ebs/pricing, checked 2026-11-03"),
  cost("load-balancer", "Load balancer", 730, "h", 0.0225, "https://aws.amazon.com/elasticloadbalancing/pricing, checked 2026-11-03"),
  cost("nat-traffic", "Egress through NAT", 40, "GB", null, "no price in the catalog for us-gov-west-1"),
  cost("people-operations", "People: operations", 30, "h", 95, "policy line 8", 0.5),
];

const assumptions: readonly Assumption[] = [
  {
    key: "workloads[0].volume.peak_to_average",
    value: "1.5",
    source: "public chat traces at 0.5 to 2 requests/s, https://github.com/Azure/AzurePublicDataset, read 2026-11-02",
  },
  { key: "workloads[0].tokens.cached_input_ratio", value: "0.4", source: "customer_facing default" },
  { key: "team.hourly_rate_usd", value: "$95", source: "US Bureau of Labor Statistics ECEC, 2026 Q2" },
];

const reasonsForApi: readonly Reason[] = [
  {
    rule: "lowest-cost",
    verdict: "info",
    text: "gpt-4.1-mini costs $3,665 a month, the best self-hosted option $16,842",
    line: 24,
    source: openaiPrice,
  },
  {
    rule: "team-can-operate",
    verdict: "info",
    text: "team.ml_ops is none: running GPU servers would add 60 hours of hired work a month",
    line: 7,
    source: null,
  },
  {
    rule: "hipaa-baa",
    verdict: "pass",
    text: "openai-api signs a BAA, which hipaa asks for",
    line: 11,
    source: "https://openai.com/policies/baa, checked 2026-10-20",
  },
  {
    rule: "zero-retention",
    verdict: "unknown",
    text: "zero retention is offered on request; no proof that it is switched on",
    line: 14,
    source: null,
  },
];

const rejected: readonly RejectedOption[] = [
  {
    option: "api/deepseek/deepseek-chat",
    rule: "data-residency",
    verdict: "fail",
    text: "processes data in CN; the policy allows us",
    line: 12,
  },
  {
    option: "api/mistral/mistral-large",
    rule: "data-residency",
    verdict: "fail",
    text: "processes data in FR; the policy allows us",
    line: 12,
  },
  {
    option: "self-host/llama-3.3-70b-instruct/bf16/g5.12xlarge/tp4",
    rule: "memory-fit",
    verdict: "fail",
    text: "weights need 131.4 GiB, 4 x A10G have 86.4 GiB usable",
    line: 28,
  },
  {
    option: "api/xai/grok-4-fast",
    rule: "hipaa-baa",
    verdict: "unknown",
    text: "no statement about a BAA found (checked 2026-10-20)",
    line: 11,
  },
];

export function workload(name: string, overrides: Partial<WorkloadDecision> = {}): WorkloadDecision {
  return {
    name,
    line: 20,
    path: "api",
    option: mini,
    split: null,
    requestsPerMonth: 3_041_666.67,
    monthlyCostUsd: { expected: 3665, p10: 3102.4, p50: 3665, p90: 4480.9 },
    costLines: apiLines,
    breakEven: { requestsPerMonth: 14_200_000, versus: llama.id, reachedOn: "2028-02" },
    breakEvens: [],
    smallestUnitUsd: null,
    smallestUnitModel: null,
    leaveWhen: [],
    growth: null,
    conflict: null,
    relaxations: [],
    reasons: reasonsForApi,
    rejected,
    runnersUp: [
      { option: haiku, monthlyCostUsd: { expected: 6920.5, p10: 5900, p50: 6920.5, p90: 8100 }, policyMonthlyUsd: 6920.5 },
      { option: llama, monthlyCostUsd: { expected: 16_842, p10: 15_000, p50: 16_842, p90: 19_800 }, policyMonthlyUsd: 16_842 },
    ],
    tippingPoints: [
      {
        parameter: "requests_per_month",
        from: 3_041_667,
        to: 14_200_000,
        flipsTo: "self-host",
        text: "from 14,200,000 requests a month (×4.7) self-hosting costs less",
      },
      { parameter: "api_price", from: 1, to: 3.9, flipsTo: "self-host", text: "self-hosting costs less when the API price rises to ×3.9" },
      {
        parameter: "gpu_price",
        from: 10.49,
        to: 2.1,
        flipsTo: "self-host",
        text: "self-hosting costs less when g6e.12xlarge falls to $2.10 an hour (×0.2)",
      },
    ],
    conditions: ["sign a BAA with OpenAI before the first request with PHI", "switch zero retention on for the project"],
    considered: { total: 214, feasible: 31 },
    ...overrides,
  };
}

export function decision(overrides: Partial<Decision> = {}): Decision {
  return {
    path: "api",
    monthlyCostUsd: { expected: 3665, p10: 3102.4, p50: 3665, p90: 4480.9 },
    firstMonthUsd: 2763.2,
    lastMonthUsd: 4726.1,
    workloads: [workload("support-chat")],
    fleets: [],
    months: [],
    paths: [
      { path: "api", monthlyCostUsd: { expected: 3665, p10: 3102.4, p50: 3665, p90: 4480.9 }, text: "gpt-4.1-mini" },
      {
        path: "self-host",
        monthlyCostUsd: { expected: 16_842, p10: 15_000, p50: 16_842, p90: 19_800 },
        text: "llama-3.3-70b-instruct fp8 on 2 × g6e.12xlarge",
      },
      { path: "hybrid", monthlyCostUsd: null, text: "one workload cannot be split" },
    ],
    confidence: "high",
    confidenceText: "the 80% bands of API and self-host do not overlap",
    probabilityCheapest: null,
    confidenceSteps: [],
    nextMeasurement: null,
    tornado: [],
    preferences: null,
    exact: true,
    gapRatio: 0,
    assumptions,
    advisory: [],
    ...overrides,
  };
}

export function evaluation(overrides: Partial<Evaluation> = {}): Evaluation {
  return {
    engineVersion: "0.1.0",
    asOf: "2026-11-20",
    catalog: { version: "2026-11-15", oldestPrice: { id: "gpt-4.1-mini", checked: "2026-11-01", ageDays: 19 } },
    policy: {
      path: ".github/breakeven.yml",
      name: "support-platform",
      sha256: "3f2a9c1b2d3e4f506172839405162738495061728394a5b6c7d8e9f001122334",
    },
    base: null,
    baseNote: "new policy",
    decision: decision(),
    delta: null,
    gates: [{ id: "max_monthly_usd", status: "pass", text: "$3,665 a month, the limit is $20,000", line: 44, from: "head" }],
    findings: [],
    diagnostics: [],
    horizonMonths: 12,
    region: "us-east-1",
    ...overrides,
  };
}

export const fleet: Fleet = {
  id: "llama-3.3-70b-instruct-fp8-g6e.12xlarge-tp4",
  model: "llama-3.3-70b-instruct",
  hubRepo: "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic",
  precision: "fp8",
  gatedDownload: true,
  weightsGiB: 67.7,
  instanceType: "g6e.12xlarge",
  gpu: "l40s",
  gpuCountPerInstance: 4,
  tensorParallel: 4,
  replicasPerInstance: 1,
  schedule: null,
  instances: { first: 2, last: 3, minimum: 2 },
  usdPerInstanceHour: 10.492_64,
  utilisationRatio: { mean: 0.214, peak: 0.683 },
  capacity: {
    requestsPerSecondPerReplica: 3.42,
    ttftMsP95: 612,
    tpotMsP95: 43.7,
    concurrency: 96.302_309_547_083_75,
    limitedBy: "memory-bandwidth",
    confidence: "B",
  },
  vllmFlags: [
    ["--tensor-parallel-size", "4"],
    ["--max-model-len", "32000"],
    ["--kv-cache-dtype", "fp8"],
    ["--enable-prefix-caching", ""],
  ],
  workloads: ["ticket-triage", "contract-review"],
};

/** One new policy with one workload, served by an API. */
export const apiCase = evaluation();

const onPremBand = { expected: 18_310.24, p10: 16_000, p50: 18_310.24, p90: 21_450 };
const hosted = workload("claims-extraction", {
  path: "self-host",
  option: llama,
  line: 18,
  monthlyCostUsd: onPremBand,
  costLines: fleetLines,
  requestsPerMonth: 9_125_000,
  breakEven: { requestsPerMonth: 7_600_000, versus: mini.id, reachedOn: null },
  reasons: [
    { rule: "data-may-leave", verdict: "fail", text: "compliance.data_may_leave is false: every API is ruled out", line: 9, source: null },
    {
      rule: "lowest-cost",
      verdict: "info",
      text: "llama-3.3-70b-instruct fp8 on g6e.12xlarge is the lowest-cost of 6 self-hosted options",
      line: null,
      source: ec2Price,
    },
  ],
  runnersUp: [],
  tippingPoints: [],
  conditions: ["accept the Llama 3.3 licence on the model hub", "raise the EC2 quota for g6e instances in us-east-1 to 144 vCPU"],
  considered: { total: 214, feasible: 6 },
});

/** A known policy whose only workload is forced onto one fleet; the price of one cost line is not known. */
export const selfHostCase = evaluation({
  policy: {
    path: "services/claims/breakeven.yml",
    name: "claims",
    sha256: "b81d20f4aa6e4f506172839405162738495061728394a5b6c7d8e9f001122334",
  },
  baseNote: null,
  base: {
    policy: { path: "services/claims/breakeven.yml", name: "claims", sha256: "00".repeat(32) },
    decision: decision({ path: "self-host", monthlyCostUsd: onPremBand, workloads: [hosted] }),
  },
  delta: {
    cause: null,
    deltaMonthlyUsd: 0,
    pathChange: null,
    workloads: [
      {
        name: "claims-extraction",
        kind: "unchanged",
        from: { path: "self-host", option: llama.id, monthlyUsd: onPremBand.expected },
        to: { path: "self-host", option: llama.id, monthlyUsd: onPremBand.expected },
        deltaUsd: 0,
      },
    ],
  },
  decision: decision({
    path: "self-host",
    monthlyCostUsd: onPremBand,
    firstMonthUsd: onPremBand.expected,
    lastMonthUsd: onPremBand.expected,
    workloads: [hosted],
    fleets: [{ ...fleet, workloads: ["claims-extraction"], instances: { first: 2, last: 2, minimum: 2 } }],
    paths: [
      { path: "api", monthlyCostUsd: null, text: "every API is ruled out by data_may_leave" },
      { path: "self-host", monthlyCostUsd: onPremBand, text: "" },
      { path: "hybrid", monthlyCostUsd: null, text: "every API is ruled out by data_may_leave" },
    ],
    confidence: "forced",
    confidenceText: "rules leave one path",
    probabilityCheapest: null,
    confidenceSteps: [],
    nextMeasurement: null,
    tornado: [],
    preferences: null,
  }),
  gates: [],
});

const triage = workload("ticket-triage", {
  ...hosted,
  name: "ticket-triage",
  reasons: [hosted.reasons[1] ?? reasonsForApi[0], ...reasonsForApi].filter((r) => r !== undefined),
  tippingPoints: [
    {
      parameter: "requests_per_month",
      from: 9_125_000,
      to: 7_600_000,
      flipsTo: "api",
      text: "below 7,600,000 requests a month (×0.83) the API costs less",
    },
  ],
});
/** Beside the servers that ticket-triage needs anyway, an API of its own would cost the policy 4,816 USD more. */
const reviewRunnersUp = [
  { option: haiku, monthlyCostUsd: { expected: 6920.5, p10: 5900, p50: 6920.5, p90: 8100 }, policyMonthlyUsd: 28_980.11 },
];
const review = workload("contract-review", {
  path: "self-host",
  option: llama,
  runnersUp: reviewRunnersUp,
  monthlyCostUsd: { expected: 2104.5, p10: 1800, p50: 2104.5, p90: 2600 },
  costLines: fleetLines.slice(0, 1),
  conditions: ["accept the Llama 3.3 licence on the model hub"],
});
const chat = workload("support-chat", {
  runnersUp: [
    { option: haiku, monthlyCostUsd: { expected: 6920.5, p10: 5900, p50: 6920.5, p90: 8100 }, policyMonthlyUsd: 27_419.61 },
    { option: llama, monthlyCostUsd: { expected: 16_842, p10: 15_000, p50: 16_842, p90: 19_800 }, policyMonthlyUsd: 37_341.11 },
  ],
});
const search = workload("search-answers", {
  option: managedLlama,
  runnersUp: [{ option: haiku, monthlyCostUsd: { expected: 6920.5, p10: 5900, p50: 6920.5, p90: 8100 }, policyMonthlyUsd: 31_000.24 }],
  monthlyCostUsd: { expected: 84.37, p10: 70, p50: 84.37, p90: 101 },
  breakEven: null,
  conditions: [],
  tippingPoints: [],
});

function unchangedDelta(name: string, option: OptionSummary, monthlyUsd: number): WorkloadDelta {
  const side = { path: option.kind === "self-host" ? "self-host" : "api", option: option.id, monthlyUsd };
  return { name, kind: "unchanged", from: side, to: side, deltaUsd: 0 };
}

/** A pull request that moves one workload to GPUs, adds one, removes one, leaves two alone, and breaks a gate. */
export const hybridCase = evaluation({
  baseNote: null,
  base: {
    policy: { path: ".github/breakeven.yml", name: "support-platform", sha256: "77".repeat(32) },
    decision: decision({
      monthlyCostUsd: { expected: 20_164.37, p10: 18_000, p50: 20_164.37, p90: 24_000 },
      workloads: [workload("support-chat"), workload("ticket-triage"), search, workload("old-summaries")],
    }),
  },
  delta: {
    cause: null,
    deltaMonthlyUsd: 3999.74,
    pathChange: { from: "api", to: "hybrid" },
    workloads: [
      unchangedDelta("support-chat", mini, 3665),
      {
        name: "ticket-triage",
        kind: "changed",
        from: { path: "api", option: mini.id, monthlyUsd: 14_900 },
        to: { path: "self-host", option: llama.id, monthlyUsd: 18_310.24 },
        deltaUsd: 3410.24,
      },
      {
        name: "contract-review",
        kind: "added",
        from: null,
        to: { path: "self-host", option: llama.id, monthlyUsd: 2104.5 },
        deltaUsd: 2104.5,
      },
      unchangedDelta("search-answers", managedLlama, 84.37),
      { name: "old-summaries", kind: "removed", from: { path: "api", option: mini.id, monthlyUsd: 1515 }, to: null, deltaUsd: -1515 },
    ],
  },
  decision: decision({
    path: "hybrid",
    monthlyCostUsd: { expected: 24_164.11, p10: 21_020, p50: 24_164.11, p90: 28_300 },
    firstMonthUsd: 21_900,
    lastMonthUsd: 27_050,
    workloads: [chat, triage, review, search],
    fleets: [fleet],
    paths: [
      {
        path: "api",
        monthlyCostUsd: { expected: 25_910, p10: 22_000, p50: 25_910, p90: 30_900 },
        text: "all four workloads on gpt-4.1-mini and Bedrock",
      },
      {
        path: "self-host",
        monthlyCostUsd: { expected: 31_420, p10: 28_000, p50: 31_420, p90: 36_100 },
        text: "two fleets of llama-3.3-70b-instruct",
      },
      {
        path: "hybrid",
        monthlyCostUsd: { expected: 24_164.11, p10: 21_020, p50: 24_164.11, p90: 28_300 },
        text: "one fleet for two workloads, APIs for the rest",
      },
    ],
    confidence: "low",
    confidenceText: "least expensive in 62% of 2,000 draws; its band $21,020 to $28,300 overlaps $22,000 to $30,900 of the api path",
    probabilityCheapest: 0.62,
    confidenceSteps: [],
    nextMeasurement: "run vllm bench serve for llama-3.3-70b-instruct on g6e.12xlarge and list the file under measurements",
    tornado: [
      {
        input: "throughput of llama-3.3-70b-instruct",
        workload: null,
        unit: "x the predicted rate",
        low: 0.584,
        high: 1.52,
        lowMonthlyUsd: 27_900.5,
        highMonthlyUsd: 21_250,
        flipsTo: "api",
        flipRatio: 0.325,
      },
      {
        input: "requests a month",
        workload: "support-chat",
        unit: "requests/month",
        low: 2_500_000,
        high: 4_000_000,
        lowMonthlyUsd: 23_400,
        highMonthlyUsd: 25_100,
        flipsTo: null,
        flipRatio: 0,
      },
    ],
    preferences: null,
  }),
  gates: [
    { id: "max_monthly_usd", status: "fail", text: "$24,164 a month is above the limit of $22,000", line: 44, from: "base" },
    {
      id: "max_increase_ratio",
      status: "waived",
      text: "+19.8% is above the limit of 10%; waived by dana until 2026-12-31: launch of contract review",
      line: 45,
      from: "base",
    },
    { id: "forbid_paths", status: "pass", text: "hybrid is allowed", line: 46, from: "head" },
  ],
  findings: [
    {
      id: "loosened-gate",
      level: "warning",
      text: "this pull request raises gates.max_monthly_usd from $22,000 to $40,000; the limit of the base branch still applies",
      line: 44,
    },
    {
      id: "shutdown-inside-horizon",
      level: "warning",
      text: "gpt-4.1-mini shuts down on 2027-04-14, inside the 12 months looked at",
      line: 24,
    },
    { id: "stale-price", level: "notice", text: "the price of claude-haiku-4-5 was checked 98 days ago", line: null },
  ],
});

const stuck = workload("ward-assistant", {
  path: "none",
  option: null,
  monthlyCostUsd: null,
  costLines: [],
  breakEven: null,
  runnersUp: [],
  tippingPoints: [],
  conditions: [],
  considered: { total: 214, feasible: 0 },
  reasons: [
    {
      rule: "hipaa-baa",
      verdict: "fail",
      text: "hipaa with phi data asks for a BAA; 41 of 44 API options have none that covers the model",
      line: 11,
      source: null,
    },
    {
      rule: "latency",
      verdict: "fail",
      text: "ttft_ms_p95 of 60 ms is below what any GPU in us-gov-west-1 reaches (best 143 ms on p5.48xlarge)",
      line: 31,
      source: null,
    },
  ],
});

/** No option satisfies every rule. */
export const noneCase = evaluation({
  policy: { path: ".github/breakeven.yml", name: "ward", sha256: "c0ffee00aa6e4f506172839405162738495061728394a5b6c7d8e9f001122334" },
  decision: decision({
    path: "none",
    monthlyCostUsd: null,
    firstMonthUsd: null,
    lastMonthUsd: null,
    workloads: [stuck],
    paths: [
      { path: "api", monthlyCostUsd: null, text: "no API satisfies hipaa-baa" },
      { path: "self-host", monthlyCostUsd: null, text: "no GPU reaches the latency promise" },
      { path: "hybrid", monthlyCostUsd: null, text: "neither side is feasible" },
    ],
    confidence: "forced",
    confidenceText: "rules leave no path",
    probabilityCheapest: null,
    confidenceSteps: [],
    nextMeasurement: null,
    tornado: [],
    preferences: null,
    assumptions: [],
  }),
  gates: [{ id: "forbid_paths", status: "fail", text: "the decision is none, which forbid_paths names", line: 46, from: "head" }],
});

/** A policy of 200 workloads, each changed by a different amount. */
export const manyCase = evaluation({
  baseNote: null,
  base: {
    policy: apiCase.policy,
    decision: decision({ monthlyCostUsd: { expected: 700_000, p10: 650_000, p50: 700_000, p90: 790_000 }, workloads: [] }),
  },
  delta: {
    cause: null,
    deltaMonthlyUsd: 33_000,
    pathChange: null,
    workloads: manyNames().map((name, index) => ({
      name,
      kind: index % 4 === 0 ? "unchanged" : "changed",
      from: { path: "api", option: haiku.id, monthlyUsd: 3500 },
      to: { path: "api", option: mini.id, monthlyUsd: 3500 + index },
      deltaUsd: index % 4 === 0 ? 0 : index,
    })),
  },
  decision: decision({
    monthlyCostUsd: { expected: 733_000, p10: 680_000, p50: 733_000, p90: 810_000 },
    firstMonthUsd: null,
    lastMonthUsd: null,
    workloads: manyNames().map((name) => ({
      ...workload(name),
      runnersUp: chat.runnersUp.map((next) => ({ ...next, policyMonthlyUsd: 736_255.5 })),
    })),
  }),
});

function manyNames(): readonly string[] {
  return Array.from({ length: 200 }, (_, index) => `workload-${String(index).padStart(3, "0")}`);
}

export function evaluated(value: Evaluation): PolicyResult {
  return { kind: "evaluated", file: value.policy.path, evaluation: value };
}

export const invalidResult: PolicyResult = {
  kind: "invalid",
  file: "services/search/breakeven.yml",
  diagnostics: [
    {
      severity: "error",
      code: "unknown-key",
      file: "services/search/breakeven.yml",
      line: 14,
      column: 7,
      path: "workloads[0].token",
      message: 'unknown key "token"; allowed: name, volume, tokens, latency',
      fix: 'did you mean "tokens"?',
    },
    {
      severity: "error",
      code: "unknown-model",
      file: "services/search/breakeven.yml",
      line: 22,
      column: 19,
      path: "workloads[0].candidates.api[0]",
      message: 'unknown API model "gpt-4.1-mni"',
      fix: 'did you mean "gpt-4.1-mini"?',
    },
    {
      severity: "warning",
      code: "old-price",
      file: "services/search/breakeven.yml",
      line: 30,
      column: 5,
      path: "prices.api[0]",
      message: "price was checked 400 days ago",
    },
  ],
};

export const deletedResult: PolicyResult = { kind: "deleted", file: "services/legacy/breakeven.yml" };
