import { expect, it } from "vitest";
import { nextBenchmark } from "../../src/capacity/next-benchmark.ts";
import { searchServing } from "../../src/capacity/search.ts";
import { h100, llama70b } from "./fixtures.ts";

const shape = { inputTokens: 1000, outputTokens: 500, cachedInputRatio: 0 };
const { served } = searchServing({
  model: llama70b,
  gpus: [{ gpu: h100, tensorParallelSizes: [2] }],
  shape,
  promise: { ttftMsP95: 800, tpotMsP95: 50 },
  contextWindowTokens: 8192,
});

it("names the benchmark of the plan's own configuration, lengths and concurrency", () => {
  const option = served.find(({ configuration }) => configuration.precision === "fp8");
  if (option === undefined) throw new Error("fp8 on 2 x H100 serves the request");
  const running = Math.round(option.capacity.concurrency);

  expect(nextBenchmark(option, shape)?.command).toBe(
    `vllm bench serve --model test/llama-3.1-70b-instruct-fp8 --dataset-name random --random-input-len 1000 --random-output-len 500 --max-concurrency ${running} --num-prompts ${running * 10} --save-result`,
  );
  expect(nextBenchmark({ ...option, capacity: { ...option.capacity, measured: "rescaled x0.82 by bench/h100.json" } }, shape)).toBeNull();
});

it("says between which rates the truth is likely, and takes the model's own repository where a precision has none", () => {
  const [option] = served;
  if (option === undefined) throw new Error("some configuration serves the request");
  const { configuration, capacity } = option;
  const quiet = { ...capacity, concurrency: 0.4, requestsPerSecond: { expected: 4, p10: 2.8912, p90: 5.2044 } };
  const bare = { ...option, configuration: { ...configuration, precision: "int8" as const }, capacity: quiet };
  const asked = nextBenchmark(bare, { ...shape, inputTokens: 1000.4, outputTokens: 499.6 });

  expect(asked?.command).toBe(
    "vllm bench serve --model test/llama-3.1-70b-instruct --dataset-name random --random-input-len 1000 --random-output-len 500 --max-concurrency 1 --num-prompts 10 --save-result",
  );
  expect(asked?.text).toBe(
    "between 2.89 and 5.20 requests/s are likely for llama-3.1-70b-instruct int8 on 2 x H100; one run at 1 in flight narrows that to about 10 % either way",
  );
});
