import { TIE_RATIO } from "./defaults.ts";
import { grouped } from "./describe.ts";
import type { RequirementFacts } from "./facts.ts";
import type { FeasibleOption } from "./options.ts";
import { type PricedPortfolio, Pricer } from "./portfolio.ts";
import { EXPECTED, SCENARIO_KEYS, type Scenario, scenario } from "./scenario.ts";
import { type Choice, choiceId, hostsOf } from "./split.ts";
import { Standing } from "./standing.ts";
import { monthDate, monthsUntil } from "./traffic.ts";
import type { BreakEven, TippingPoint } from "./types.ts";

/** Break-even volumes are looked for within a hundredfold, other flips within tenfold: nobody plans for more. */
const FARTHEST_VOLUME_FACTOR = 100;
const FARTHEST_FACTOR = 10;
/** Points for each factor of ten on the way: fleets grow in steps, so the cost difference can cross zero several times. */
const POINTS_PER_DECADE = 12;
/** Halvings of a step of the grid: to a hundred-thousandth of a factor. */
const BISECTIONS = 14;

/** Scenarios that are remembered: all workloads are asked at the points of the same grid. */
const MOST_STANDINGS = 400;

type Side = "api" | "self-host";

/** Least expensive option of a side for one workload, all other workloads as chosen. */
interface Rival {
  readonly option: Choice;
  readonly monthlyUsd: number;
}

/** Compares the two sides of one workload while everything else stays as chosen. */
export class Flips {
  readonly #standings = new Map<string, Standing>();
  readonly #standing: Standing;

  readonly base: Pricer;
  readonly chosen: PricedPortfolio;
  readonly shortlists: readonly (readonly FeasibleOption[])[];

  constructor(base: Pricer, chosen: PricedPortfolio, shortlists: readonly (readonly FeasibleOption[])[]) {
    this.base = base;
    this.chosen = chosen;
    this.shortlists = shortlists;
    this.#standing = base.standing(chosen.assignment);
  }

  /**
   * Best option of a side in a scenario; undefined when the rules leave none. Where the workload is split, its split stands
   * with the own instances: what is asked is when to leave them.
   */
  rival(index: number, side: Side, what: Scenario): Rival | undefined {
    let best: Rival | undefined;
    const taken = this.chosen.assignment[index];
    const options: readonly Choice[] = this.shortlists[index] ?? [];
    const usdOf = this.#asked(index, what);
    for (const option of taken?.kind === "split" ? [...options, taken] : options) {
      if ((hostsOf(option) !== null) !== (side === "self-host")) continue;
      const monthlyUsd = usdOf(option);
      if (monthlyUsd !== undefined && (best === undefined || monthlyUsd < best.monthlyUsd)) best = { option, monthlyUsd };
    }
    return best;
  }

  /** Side that costs less in a scenario; an exact tie goes to the API. */
  cheaper(index: number, what: Scenario): Side | undefined {
    const api = this.rival(index, "api", what);
    const own = this.rival(index, "self-host", what);
    if (api === undefined || own === undefined) return undefined;
    return own.monthlyUsd < api.monthlyUsd ? "self-host" : "api";
  }

  /** Side that a decision would take: the API also when it costs up to 2 % more. */
  preferred(index: number, what: Scenario): Side | undefined {
    const api = this.rival(index, "api", what);
    const own = this.rival(index, "self-host", what);
    if (api === undefined || own === undefined) return undefined;
    return own.monthlyUsd * (1 + TIE_RATIO) < api.monthlyUsd ? "self-host" : "api";
  }

  /** Cost of the portfolio with one option for one workload in a scenario; undefined when it cannot be served. */
  priceOf(index: number, option: FeasibleOption, what: Scenario): number | undefined {
    return this.#asked(index, what)(option);
  }

  /** Cost of the portfolio by the choice for one workload. Where only that workload's volume moves, all else stands as chosen. */
  #asked(index: number, what: Scenario): (choice: Choice) => number | undefined {
    const name = this.base.context.workloads[index]?.workload.name ?? "";
    if (isVolumeOf(name, what)) {
      const pricer = new Pricer({ ...this.base.context, what });
      return (choice) => this.#standing.with(index, choice, pricer);
    }
    const standing = this.#standingIn(what);
    return (choice) => standing.with(index, choice);
  }

  #standingIn(what: Scenario): Standing {
    const key = JSON.stringify(what);
    const known = this.#standings.get(key);
    if (known !== undefined) return known;
    const standing = new Standing(new Pricer({ ...this.base.context, what }), this.chosen.assignment);
    if (this.#standings.size >= MOST_STANDINGS) this.#standings.clear();
    this.#standings.set(key, standing);
    return standing;
  }
}

/** Whether a scenario moves nothing but the volume of one workload. */
function isVolumeOf(name: string, what: Scenario): boolean {
  for (const key of SCENARIO_KEYS) if (key !== "volumeOf" && what[key] !== EXPECTED[key]) return false;
  return Object.keys(what.volumeOf).every((key) => key === name);
}

