import { searchServing } from "../src/capacity/search.ts";
import { loadCatalog } from "../src/catalog/index.ts";

/**
 * `npm run bench:search`: time of one search for one workload over every open-weight model, GPU and tensor parallel size of the catalog.
 * Prints the median of RUNS runs in ms and as a ratio to a baseline that any machine can repeat, because milliseconds of two machines
 * cannot be compared: BASELINE_POWERS floating-point powers, the costliest operation of a decode step.
 */
const RUNS = 20;
const BASELINE_POWERS = 1_000_000;
const SIZES = [1, 2, 4, 8];
const SHAPE = { inputTokens: 1000, outputTokens: 500, cachedInputRatio: 0.3 };
const PROMISE = { ttftMsP95: 800, tpotMsP95: 50 };
const CONTEXT_TOKENS = 8192;

const catalog = loadCatalog();
const gpus = catalog.gpus.map((gpu) => ({ gpu, tensorParallelSizes: SIZES }));

function searchCatalog(): number {
  let configurations = 0;
  for (const row of catalog.openModels) {
    // A copy of the row, because a search remembers what it found for one: the time is that of a question asked for the first time.
    const model = { ...row };
    const found = searchServing({ model, gpus, shape: SHAPE, promise: PROMISE, contextWindowTokens: CONTEXT_TOKENS });
    configurations += found.served.length + found.unservable.length;
  }
  return configurations;
}

function powers(): number {
  let sum = 0;
  for (let x = 1; x <= BASELINE_POWERS; x++) sum += x ** 0.63;
  return sum;
}

function medianMs(work: () => number): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[RUNS / 2] ?? Number.NaN;
}

const configurations = searchCatalog();
const [baseline, search] = [medianMs(powers), medianMs(searchCatalog)];
console.log(`${catalog.openModels.length} models x ${gpus.length} GPUs x ${SIZES.length} sizes: ${configurations} configurations`);
console.log(
  `median of ${RUNS} runs: ${search.toFixed(1)} ms, ${(search / baseline).toFixed(2)} x a million powers (${baseline.toFixed(1)} ms)`,
);
console.log(`one configuration: ${((1000 * search) / configurations).toFixed(2)} us`);
