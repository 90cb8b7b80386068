import { METRICS, type Measurement, predictFigures } from "./measurements.ts";
import { constantsAt, ENGINE_ORDER, engineOfParameter, PRIOR, STIFFNESS } from "./parameters.ts";

/** Weight of each figure in the fit: throughput and TPOT count, TTFT is mostly queueing and harness. */
const METRIC_WEIGHT = { outputTokensPerSecond: 1, tpotMs: 1, ttftMs: 0.1 } as const;

/** Log error beyond which a row pulls less and less (Cauchy loss): some published rows are off by 2 x for reasons nobody wrote down. */
const LOSS_SCALE = 0.1;

/** Log error at which a TTFT stops counting more: endless queues have no finite one. */
const LARGEST_ERROR = 2;

const ITERATIONS = 12;
const DERIVATIVE_STEP = 1e-3;
const LONGEST_STEP = 0.5;
const SMALLEST_GAIN = 1e-4;

/** Log errors of the rows of one engine block, figure by figure. */
function errorsOf(measurements: readonly Measurement[], x: readonly number[]): number[] {
  const constants = constantsAt(x);
  return measurements.flatMap((row) => {
    const predicted = predictFigures(row, constants[row.question.engine]);
    return METRICS.flatMap((metric) => {
      const value = row.measured[metric];
      if (value === null) return [];
      const error = Math.log(predicted[metric] / value);
      return [Math.max(-LARGEST_ERROR, Math.min(LARGEST_ERROR, error))];
    });
  });
}

/** Each group counts with the square root of its size, so that the largest source does not decide alone. */
function weightsOf(measurements: readonly Measurement[]): number[] {
  const sizes = new Map<string, number>();
  for (const { group } of measurements) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return measurements.flatMap(({ group, measured }) =>
    METRICS.flatMap((metric) => (measured[metric] === null ? [] : [METRIC_WEIGHT[metric] / Math.sqrt(sizes.get(group) ?? 1)])),
  );
}

/**
 * Fits the constants to measurements: Gauss-Newton with Levenberg damping on a Cauchy loss of log errors, plus a pull towards the prior.
 * Deterministic: same rows, same constants.
 */
export function fitConstants(measurements: readonly Measurement[]): number[] {
  const blocks = ENGINE_ORDER.map((engine) => measurements.filter(({ question }) => question.engine === engine));
  const sorted = blocks.flat();
  const weights = weightsOf(sorted);
  let x = [...PRIOR];
  let errors = errorsOf(sorted, x);
  let loss = lossOf(errors, weights, x);
  let damping = 1e-3;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const { matrix, gradient } = normalEquations(jacobian(blocks, x, errors), errors, weights, x);
    const before = loss;
    for (let attempt = 0; attempt < 8 && loss === before; attempt++) {
      const candidate = stepFrom(x, matrix, gradient, damping);
      const candidateErrors = errorsOf(sorted, candidate);
      const candidateLoss = lossOf(candidateErrors, weights, candidate);
      if (candidateLoss < loss) {
        [x, errors, loss] = [candidate, candidateErrors, candidateLoss];
        damping = Math.max(damping / 5, 1e-6);
      } else damping = Math.max(damping * 6, 1e-4);
    }
    if (before - loss < SMALLEST_GAIN * before) break;
  }
  return x;
}

function lossOf(errors: readonly number[], weights: readonly number[], x: readonly number[]): number {
  const data = errors.reduce((sum, error, i) => sum + (weights[i] ?? 0) * (LOSS_SCALE / 2) * Math.log1p((error / LOSS_SCALE) ** 2), 0);
  return data + x.reduce((sum, value, j) => sum + (STIFFNESS[j] ?? 0) * (value - (PRIOR[j] ?? 0)) ** 2, 0);
}

/** One column for each parameter; a factor of one engine moves the rows of that engine alone. */
function jacobian(blocks: readonly (readonly Measurement[])[], x: readonly number[], errors: readonly number[]): number[][] {
  const sizes = blocks.map((block) =>
    block.reduce((n, { measured }) => n + METRICS.filter((metric) => measured[metric] !== null).length, 0),
  );
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0));
  return x.map((_, j) => {
    const moved = x.map((value, k) => (k === j ? value + DERIVATIVE_STEP : value));
    const engine = engineOfParameter(j);
    const column = new Array<number>(errors.length).fill(0);
    const block = engine === null ? -1 : ENGINE_ORDER.indexOf(engine);
    const start = block < 0 ? 0 : (starts[block] ?? 0);
    errorsOf(block < 0 ? blocks.flat() : (blocks[block] ?? []), moved).forEach((error, i) => {
      column[start + i] = (error - (errors[start + i] ?? 0)) / DERIVATIVE_STEP;
    });
    return column;
  });
}

function normalEquations(columns: readonly number[][], errors: readonly number[], weights: readonly number[], x: readonly number[]) {
  const robust = errors.map((error, i) => (weights[i] ?? 0) / LOSS_SCALE / (1 + (error / LOSS_SCALE) ** 2));
  const gradient = columns.map((column, j) => dot(column, errors, robust) + 2 * (STIFFNESS[j] ?? 0) * ((x[j] ?? 0) - (PRIOR[j] ?? 0)));
  const matrix = columns.map((a, j) => columns.map((b, k) => dot(a, b, robust) + (j === k ? 2 * (STIFFNESS[j] ?? 0) : 0)));
  return { matrix, gradient };
}

function dot(a: readonly number[], b: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0) * (weights[i] ?? 0);
  return sum;
}

function stepFrom(x: readonly number[], matrix: readonly number[][], gradient: readonly number[], damping: number): number[] {
  const damped = matrix.map((row, j) => [...row.map((value, k) => (j === k ? value * (1 + damping) + 1e-9 : value)), -(gradient[j] ?? 0)]);
  const step = solve(damped);
  return x.map((value, j) => value + Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, step[j] ?? 0)));
}

/** Gaussian elimination of an augmented, positive definite system. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let pivot = 0; pivot < n; pivot++) {
    const base = rows[pivot] ?? [];
    for (const row of rows.slice(pivot + 1)) {
      const factor = (row[pivot] ?? 0) / (base[pivot] ?? 1);
      if (factor !== 0) for (let c = pivot; c <= n; c++) row[c] = (row[c] ?? 0) - factor * (base[c] ?? 0);
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let j = n - 1; j >= 0; j--) {
    const row = rows[j] ?? [];
    const known = x.reduce((sum, value, k) => (k > j ? sum + (row[k] ?? 0) * value : sum), 0);
    x[j] = ((row[n] ?? 0) - known) / (row[j] ?? 1);
  }
  return x;
}
