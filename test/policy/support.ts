import type { Diagnostic, NameBook, NameKind } from "../../src/policy/diagnostic.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import type { PolicyDocument } from "../../src/policy/policy.ts";
import { nearestWord } from "../../src/policy/words.ts";

export const FILE = ".github/breakeven.yml";

const KNOWN: Readonly<Record<NameKind, readonly string[]>> = {
  "api-model": ["gpt-4.1-mini", "gpt-5.4-mini", "gpt-6-luna", "claude-haiku-4-5", "claude-haiku-5-5", "amazon.nova-2-lite-v1:0"],
  "open-model": ["llama-3.3-70b-instruct", "qwen3-30b-a3b-instruct-2507", "qwen3-32b", "gpt-oss-20b", "gpt-oss-120b", "qwen3.5-27b"],
  gpu: ["h100", "l40s"],
  region: ["us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "us-gov-west-1"],
  instance: ["g5.12xlarge", "g6e.12xlarge", "p5.48xlarge"],
  benchmark: ["mmlu", "mmlu_pro", "gpqa_diamond"],
  rule: ["hipaa", "soc2", "capability", "licence", "data-residency", "team"],
};

/** A small name book that works like the one of the catalog. */
export const names: NameBook = {
  explain(kind, name) {
    if (KNOWN[kind].includes(name)) return undefined;
    if (name === "gpt-3.5-turbo") return { problem: `the model "${name}" is no longer served`, fix: "write gpt-5.4-mini", retired: true };
    const near = nearestWord(name, KNOWN[kind]);
    return { problem: `unknown ${kind} "${name}"`, fix: near === undefined ? "run breakeven catalog list" : `did you mean "${near}"?` };
  },
};

/** The smallest valid policy; tests replace or add lines. */
export const MINIMAL = `version: 1
workloads:
  - name: chat
    volume: { requests_per_month: 100000 }
    tokens: { input: 1000, output: 300 }
`;

/** The example of the documentation: every key of the language that can stand beside the others. */
export const EXAMPLE = `# yaml-language-server: $schema=policy.schema.json
version: 1
name: support-platform
region: us-east-1
horizon_months: 12
stage: production
ready_in_weeks: 12
team:
  ml_ops: none
  hourly_rate_usd: 95
compliance:
  regimes: [hipaa, gdpr]
  data_residency: [us]
  data_may_leave: true
  zero_retention: true
  no_training: true
  air_gapped: false
  on_premises: false
  private_network: false
  audit_log: api
organisation: { domicile: US, monthly_active_users: 2000000, annual_revenue_usd: 30000000 }
purchase:
  gpu: on_demand
  gpu_schedule: weekly
  gpu_discount_ratio: 0
  api_discount_ratio: 0
workloads:
  - name: support-chat
    use_case: customer_facing
    data_class: [pii]
    volume:
      requests_per_day: 100000
      growth_ratio_per_month: 0.05
      hourly_profile: business_hours
      peak_to_average: 1.5
    tokens: { input: 1000, output: 500, cached_input_ratio: 0.4, cache_write_ratio: 0.1, batch_ratio: 0, growth_ratio_per_month: 0 }
    latency: { ttft_ms_p95: 800, tpot_ms_p95: 50 }
    needs:
      context_window_tokens: 32000
      features: [tool_use, json_schema]
      min_benchmarks: { mmlu: 80 }
      customization: none
      openness: weights
      availability_ratio: 0.999
    compliance: {}
    current: { path: api, model: gpt-4.1-mini }
    candidates: { api: [gpt-4.1-mini, claude-haiku-4-5], open: [llama-3.3-70b-instruct] }
prices:
  api: [{ id: gpt-4.1-mini, effective_from: 2026-01-01, input_usd_per_mtok: 0.4, output_usd_per_mtok: 1.6, cached_input_usd_per_mtok: 0.1, source: "contract 2026-07", checked: 2026-11-01 }]
  gpu: [{ id: p5.48xlarge, region: us-east-1, usd_per_hour: 31.5, effective_from: 2026-01-01, source: "private offer", checked: 2026-11-01 }]
measurements: [{ file: bench/h100-qwen3-32b.json, model: qwen3-32b, gpu: h100, tensor_parallel: 1, precision: fp8, kv_precision: bf16, tool: vllm_bench, cached_input_ratio: 0 }]
gates:
  max_monthly_usd: 20000
  max_increase_ratio: 0.10
  forbid_paths: []
waivers: []
deploy:
  environment: production
  vpc: { id: vpc-123, private_subnet_ids: [subnet-1, subnet-2] }
  domain: llm.example.com
  github_repository: acme/support
  backend: { s3: { bucket: acme-tf, key: llm.tfstate } }
  alarm_email: oncall@example.com
`;

/** The problems of a text; warnings only when it is valid. */
export function problemsOf(text: string): readonly Diagnostic[] {
  const result = parsePolicy(text, FILE, names);
  return result.kind === "invalid" ? result.diagnostics : result.warnings;
}

/** A text that must be valid. */
export function valid(text: string): PolicyDocument {
  const result = parsePolicy(text, FILE, names);
  if (result.kind === "policy") return result;
  throw new Error(`not valid: ${JSON.stringify(result.diagnostics, null, 1)}`);
}

/** 1-based line and column of the first occurrence of `mark`, found without the parser. */
export function whereIs(text: string, mark: string): { readonly line: number; readonly column: number } {
  const offset = text.indexOf(mark);
  if (offset === -1) throw new Error(`${JSON.stringify(mark)} is not in the text`);
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/** Words that only zod would say. */
export const RAW_WORDING = /invalid (input|option|string|type)|unrecognized|\bexpected \w+ to|, received|too (small|big)/i;
