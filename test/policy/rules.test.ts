import { describe, expect, it } from "vitest";
import { policyCodes } from "../../src/policy/diagnostic.ts";
import { MINIMAL, problemsOf, valid, whereIs } from "./support.ts";

const TWO = `${MINIMAL}  - name: mail
    volume: { requests_per_month: 5 }
    tokens: { input: 10, output: 5 }
`;
const hours = (weight: number) => `[${Array(24).fill(weight).join(", ")}]`;
const API_PRICE =
  "{ id: gpt-4.1-mini, effective_from: 2026-01-01, input_usd_per_mtok: 1, output_usd_per_mtok: 2, source: offer, checked: 2026-01-01 }";
const GPU_PRICE =
  "{ id: p5.48xlarge, region: us-east-1, usd_per_hour: 30, effective_from: 2026-01-01, source: offer, checked: 2026-01-01 }";
const WAIVER = "owner: ann, reason: agreed, expires: 2027-01-31";

interface Case {
  readonly says: string;
  readonly text: string;
  readonly code: keyof typeof policyCodes;
  /** Text at whose first occurrence the problem is shown. */
  readonly at: string;
}

const MEASURED = "model: qwen3-32b, gpu: h100, tensor_parallel: 1, precision: fp8";

const CASES: readonly Case[] = [
  { says: "both volumes", text: MINIMAL.replace("100000", "100000, requests_per_day: 5"), code: "exactly-one", at: "requests_per_day" },
  { says: "no volume", text: MINIMAL.replace("requests_per_month: 100000", "peak_to_average: 2"), code: "exactly-one", at: "volume" },
  { says: "a range out of order", text: MINIMAL.replace("1000,", "{ low: 5, expected: 4, high: 9 },"), code: "wrong-order", at: "input" },
  {
    says: "a request without tokens",
    text: MINIMAL.replace("input: 1000, output: 300", "input: 0, output: { low: 0, expected: 0, high: 0 }"),
    code: "out-of-range",
    at: "tokens",
  },
  {
    says: "a day without traffic",
    text: MINIMAL.replace("100000", `100000, hourly_profile: { weights: ${hours(0)}, weekend_ratio: 1 }`),
    code: "out-of-range",
    at: "weights",
  },
  { says: "none beside pii", text: MINIMAL.replace("chat", "chat\n    data_class: [pii, none]"), code: "contradiction", at: "none]" },
  {
    says: "a window smaller than one request",
    text: MINIMAL.replace("chat", "chat\n    needs: { context_window_tokens: 1299 }"),
    code: "contradiction",
    at: "context_window_tokens",
  },
  { says: "no candidate", text: MINIMAL.replace("chat", "chat\n    candidates: {}"), code: "out-of-range", at: "candidates" },
  {
    says: "two empty lists of candidates",
    text: MINIMAL.replace("chat", "chat\n    candidates: { api: [], open: [] }"),
    code: "out-of-range",
    at: "candidates",
  },
  { says: "two workloads of one name", text: TWO.replace("mail", "Chat"), code: "duplicate-name", at: "Chat" },
  { says: "spot without a price", text: `${MINIMAL}purchase: { gpu: spot }\n`, code: "needs-price", at: "gpu" },
  {
    says: "a savings plan without a discount",
    text: `${MINIMAL}purchase: { gpu: savings_plan, gpu_discount_ratio: 0 }\n`,
    code: "needs-price",
    at: "gpu",
  },
  {
    says: "a certificate elsewhere",
    text: `${MINIMAL}region: eu-west-1\ndeploy: { domain: a.example.com, certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/a" }\n`,
    code: "contradiction",
    at: "certificate_arn",
  },
  {
    says: "a price that ends before it begins",
    text: `${MINIMAL}prices: { api: [${API_PRICE.replace("input", "effective_to: 2025-12-31, input")}] }\n`,
    code: "wrong-order",
    at: "effective_to",
  },
  {
    says: "two prices of one day",
    text: `${MINIMAL}prices: { api: [${API_PRICE}, ${API_PRICE.replace("offer", "second")}] }\n`,
    code: "duplicate-name",
    at: API_PRICE.replace("offer", "second"),
  },
  { says: "a waiver of nothing", text: `${MINIMAL}waivers:\n  - { ${WAIVER} }\n`, code: "exactly-one", at: `{ ${WAIVER}` },
  {
    says: "a waiver of a gate and a rule",
    text: `${MINIMAL}waivers:\n  - { gate: max_monthly_usd, rule: team, ${WAIVER} }\n`,
    code: "exactly-one",
    at: "rule",
  },
  { says: "a waived air gap", text: `${MINIMAL}waivers:\n  - { rule: air-gapped, ${WAIVER} }\n`, code: "not-waivable", at: "rule" },
  {
    says: "a waived air gap in other spelling",
    text: `${MINIMAL}waivers:\n  - { rule: air_gapped, ${WAIVER} }\n`,
    code: "not-waivable",
    at: "rule",
  },
  {
    says: "a waiver for a stranger",
    text: `${MINIMAL}waivers:\n  - { rule: team, workload: chatt, ${WAIVER} }\n`,
    code: "unknown-workload",
    at: "workload:",
  },
  {
    says: "one file measured twice",
    text: `${MINIMAL}measurements:\n  - { file: a.json, ${MEASURED} }\n  - { file: A.json, ${MEASURED} }\n`,
    code: "duplicate-name",
    at: "A.json",
  },
];

