import type { Catalog } from "../catalog/index.ts";
import type { Known } from "../decide/known.ts";
import { readMeasurements } from "../decide/measurements.ts";
import { nameBook } from "../decide/names.ts";
import { pathOf } from "../decide/search.ts";
import { solve } from "../decide/solve.ts";
import type { Path } from "../decide/types.ts";
import { parsePolicy } from "../policy/parse.ts";
import type { PageSource } from "../report/html.ts";

/** The answer alone: what `evaluate` decides, without bands, break-evens and reasons, so quick enough for every move of a slider. */
export interface Live {
  readonly path: Path;
  /** Expected cost of an average month in USD; null when nothing fits. */
  readonly monthlyUsd: number | null;
}

/**
 * Decides a policy; null when it is invalid. The waivers are those of the base, where there is one, as in `evaluate`. `known` is what earlier
 * answers left: a slider moves one number at a time.
 */
export function liveOf(source: PageSource, catalog: Catalog, asOf: string, known: Known): Live | null {
  const names = nameBook(catalog, asOf);
  const head = parsePolicy(source.text, source.path, names);
  if (head.kind === "invalid") return null;
  const measured = readMeasurements(head, catalog, source.files);
  if (measured.diagnostics.length > 0) return null;
  const base = source.base === null ? null : parsePolicy(source.base.text, source.base.path, names);
  const waivers = (base?.kind === "policy" ? base : head).policy.waivers ?? [];
  const { chosen } = solve(head, catalog, asOf, waivers, measured.calibrations, known).search;
  return chosen === undefined ? { path: "none", monthlyUsd: null } : { path: pathOf(chosen.assignment), monthlyUsd: chosen.monthlyUsd };
}
