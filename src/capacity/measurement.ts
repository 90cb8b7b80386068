import { z } from "zod";

/** What wrote a measurement: `vllm bench serve --save-result`, or GuideLLM's `benchmarks.json`. */
export type MeasurementTool = "vllm_bench" | "guidellm";

/** Mean figures of one benchmark of one server. Tokens are means of a request; times in ms. */
export interface MeasuredRun {
  readonly tool: MeasurementTool;
  readonly requestsPerSecond: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly outputTokensPerSecond: number;
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  /** Most requests in flight; null where the run set no such limit. */
  readonly concurrency: number | null;
  /** Arrivals per second; null where all requests were sent at once or as fast as others finished. */
  readonly requestRate: number | null;
  /** Requests of the run where its start and end are part of the figures; null where the tool cut them off. */
  readonly requests: number | null;
}

/** A run, or why it says nothing about the capacity of a server and what to do. */
export type MeasurementResult =
  | { readonly kind: "measured"; readonly run: MeasuredRun }
  | { readonly kind: "refused"; readonly text: string; readonly fix: string };

/** Largest measurement file in bytes of UTF-8: 5 MiB. The summary takes a few KiB; the rest are single requests that nobody reads. */
export const MAX_MEASUREMENT_BYTES = 5 * 1024 * 1024;

const positive = z.number().positive();
const count = z.number().int().min(0);

/** Written by vllm/benchmarks/serve.py (vLLM 0.9 to 0.11, read 2026-11-21); `failed` and `num_prompts` are not in every release. */
const VllmBench = z.object({
  completed: count,
  failed: count.nullish(),
  num_prompts: count.nullish(),
  request_throughput: z.number().min(0),
  output_throughput: z.number().min(0),
  total_input_tokens: z.number().min(0),
  total_output_tokens: z.number().min(0),
  mean_ttft_ms: z.number().nullish(),
  mean_tpot_ms: z.number().nullish(),
  max_concurrency: positive.nullish(),
  request_rate: z.union([positive, z.literal("inf")]).nullish(),
});
type VllmBench = z.infer<typeof VllmBench>;

const Mean = z.object({ mean: z.number().nullish() }).nullish();
const Metric = z.object({ successful: Mean, total: Mean }).nullish();
const Counts = z.object({ successful: count.nullish(), errored: count.nullish(), incomplete: count.nullish() }).nullish();
const Strategy = z
  .object({
    type_: z.string().nullish(),
    streams: z.number().nullish(),
    max_concurrency: z.number().nullish(),
    rate: z.number().nullish(),
  })
  .nullish();

/**
 * Written by GuideLLM: the load stands in `config.strategy` (0.4 and newer) or `args.strategy` (0.2, 0.3), the counts in
 * `metrics.request_totals` or `run_stats.requests_made`. Read from src/guidellm/benchmark/schemas of its repository, 2026-11-21.
 */
const GuideBenchmark = z.object({
  config: z.object({ strategy: Strategy }).nullish(),
  args: z.object({ strategy: Strategy }).nullish(),
  run_stats: z.object({ requests_made: Counts }).nullish(),
  metrics: z.object({
    request_totals: Counts,
    requests_per_second: Metric,
    prompt_token_count: Metric,
    output_token_count: Metric,
    output_tokens_per_second: Metric,
    time_to_first_token_ms: Metric,
    inter_token_latency_ms: Metric,
  }),
});
type GuideBenchmark = z.infer<typeof GuideBenchmark>;
const GuideLlm = z.object({ benchmarks: z.array(GuideBenchmark) });

/**
 * Reads the JSON of a benchmark. `tool` says what wrote it; without it the keys tell. Of several benchmarks in a GuideLLM file
 * the one with the most requests per second counts, among those in which no request failed.
 *
 * Refused: text that is no JSON or of another tool, a run with failures, one that completed nothing, and one that kept up with its
 * request rate (it shows the rate, not what the server can do).
 *
 * Example: 500 requests of 1000 / 200 tokens, `output_throughput` 1840.5, `max_concurrency` 64 -> 1840.5 tokens/s at 64 in flight.
 */
export function readMeasurement(text: string, tool?: MeasurementTool): MeasurementResult {
  const size = new TextEncoder().encode(text).length;
  if (size > MAX_MEASUREMENT_BYTES)
    return refused(
      `it is larger than the allowed ${MAX_MEASUREMENT_BYTES} bytes`,
      "leave the single requests out of the file; the summary takes a few KiB",
    );
  const value = parseJson(text);
  if (value === undefined) return refused("it is not JSON", "commit the file as the tool wrote it, one JSON object");
  const guide = GuideLlm.safeParse(value);
  if (guide.success && tool !== "vllm_bench") return guideRun(guide.data.benchmarks);
  const vllm = VllmBench.safeParse(value);
  if (vllm.success && tool !== "guidellm") return vllmRun(vllm.data);
  return refused(
    `it does not have the keys of ${tool === undefined ? "any known tool" : NAMES[tool]}`,
    `write it with ${NAMES.vllm_bench}, or with ${NAMES.guidellm} as JSON`,
  );
}

