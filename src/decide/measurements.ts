import { type Calibration, impliedPeakRatio, measuredRatios, PLAUSIBLE_PEAK_RATIO, shapeOf } from "../capacity/calibrate.ts";
import { readMeasurement } from "../capacity/measurement.ts";
import { resolveConfiguration } from "../capacity/question.ts";
import { type Catalog, findGpu, findOpenModel } from "../catalog/index.ts";
import type { Diagnostic } from "../policy/diagnostic.ts";
import type { Policy, PolicyDocument } from "../policy/policy.ts";
import type { Finding } from "./evaluation-types.ts";
import type { Fleet } from "./types.ts";

/** Text of measurement files by their path as the policy writes it. */
export type MeasurementFiles = Readonly<Record<string, string>>;

/** What the policy's measurements say, and what is wrong with those that cannot be used. */
export interface MeasurementReading {
  readonly calibrations: readonly Calibration[];
  readonly diagnostics: readonly Diagnostic[];
}

type Measurement = NonNullable<Policy["measurements"]>[number];

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/**
 * Reads every file that the policy names under `measurements` and compares it with the prediction. A file that was not passed, that
 * nothing can read, or that shows a rate beyond the GPU's compute gives an error at its line.
 *
 * Example: `{ file: bench/h100.json, model: qwen3-32b, gpu: h100, tensor_parallel: 1, precision: fp8 }` with 1500 tokens/s measured where
 * 1830 are predicted gives one calibration of rate 0.82.
 */
export function readMeasurements(document: PolicyDocument, catalog: Catalog, files: MeasurementFiles): MeasurementReading {
  const calibrations: Calibration[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, measurement] of (document.policy.measurements ?? []).entries()) {
    const read = calibrationOf(measurement, catalog, files);
    if ("ratios" in read) calibrations.push(read);
    else diagnostics.push(diagnosticOf(read, `measurements[${index}].file`, document));
  }
  return { calibrations, diagnostics };
}

function diagnosticOf({ code, message, fix }: Problem, path: string, document: PolicyDocument): Diagnostic {
  return { severity: "error", code, file: document.file, line: document.lineOf(path), column: 1, path, message, fix };
}

function calibrationOf(measurement: Measurement, catalog: Catalog, files: MeasurementFiles): Calibration | Problem {
  const { file, cachedInputRatio = 0, precision, kvPrecision = "bf16", tensorParallel } = measurement;
  const text = Object.hasOwn(files, file) ? files[file] : undefined;
  if (text === undefined) {
    const fix = "commit the file, or correct the path; links that lead out of the repository are not followed";
    return { code: "measurement-not-found", message: `measurement file not found: "${file}"`, fix };
  }
  const result = readMeasurement(text, measurement.tool);
  if (result.kind === "refused") return unusable(file, result.text, result.fix);
  const resolved = resolveConfiguration(catalog, {
    model: findOpenModel(catalog, measurement.model)?.id ?? measurement.model,
    gpu: findGpu(catalog, measurement.gpu)?.id ?? measurement.gpu,
    precision,
    tensorParallel,
    kvPrecision,
    shape: shapeOf(result.run, cachedInputRatio),
  });
  if (resolved.kind === "invalid") return unusable(file, resolved.text, "state the configuration that ran");
  const { configuration } = resolved;
  const implied = impliedPeakRatio(configuration, result.run, cachedInputRatio);
  if (implied > PLAUSIBLE_PEAK_RATIO) return unusable(file, impliedText(implied, measurement), IMPLIED_FIX);
  return { configuration, file, ratios: measuredRatios(configuration, result.run, cachedInputRatio) };
}

const IMPLIED_FIX =
  "declare cached_input_ratio, the share of input tokens found in the prefix cache, or correct model, gpu, tensor_parallel and precision";

function impliedText(implied: number, { tensorParallel, gpu, precision, cachedInputRatio }: Measurement): string {
  const cached = cachedInputRatio === undefined ? "no cached_input_ratio" : `cached_input_ratio ${cachedInputRatio}`;
  const percent = (ratio: number) => `${Math.round(ratio * 100)} %`;
  return `with ${cached} it implies ${percent(implied)} of the ${precision} peak of ${tensorParallel} x ${gpu}; allowed: at most ${percent(PLAUSIBLE_PEAK_RATIO)}`;
}

function unusable(file: string, text: string, fix: string): Problem {
  return { code: "measurement-refused", message: `measurement "${file}" is refused: ${text}`, fix };
}

/**
 * Measurements that no server of the decision rests on: someone paid for them, so silence would read as if they had counted there.
 * Example: `bench/h100.json` of qwen3-32b on one H100, where the decision serves qwen3-32b on L40S.
 */
export function unusedMeasurements(measured: MeasurementReading, fleets: readonly Fleet[], document: PolicyDocument): readonly Finding[] {
  return (document.policy.measurements ?? []).flatMap(({ file }, index): Finding[] => {
    const own = measured.calibrations[index];
    if (own === undefined || fleets.some((fleet) => runs(fleet, own))) return [];
    const { model, gpu, precision, tensorParallel, kvPrecision } = own.configuration;
    const cache = kvPrecision === "fp8" ? " with an fp8 KV cache" : "";
    const what = `${model.id} ${precision}${cache} on ${tensorParallel} x ${gpu.name}`;
    const text = `${file} measured ${what} at ${own.ratios.rate.toFixed(2)} of the predicted rate; no server of this decision runs that`;
    return [{ id: "measurement-unused", level: "notice", text, line: document.lineOf(`measurements[${index}]`) || null }];
  });
}

function runs(fleet: Fleet, { configuration }: Calibration): boolean {
  const kvPrecision = fleet.vllmFlags.some(([flag, value]) => flag === "--kv-cache-dtype" && value.startsWith("fp8")) ? "fp8" : "bf16";
  return (
    fleet.model === configuration.model.id &&
    fleet.gpu === configuration.gpu.name &&
    fleet.precision === configuration.precision &&
    fleet.tensorParallel === configuration.tensorParallel &&
    kvPrecision === configuration.kvPrecision
  );
}
