/**
 * A what-if: factors on the inputs of the cost model, all 1 in the expected case. Requirements and rules do not
 * change with a scenario, so options are found once and priced many times.
 */
export interface Scenario {
  /** On requests, for all workloads. */
  readonly volume: number;
  /** On requests of single workloads, on top of `volume`. */
  readonly volumeOf: Readonly<Record<string, number>>;
  /** Which end of the declared ranges of requests and tokens to use. */
  readonly requests: "low" | "expected" | "high";
  readonly tokens: "low" | "expected" | "high";
  readonly apiPrice: number;
  readonly gpuPrice: number;
  readonly hourlyRate: number;
  /** On the rate that a replica serves. */
  readonly throughput: "p10" | "expected" | "p90";
  readonly throughputFactor: number;
  readonly people: "low" | "expected" | "high";
}

export const EXPECTED: Scenario = {
  volume: 1,
  volumeOf: {},
  requests: "expected",
  tokens: "expected",
  apiPrice: 1,
  gpuPrice: 1,
  hourlyRate: 1,
  throughput: "expected",
  throughputFactor: 1,
  people: "expected",
};

/** Every input of a scenario. */
export const SCENARIO_KEYS = [
  "volume",
  "volumeOf",
  "requests",
  "tokens",
  "apiPrice",
  "gpuPrice",
  "hourlyRate",
  "throughput",
  "throughputFactor",
  "people",
] as const satisfies readonly (keyof Scenario)[];

/** The expected case with some inputs moved: `scenario({ gpuPrice: 0.5 })`. */
export function scenario(change: Partial<Scenario>): Scenario {
  return { ...EXPECTED, ...change };
}