const NAMES: Readonly<Record<MeasurementTool, string>> = { vllm_bench: '"vllm bench serve --save-result"', guidellm: "GuideLLM" };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(text: string, fix: string): MeasurementResult & { readonly kind: "refused" } {
  return { kind: "refused", text, fix };
}

function vllmRun(file: VllmBench): MeasurementResult {
  const { completed } = file;
  const failed = file.failed ?? Math.max(0, (file.num_prompts ?? completed) - completed);
  const problem = countsProblem(completed, failed);
  if (problem !== undefined) return problem;
  const rate = typeof file.request_rate === "number" ? file.request_rate : null;
  return checked({
    tool: "vllm_bench",
    requestsPerSecond: file.request_throughput,
    inputTokens: file.total_input_tokens / completed,
    outputTokens: file.total_output_tokens / completed,
    outputTokensPerSecond: file.output_throughput,
    ttftMs: file.mean_ttft_ms ?? null,
    tpotMs: file.mean_tpot_ms ?? null,
    concurrency: file.max_concurrency ?? null,
    requestRate: rate,
    requests: completed,
  });
}

function guideRun(benchmarks: readonly GuideBenchmark[]): MeasurementResult {
  const results = benchmarks.map(guideBenchmark);
  const rateOf = (result: MeasurementResult) => (result.kind === "measured" ? result.run.requestsPerSecond : -1);
  const best = results.reduce<MeasurementResult | undefined>(
    (most, next) => (most === undefined || rateOf(next) > rateOf(most) ? next : most),
    undefined,
  );
  return best ?? refused("it holds no benchmark", "let GuideLLM finish at least one benchmark");
}

function guideBenchmark({ config, args, metrics, run_stats }: GuideBenchmark): MeasurementResult {
  const counts = metrics.request_totals ?? run_stats?.requests_made;
  const problem = countsProblem(counts?.successful ?? 0, counts?.errored ?? 0);
  if (problem !== undefined) return problem;
  const strategy = config?.strategy ?? args?.strategy;
  const sent = (counts?.successful ?? 0) + (counts?.incomplete ?? 0);
  const concurrent = strategy?.type_ === "synchronous" ? 1 : (strategy?.streams ?? strategy?.max_concurrency ?? null);
  const rate = strategy?.rate ?? null;
  return checked({
    tool: "guidellm",
    requestsPerSecond: metrics.requests_per_second?.successful?.mean ?? 0,
    inputTokens: metrics.prompt_token_count?.successful?.mean ?? 0,
    outputTokens: metrics.output_token_count?.successful?.mean ?? 0,
    // Requests that the end of the run cut off have produced tokens too; `total` counts them.
    outputTokensPerSecond: (metrics.output_tokens_per_second?.total ?? metrics.output_tokens_per_second?.successful)?.mean ?? 0,
    ttftMs: metrics.time_to_first_token_ms?.successful?.mean ?? null,
    tpotMs: metrics.inter_token_latency_ms?.successful?.mean ?? null,
    concurrency: concurrent ?? (rate === null ? sent : null),
    requestRate: rate,
    requests: null,
  });
}

function countsProblem(completed: number, failed: number): (MeasurementResult & { readonly kind: "refused" }) | undefined {
  if (completed === 0) return refused("no request of the run completed", "look at the server's log and run the benchmark again");
  if (failed === 0) return undefined;
  return refused(`${failed} of its ${completed + failed} requests failed`, "run the benchmark again until no request fails");
}

/** A server that answers this share of the arrivals kept up with them; the rest are the start and the end of the run. */
const KEPT_UP_RATIO = 0.9;

function checked(run: MeasuredRun): MeasurementResult {
  const { requestsPerSecond, requestRate, inputTokens, outputTokens, outputTokensPerSecond } = run;
  if (!(requestsPerSecond > 0 && inputTokens > 0 && outputTokens > 0 && outputTokensPerSecond > 0))
    return refused("it lacks the request rate, the tokens of a request, or the output tokens per second", "run the benchmark again");
  if (requestRate !== null && requestsPerSecond >= KEPT_UP_RATIO * requestRate)
    return refused(
      `the server kept up with the ${requestRate} requests/s that were sent, so the run does not show what it can do`,
      "measure with a fixed concurrency, or send requests faster than the server answers them",
    );
  return { kind: "measured", run };
}
