import type { Calibration } from "../capacity/calibrate.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Policy } from "../policy/policy.ts";
import type { RequirementFacts, WorkloadFacts } from "./facts.ts";
import { type OffersByGpu, offersByGpu } from "./fleet.ts";
import { type FeasibleOption, type FoundOptions, foundOptions, type OptionContext, type WorkloadOptions } from "./options.ts";
import { type InstanceOffer, instanceOffers, pricedFor } from "./prices.ts";

/** Everything that options and prices depend on besides the policy. */
export interface Givens {
  readonly catalog: Catalog;
  /** The date that prices and shutdowns are read at, YYYY-MM-DD. */
  readonly asOf: string;
  readonly waivers: NonNullable<Policy["waivers"]>;
  /** The policy's own benchmarks; they win over the prediction of their configuration. */
  readonly calibrations: readonly Calibration[];
}

/** A page keeps one object while its sliders move, so what is remembered has a limit; each workload's options take some hundred kilobytes. */
const MOST_FRAMES = 4;
const MOST_WORKLOADS = 100;

/**
 * What one policy's solution leaves for the next, which differs in an edit or two: a base branch, an edit taken back, a slider that moved.
 * Keyed by everything that it was found from, so that an answer is never that of another question. Lines alone are those of the policy that asked
 * first: a policy whose reasons people read starts with nothing known.
 */
export class Known {
  #frames: Frame[] = [];

  /** What all policies share that ask the same but for their workloads. */
  frameOf(facts: RequirementFacts, givens: Givens): Frame {
    const { name: _, workloads: __, assumptions: ___, hourlyRateUsd, preferences, ...asked } = facts;
    const key = JSON.stringify([asked, givens.waivers]);
    const same = this.#frames.find((frame) => frame.isFor(key, givens));
    if (same !== undefined) return same;
    const frame = new Frame(facts, key, givens);
    this.#frames = [frame, ...this.#frames].slice(0, MOST_FRAMES);
    return frame;
  }
}

/** Prices and offers of a policy, and what was found for the workloads that asked. */
export class Frame {
  readonly catalog: Catalog;
  readonly offers: readonly InstanceOffer[];
  readonly offersByGpu: OffersByGpu;
  readonly #key: string;
  readonly #givens: Givens;
  readonly #found = new Map<string, FoundOptions>();
  readonly #workloads = new Map<string, WorkloadOptions>();
  readonly #ranked = new Map<string, WeakMap<WorkloadOptions, readonly FeasibleOption[]>>();

  constructor(facts: RequirementFacts, key: string, givens: Givens) {
    this.#key = key;
    this.#givens = givens;
    this.catalog = pricedFor(givens.catalog, facts);
    this.offers = instanceOffers(facts, this.catalog, givens.asOf).offers;
    this.offersByGpu = offersByGpu(this.offers);
  }

  isFor(key: string, { catalog, asOf, calibrations }: Givens): boolean {
    const own = this.#givens;
    const measured = own.calibrations === calibrations || (own.calibrations.length === 0 && calibrations.length === 0);
    return this.#key === key && own.catalog === catalog && own.asOf === asOf && measured;
  }

  /** As `optionsFor`; the same object for the same workload. */
  optionsFor(workload: WorkloadFacts, context: OptionContext): WorkloadOptions {
    const { requestsPerMonth, growthRatioPerMonth, week, peakToAverage, ...needs } = workload;
    const own = [...context.ownKeys].filter((key) => key.startsWith(workload.pointer)).sort();
    const key = JSON.stringify([needs, own]);
    const found = this.#found.get(key) ?? foundOptions(workload, context);
    keep(this.#found, key, found);
    const whole = JSON.stringify([workload, own]);
    const known = this.#workloads.get(whole) ?? { workload, ...found };
    keep(this.#workloads, whole, known);
    return known;
  }

  /** The options of workloads by what each costs alone (`rankAlone`), for policies that value people and preferences alike. */
  rankedFor({ hourlyRateUsd, preferences }: RequirementFacts): WeakMap<WorkloadOptions, readonly FeasibleOption[]> {
    const key = JSON.stringify([hourlyRateUsd, preferences]);
    const ranked = this.#ranked.get(key) ?? new WeakMap();
    this.#ranked.set(key, ranked);
    return ranked;
  }
}

function keep<Value>(known: Map<string, Value>, key: string, value: Value): void {
  if (known.size >= MOST_WORKLOADS && !known.has(key)) known.clear();
  known.set(key, value);
}
