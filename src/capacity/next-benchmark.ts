import type { RequestShape, ServingOption } from "./types.ts";

/** The measurement that narrows a figure most: the command that takes it, and why. */
export interface NextBenchmark {
  readonly command: string;
  readonly text: string;
}

/** Requests for each one in flight: from ten waves on, the start and the end of a run no longer show. */
const WAVES = 10;

/**
 * The benchmark that narrows the band of `option` most: its own configuration, with the requests of the workload, at the concurrency that the plan
 * runs at. A measured configuration needs none: null. Throws nothing; a precision without a checkpoint names the model's own repository.
 *
 * Example: Llama 3.3 70B fp8 on 2 x H100, 1000 in / 500 out, 88 running -> `vllm bench serve --model RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic
 * --dataset-name random --random-input-len 1000 --random-output-len 500 --max-concurrency 88 --num-prompts 880 --save-result`.
 */
export function nextBenchmark({ configuration, capacity }: ServingOption, shape: RequestShape): NextBenchmark | null {
  if (capacity.measured !== null) return null;
  const { model, gpu, precision, tensorParallel } = configuration;
  const repository = model.checkpoints.find((checkpoint) => checkpoint.precision === precision)?.hubRepo ?? model.hubRepo;
  const running = Math.max(1, Math.round(capacity.concurrency));
  const lengths = `--random-input-len ${Math.round(shape.inputTokens)} --random-output-len ${Math.round(shape.outputTokens)}`;
  const { p10, p90 } = capacity.requestsPerSecond;
  return {
    command: `vllm bench serve --model ${repository} --dataset-name random ${lengths} --max-concurrency ${running} --num-prompts ${running * WAVES} --save-result`,
    text: `between ${p10.toPrecision(3)} and ${p90.toPrecision(3)} requests/s are likely for ${model.id} ${precision} on ${tensorParallel} x ${gpu.name}; one run at ${running} in flight narrows that to about 10 % either way`,
  };
}
