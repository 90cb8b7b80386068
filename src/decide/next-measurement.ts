import type { Measured } from "./contest.ts";
import { CONFIDENCE_FROM_RATIO } from "./defaults.ts";
import type { UncertainInput } from "./inputs.ts";

/**
 * The one thing to find out next: the input whose own uncertainty is likeliest to change the verdict, and how to find it
 * out. Where no input alone changes it and the draws are still divided, the one that moves the gap between the two
 * best paths most. Null when the decision is sure without it.
 *
 * Example: "run vllm bench serve for qwen3-32b on p5.4xlarge and list the file under measurements: vllm bench serve --model Qwen/Qwen3-32B ...".
 */
export function nextMeasurementOf(tornado: readonly Measured[], probabilityCheapest: number): string | null {
  const [likeliest] = tornado
    .filter(({ swing }) => swing.flipRatio > 0)
    .sort((a, b) => b.swing.flipRatio - a.swing.flipRatio || b.gapUsd - a.gapUsd);
  if (likeliest !== undefined) return howToMeasure(likeliest.input);
  if (probabilityCheapest >= CONFIDENCE_FROM_RATIO.high) return null;
  const [widest] = [...tornado].sort((a, b) => b.gapUsd - a.gapUsd);
  return widest === undefined ? null : howToMeasure(widest.input);
}

function howToMeasure({ kind, workload, key, measure }: UncertainInput): string {
  switch (kind) {
    case "throughput":
      return `run vllm bench serve for ${measure?.model} on ${measure?.instance} and list the file under measurements${commandText(measure?.command)}`;
    case "requests":
      return `read last month's requests of ${workload} from the usage page or the gateway log and narrow ${key}`;
    case "tokens":
      return `read last month's token counts of ${workload} from the usage page and narrow ${key}`;
    case "growth":
      return `compare the requests of ${workload} in the last three months and correct ${key}`;
    case "people":
      return `note the hours spent on serving for four weeks and correct ${key}`;
  }
}

function commandText(command: string | null | undefined): string {
  return command ? `: ${command}` : "";
}