/**
 * Factor nearest to 1 at which the less expensive side changes, searched outwards in one direction on a grid of
 * 12 points a decade and then by bisection; null when it never changes within `farthest` x.
 * `up` true looks at larger values. The returned factor lies just beyond the flip.
 */
export function flipFactor(
  sideAt: (factor: number) => Side | undefined,
  up: boolean,
  farthest: number,
): { readonly factor: number; readonly side: Side } | null {
  const start = sideAt(1);
  if (start === undefined) return null;
  const points = Math.round(Math.log10(farthest) * POINTS_PER_DECADE);
  let near = 1;
  for (let point = 1; point <= points; point++) {
    const far = 10 ** (((up ? 1 : -1) * point) / POINTS_PER_DECADE);
    const side = sideAt(far);
    if (side !== undefined && side !== start) return { factor: bisect(sideAt, start, near, far), side };
    near = far;
  }
  return null;
}

function bisect(sideAt: (factor: number) => Side | undefined, start: Side, near: number, far: number): number {
  let [same, flipped] = [near, far];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = Math.sqrt(same * flipped);
    if (sideAt(middle) === start) same = middle;
    else flipped = middle;
  }
  return flipped;
}

/**
 * Volume at which the two sides of one workload cost the same, nearest to the declared one; null when one side is ruled
 * out or the lines do not meet within 100 x.
 */
export function breakEvenOf(flips: Flips, index: number, facts: RequirementFacts, asOf: string): BreakEven | null {
  const workload = facts.workloads[index];
  const option = flips.chosen.assignment[index];
  if (workload === undefined || option === undefined) return null;
  const side = hostsOf(option) === null ? "api" : "self-host";
  const sideAt = (factor: number) => flips.cheaper(index, scenario({ volumeOf: { [workload.name]: factor } }));
  const flip = flipFactor(sideAt, sideAt(1) === "api", FARTHEST_VOLUME_FACTOR);
  if (flip === null) return null;
  const other = flips.rival(index, side === "api" ? "self-host" : "api", scenario({ volumeOf: { [workload.name]: flip.factor } }));
  if (other === undefined) return null;
  const requestsPerMonth = workload.requestsPerMonth.expected * flip.factor;
  const months = flip.factor > 1 ? monthsUntil(1, flip.factor, workload.growthRatioPerMonth) : null;
  return { requestsPerMonth, versus: choiceId(other.option), reachedOn: months === null ? null : monthDate(asOf, months).slice(0, 7) };
}

interface Parameter {
  readonly parameter: string;
  readonly label: string;
  readonly unit: string;
  readonly today: number;
  readonly change: (factor: number) => Scenario;
}

/** Every parameter whose change alone flips the side of one workload, the smallest change first. */
export function tippingPointsOf(flips: Flips, index: number, facts: RequirementFacts): readonly TippingPoint[] {
  const workload = facts.workloads[index];
  if (workload === undefined) return [];
  const parameters: readonly Parameter[] = [
    {
      parameter: "requests_per_month",
      label: "requests a month",
      unit: "",
      today: workload.requestsPerMonth.expected,
      change: (factor) => scenario({ volumeOf: { [workload.name]: factor } }),
    },
    { parameter: "api_price", label: "API prices", unit: "x", today: 1, change: (factor) => scenario({ apiPrice: factor }) },
    { parameter: "gpu_price", label: "GPU prices", unit: "x", today: 1, change: (factor) => scenario({ gpuPrice: factor }) },
    {
      parameter: "throughput",
      label: "throughput of a replica",
      unit: "x",
      today: 1,
      change: (factor) => scenario({ throughputFactor: factor }),
    },
    {
      parameter: "hourly_rate_usd",
      label: "engineer hour in USD",
      unit: "",
      today: facts.hourlyRateUsd,
      change: (factor) => scenario({ hourlyRate: factor }),
    },
  ];
  return parameters
    .flatMap((parameter) => tippingPoint(flips, index, parameter))
    .sort((a, b) => distance(a) - distance(b) || (a.parameter < b.parameter ? -1 : 1));
}

function tippingPoint(flips: Flips, index: number, parameter: Parameter): readonly TippingPoint[] {
  const sideAt = (factor: number) => flips.preferred(index, parameter.change(factor));
  const found = [flipFactor(sideAt, true, FARTHEST_FACTOR), flipFactor(sideAt, false, FARTHEST_FACTOR)].filter((flip) => flip !== null);
  const [nearest] = found.sort((a, b) => Math.abs(Math.log(a.factor)) - Math.abs(Math.log(b.factor)));
  if (nearest === undefined) return [];
  const to = parameter.today * nearest.factor;
  const text = `${parameter.label} ${nearest.factor > 1 ? "above" : "below"} ${significant(to)}${parameter.unit} (x${significant(nearest.factor)})`;
  return [{ parameter: parameter.parameter, from: parameter.today, to, flipsTo: nearest.side, text }];
}

function distance(point: TippingPoint): number {
  return Math.abs(Math.log(point.to / point.from));
}

/** Three significant digits with thousands separators: `significant(2134567)` is "2,130,000". */
function significant(value: number): string {
  return grouped(Number(value.toPrecision(3)));
}
