import { grouped } from "./describe.ts";
import type { RequirementFacts } from "./facts.ts";
import type { Flips, ParameterId } from "./flips.ts";
import { byText } from "./order.ts";
import { flipFactor } from "./rivals.ts";
import { choiceId } from "./split.ts";
import { sideOf } from "./together.ts";
import { monthDate, monthsUntil } from "./traffic.ts";
import type { BreakEven, TippingPoint } from "./types.ts";
import { verifiedFlip } from "./verified.ts";

/** Flips are looked for within tenfold: nobody plans for more. */
const FARTHEST_FACTOR = 10;

/**
 * Volume at which the two sides of one workload cost the same, the nearest on the way to the other side; null when one side is ruled out or the
 * lines do not meet within 100 x.
 */
export function breakEvenOf(flips: Flips, index: number, facts: RequirementFacts, asOf: string): BreakEven | null {
  const workload = facts.workloads[index];
  if (workload === undefined) return null;
  const rivalry = flips.along(index, "requests_per_month");
  const today = rivalry.cheaper(1);
  if (today === undefined) return null;
  const { crossings } = rivalry.crossings();
  const next = today === "api" ? crossings.find(({ factor }) => factor > 1) : crossings.findLast(({ factor }) => factor < 1);
  const other = next && rivalry.rival(flips.sideOf(index) === "api" ? "self-host" : "api", next.factor);
  if (next === undefined || other === undefined) return null;
  const growth = workload.growthRatioPerMonth;
  const months = next.factor > 1 || growth < 0 ? monthsUntil(1, next.factor, growth) : null;
  return {
    requestsPerMonth: workload.requestsPerMonth.expected * next.factor,
    versus: choiceId(other.option),
    reachedOn: months === null ? null : monthDate(asOf, months).slice(0, 7),
  };
}

interface Parameter {
  readonly parameter: ParameterId;
  readonly label: string;
  readonly unit: string;
  readonly today: number;
}

/** Every parameter whose change alone flips the side of one workload, the smallest change first. */
export function tippingPointsOf(flips: Flips, index: number, facts: RequirementFacts): readonly TippingPoint[] {
  const workload = facts.workloads[index];
  if (workload === undefined) return [];
  const parameters: readonly Parameter[] = [
    { parameter: "requests_per_month", label: "requests a month", unit: "", today: workload.requestsPerMonth.expected },
    { parameter: "api_price", label: "API prices", unit: "x", today: 1 },
    { parameter: "gpu_price", label: "GPU prices", unit: "x", today: 1 },
    { parameter: "throughput", label: "throughput of a replica", unit: "x", today: 1 },
    { parameter: "hourly_rate_usd", label: "engineer hour in USD", unit: "", today: facts.hourlyRateUsd },
  ];
  return parameters
    .flatMap((parameter) => tippingPoint(flips, index, parameter))
    .sort((a, b) => distance(a) - distance(b) || byText(a.parameter, b.parameter));
}

/** The nearest change that moves the side that a decision would take. */
function tippingPoint(flips: Flips, index: number, parameter: Parameter): readonly TippingPoint[] {
  const rivalry = flips.comparedAlong(index, parameter.parameter);
  const together = flips.togetherAlong(index, parameter.parameter);
  const found = [true, false].flatMap((up) => {
    const flip = flipFactor(together ?? rivalry, { up, farthest: FARTHEST_FACTOR });
    return flip === null ? [] : (confirmed(flips, index, parameter.parameter, flip) ?? []);
  });
  const [nearest] = found.sort((a, b) => Math.abs(Math.log(a.factor)) - Math.abs(Math.log(b.factor)));
  if (nearest === undefined) return [];
  const to = parameter.today * nearest.factor;
  const text = `${parameter.label} ${nearest.factor > 1 ? "above" : "below"} ${significant(to)}${parameter.unit} (x${significant(nearest.factor)})`;
  const standing = () => (together === null ? rivalry.rival(nearest.side, nearest.factor)?.option : together.taken(nearest.factor));
  const taken = flips.decidedAt(index, parameter.parameter, nearest.factor) ?? standing();
  const flipsTo = taken?.kind === "split" ? "hybrid" : nearest.side;
  return [{ parameter: parameter.parameter, from: parameter.today, to, flipsTo, text }];
}

type Flip = NonNullable<ReturnType<typeof flipFactor>>;

/** A flip as whole decisions have it, where they are asked; null where they do not flip. */
function confirmed(flips: Flips, index: number, parameter: ParameterId, flip: Flip): Flip | null {
  const start = flip.side === "api" ? "self-host" : "api";
  if (flips.decidedAt(index, parameter, flip.factor) === null) return flip;
  const sideAt = (factor: number) => {
    const choice = flips.decidedAt(index, parameter, factor);
    return choice === null || choice === undefined ? undefined : sideOf(choice);
  };
  const factor = verifiedFlip(sideAt, start, flip.factor, FARTHEST_FACTOR);
  return factor === null ? null : { ...flip, factor };
}

function distance(point: TippingPoint): number {
  return Math.abs(Math.log(point.to / point.from));
}

/** Three significant digits with thousands separators: `significant(2134567)` is "2,130,000". */
function significant(value: number): string {
  return grouped(Number(value.toPrecision(3)));
}
