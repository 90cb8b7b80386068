import { loadCatalog } from "../../src/catalog/index.ts";
import { evaluate } from "../../src/evaluate.ts";

/** Evaluates N policies of ten workloads each, all different, and prints the time and the most memory that the process took. */
const count = Number(process.argv[2]);
const WORKLOADS = 10;
const KIB_PER_MIB = 1024;

function policy(index: number): string {
  const workloads = Array.from(
    { length: WORKLOADS },
    (_, at) => `  - name: workload-${at}
    use_case: ${["customer_facing", "simple_qa", "internal_tools"][(index + at) % 3]}
    volume: { requests_per_day: ${100 + 37 * index + 911 * at} }
    tokens: { input: ${300 + ((index * 7 + at * 131) % 4000)}, output: ${50 + ((index * 3 + at * 17) % 700)} }`,
  );
  return `version: 1\nname: policy-${index}\nregion: us-east-1\nworkloads:\n${workloads.join("\n")}\n`;
}

const catalog = loadCatalog();
const start = performance.now();
for (let index = 0; index < count; index += 1) {
  const result = evaluate({ path: `p${index}.yml`, text: policy(index), base: null, catalog, asOf: "2026-11-21", engineVersion: "bench" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.diagnostics));
}
console.log(JSON.stringify({ ms: performance.now() - start, peakMiB: process.resourceUsage().maxRSS / KIB_PER_MIB }));