describe("keys that do not fit together", () => {
  it.each(CASES)("$says: $code", ({ text, code, at }) => {
    const errors = problemsOf(text).filter(({ severity }) => severity === "error");
    expect(errors).toMatchObject([{ code, ...whereIs(text, at) }]);
    expect(errors[0]?.fix).toBeDefined();
  });

  it.each([
    ["a window of exactly one request", MINIMAL.replace("chat", "chat\n    needs: { context_window_tokens: 1300 }")],
    ["an empty list beside a named candidate", MINIMAL.replace("chat", "chat\n    candidates: { api: [], open: [gpt-oss-20b] }")],
    ["spot with a discount", `${MINIMAL}purchase: { gpu: spot, gpu_discount_ratio: 0.6 }\n`],
    ["spot with own prices", `${MINIMAL}purchase: { gpu: spot }\nprices: { gpu: [${GPU_PRICE}] }\n`],
    ["a capacity block, which has public prices", `${MINIMAL}purchase: { gpu: capacity_block }\n`],
    ["prices of one model on two days", `${MINIMAL}prices: { api: [${API_PRICE}, ${API_PRICE.replace("2026-01-01,", "2026-02-01,")}] }\n`],
    ["a waiver of a known workload", `${MINIMAL}waivers:\n  - { rule: team, workload: chat, ${WAIVER} }\n`],
    ["an empty list of measurements", `${MINIMAL}measurements: []\n`],
    [
      "weights for one busy hour",
      MINIMAL.replace("100000", `100000, hourly_profile: { weights: ${hours(0).replace("0", "1")}, weekend_ratio: 0 }`),
    ],
  ])("are told apart from %s, which fits", (_, text) => {
    expect(valid(text).warnings).toEqual([]);
  });

  it("are found although the schema has complaints of its own", () => {
    const text = TWO.replace("mail", "chat").replace("100000", "100000, requests_per_day: 5, peek: 3");
    expect(problemsOf(text).map(({ code }) => code)).toEqual(["exactly-one", "unknown-key", "duplicate-name"]);
  });
});

describe("the codes", () => {
  const TEXTS: Partial<Record<keyof typeof policyCodes, string>> = {
    "too-large": "#".repeat(300_000),
    "not-text": "\u0000",
    "empty-file": "",
    "yaml-syntax": "a: @",
    "too-deep": "[".repeat(50),
    "alias-bomb": `a: &a [${"1,".repeat(200)}]\nb: [${"*a,".repeat(200)}]`,
    "duplicate-key": `${MINIMAL}version: 1\n`,
    "unknown-key": `${MINIMAL}key: 1\n`,
    "missing-key": "version: 1\n",
    "wrong-type": "version: x\n",
    "unknown-value": "version: 2\n",
    "wrong-format": MINIMAL.replace("chat", "a b"),
    "unknown-model": MINIMAL.replace("chat", "chat\n    candidates: { api: [x] }"),
    "unknown-region": `${MINIMAL}region: x\n`,
    "unknown-instance": `${MINIMAL}prices: { gpu: [{ id: x }] }\n`,
    "unknown-gpu": `${MINIMAL}measurements: [{ gpu: x }]\n`,
    "unknown-benchmark": MINIMAL.replace("chat", "chat\n    needs: { min_benchmarks: { x: 1 } }"),
    retired: MINIMAL.replace("chat", "chat\n    candidates: { api: [gpt-3.5-turbo] }"),
    unusual: MINIMAL.replace("300", "300000"),
    "more-problems": Array.from({ length: 200 }, (_, index) => `key${index}: 1`).join("\n"),
  };
  const covered = new Set([...Object.keys(TEXTS), ...CASES.map(({ code }) => code)]);

  it("are all given by some text", () => {
    expect(Object.keys(policyCodes).filter((code) => !covered.has(code))).toEqual([]);
  });

  it.each(Object.entries(TEXTS))("include %s", (code, text) => {
    expect(problemsOf(text).map((problem) => problem.code)).toContain(code);
  });
});
