import { type Catalog, findApiModel, findInstance, findRegion, pricedIn } from "../catalog/index.ts";
import { priceRowOn } from "../catalog/pricing.ts";
import type { Trace } from "../decide/decide.ts";
import type { Outlook } from "../decide/outlook.ts";
import type { Policy } from "../policy/policy.ts";
import { type Edits, type PriceRows, rounded } from "./edits.ts";

/** One number that a reader can move. */
export interface Control {
  readonly key: string;
  readonly group: string;
  readonly label: string;
  readonly unit: string;
  /** What the policy declares, or the default in its place. */
  readonly declared: number;
  /** `log`: the slider moves by factors around the declared value. */
  readonly scale: "linear" | "log";
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Sliders of volumes, tokens and prices reach from a tenth to ten times the declared value. */
const FACTOR_RANGE = 10;

/** Controls of a policy as written, and the rows that edited prices need. */
export interface Controls {
  readonly list: readonly Control[];
  readonly rows: PriceRows;
}

/** Everything that a what-if can move in one policy: each workload's numbers, people, discounts, and prices of what is in the running. */
export function controlsOf(policy: Policy, trace: Trace, outlook: Outlook, catalog: Catalog, asOf: string): Controls {
  const { facts } = trace;
  const workloads = facts.workloads.flatMap((workload, index): readonly Control[] => {
    const at = `workloads/${index}`;
    const perDay = policy.workloads[index]?.volume.requestsPerDay;
    const daily = typeof perDay === "object" ? perDay.expected : perDay;
    const group = workload.name;
    const requests =
      daily === undefined
        ? byFactor(`${at}/volume/requests_per_month`, group, "Requests a month", "", workload.requestsPerMonth.expected)
        : byFactor(`${at}/volume/requests_per_day`, group, "Requests a day", "", daily);
    return [
      requests,
      linear(`${at}/volume/growth_ratio_per_month`, group, "Growth a month", "ratio", workload.growthRatioPerMonth, [-0.2, 0.5, 0.01]),
      linear(`${at}/volume/peak_to_average`, group, "Peak to average", "x", workload.peakToAverage, [1, 10, 0.1]),
      byFactor(`${at}/tokens/input`, group, "Input tokens", "", workload.inputTokens.expected),
      byFactor(`${at}/tokens/output`, group, "Output tokens", "", workload.outputTokens.expected),
      linear(`${at}/tokens/cached_input_ratio`, group, "Cached share of input", "ratio", workload.cachedInputRatio, [0, 1, 0.01]),
    ];
  });
  const prices = pricesOf(outlook, trace, catalog, asOf);
  const { gpuDiscountRatio, apiDiscountRatio } = facts.purchase;
  const all = [
    ...workloads,
    linear("team/hourly_rate_usd", "People and discounts", "Engineer hour", "USD", facts.hourlyRateUsd, [10, 400, 5]),
    linear("purchase/api_discount_ratio", "People and discounts", "API discount", "ratio", apiDiscountRatio, [0, 0.9, 0.01]),
    linear("purchase/gpu_discount_ratio", "People and discounts", "GPU discount", "ratio", gpuDiscountRatio, [0, 0.9, 0.01]),
    ...prices.list,
  ];
  return { list: all, rows: prices.rows };
}

function pricesOf(outlook: Outlook, trace: Trace, catalog: Catalog, asOf: string): Controls {
  const list: Control[] = [];
  const rows: Record<string, Record<string, string | number>> = {};
  for (const id of new Set(outlook.paths.flatMap((path) => path.apiModels))) {
    const model = findApiModel(catalog, id);
    const price = model === undefined ? undefined : priceRowOn(pricedIn(model, findRegion(catalog, trace.facts.region)), asOf);
    if (price === undefined) continue;
    const at = `prices/api/${id}`;
    rows[at] = apiRow(id, price, asOf);
    list.push(byFactor(`${at}/input_usd_per_mtok`, "Prices", `${id}, input`, "USD per million tokens", price.inputUsdPerMTok));
    list.push(byFactor(`${at}/output_usd_per_mtok`, "Prices", `${id}, output`, "USD per million tokens", price.outputUsdPerMTok));
  }
  for (const id of new Set(outlook.paths.flatMap((path) => path.instances))) {
    const offer = trace.offers.find(({ instance }) => instance.id === id);
    if (offer === undefined || findInstance(catalog, id) === undefined) continue;
    const at = `prices/gpu/${id}`;
    rows[at] = { id, region: trace.facts.region, usd_per_hour: offer.usdPerHour, effective_from: asOf, ...WHAT_IF, checked: asOf };
    list.push(byFactor(`${at}/usd_per_hour`, "Prices", id, "USD an hour", offer.usdPerHour));
  }
  return { list, rows };
}

const WHAT_IF = { source: "what-if" };

function apiRow(id: string, price: NonNullable<ReturnType<typeof priceRowOn>>, asOf: string): Record<string, string | number> {
  const optional = {
    cached_input_usd_per_mtok: price.cachedInputUsdPerMTok,
    batch_input_usd_per_mtok: price.batchInputUsdPerMTok,
    batch_output_usd_per_mtok: price.batchOutputUsdPerMTok,
    batch_cached_input_usd_per_mtok: price.batchCachedInputUsdPerMTok,
  };
  return {
    id,
    effective_from: asOf,
    input_usd_per_mtok: price.inputUsdPerMTok,
    output_usd_per_mtok: price.outputUsdPerMTok,
    ...Object.fromEntries(Object.entries(optional).flatMap(([key, value]) => (value == null ? [] : [[key, value]]))),
    ...WHAT_IF,
    checked: asOf,
  };
}

function byFactor(key: string, group: string, label: string, unit: string, declared: number): Control {
  const [min, max] = [rounded(declared / FACTOR_RANGE), rounded(declared * FACTOR_RANGE)];
  return { key, group, label, unit, declared, scale: "log", min, max, step: 0 };
}

function linear(
  key: string,
  group: string,
  label: string,
  unit: string,
  declared: number,
  [min, max, step]: readonly [min: number, max: number, step: number],
): Control {
  return { key, group, label, unit, declared, scale: "linear", min: Math.min(min, declared), max: Math.max(max, declared), step };
}

/** Digits that survive the way from a share to percent and back. */
const EXACT_DIGITS = 12;

/** Whether a person reads the control as percent; the policy holds a ratio. */
function isShare({ unit }: Control): boolean {
  return unit === "ratio";
}

/** Unit as a person reads it beside the field. */
export function unitOf(control: Control): string {
  return isShare(control) ? "%" : control.unit;
}

/** Value as the field shows it. Example: 0.05 of a ratio is `5`, 15000000 is `15,000,000`. */
export function shownValue(control: Control, value: number): string {
  const shown = isShare(control) ? value * 100 : value;
  const [whole = "", fraction] = String(Number(shown.toPrecision(EXACT_DIGITS))).split(".");
  const grouped = /e/.test(whole) ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `chat: Growth a month, %`: a control where its group does not stand above it. */
export function nameOf(control: Control): string {
  const unit = unitOf(control);
  return `${control.group}: ${control.label}${unit === "" ? "" : `, ${unit}`}`;
}

/** What the field of a control shows in a scenario. */
export function shownIn(control: Control, edits: Edits): string {
  return shownValue(control, edits[control.key] ?? control.declared);
}

/** Value that somebody typed, thousands separators allowed; null when it is none. */
export function parsed(control: Control, text: string): number | null {
  const plain = text.replace(/[\s,_]/g, "");
  const value = Number(plain);
  if (plain === "" || !Number.isFinite(value)) return null;
  return isShare(control) ? Number((value / 100).toPrecision(EXACT_DIGITS)) : value;
}

/** Positions of a slider: enough for one per pixel. */
export const SLIDER_STEPS = 200;

/** Position of a value on the slider, 0 to `SLIDER_STEPS`. Example: the declared value of a `log` control stands in the middle. */
export function positionOf(control: Control, value: number): number {
  const { scale, min, max } = control;
  const share = scale === "linear" || min <= 0 ? (value - min) / (max - min || 1) : Math.log(value / min) / Math.log(max / min);
  return Math.round(Math.min(1, Math.max(0, share)) * SLIDER_STEPS);
}

/** Value at a position, rounded to what a person would write; the position of the declared value gives exactly that. */
export function valueAt(control: Control, position: number): number {
  if (position === positionOf(control, control.declared)) return control.declared;
  const { scale, min, max, step } = control;
  const share = position / SLIDER_STEPS;
  if (scale === "log" && min > 0) return Number((min * (max / min) ** share).toPrecision(3));
  const value = min + (max - min) * share;
  return step === 0 ? rounded(value) : rounded(Math.round(value / step) * step);
}

/** Edits with one control set; the declared value is no edit. */
export function withEdit(edits: Edits, control: Control, value: number): Edits {
  const { [control.key]: _, ...others } = edits;
  return value === control.declared ? others : { ...others, [control.key]: value };
}
