/**
 * The one place where a figure becomes text. Rounding happens here and nowhere earlier; the JSON document keeps
 * the figures themselves. Amounts are US dollars; an amount that nobody knows is "not priced", never zero.
 */

/** From this amount on cents say nothing: whole dollars from 100 up. */
const WHOLE_DOLLARS_FROM_USD = 100;
/** Below this an amount would be written as zero. */
const HALF_A_CENT = 0.005;
/** Digits that a unit price keeps: a list price such as 55.04, 0.0375 or 0.0000025 survives unchanged. */
const UNIT_PRICE_DIGITS = 7;
/** The true minus sign: unlike a hyphen it is read aloud by screen readers and never ends a line. */
const MINUS = "\u2212";
const NOT_PRICED = "not priced";
/** A difference that would be written as zero. */
export const NO_CHANGE = "no change";

/**
 * An amount: whole dollars with thousands separators from $100 up, cents below.
 *
 * Example: `usd(14820.4)` is `$14,820`, `usd(12.3)` is `$12.30`, `usd(0.002)` is `under $0.01`, `usd(null)` is `not priced`.
 */
export function usd(value: number | null): string {
  if (value === null) return NOT_PRICED;
  const size = Math.abs(value);
  if (size > 0 && size < HALF_A_CENT) return "under $0.01";
  return `${value < 0 ? MINUS : ""}$${magnitude(size)}`;
}

/**
 * A difference of two amounts, with its sign.
 *
 * Example: `usdChange(310)` is `+$310`, `usdChange(-45.2)` is `−$45.20`, `usdChange(0.001)` is `no change`.
 */
export function usdChange(value: number | null): string {
  if (value === null) return NOT_PRICED;
  const size = Math.abs(value);
  if (size < HALF_A_CENT) return NO_CHANGE;
  return `${value < 0 ? MINUS : "+"}$${magnitude(size)}`;
}

/**
 * A difference with its share of the amount before, where there is one to share.
 *
 * Example: `change(2310, 12510)` is `+$2,310 (+18.5%)`; `change(50, null)` is `+$50.00`.
 */
export function change(delta: number | null, before: number | null): string {
  const amount = usdChange(delta);
  if (delta === null || before === null || before < HALF_A_CENT || Math.abs(delta) < HALF_A_CENT) return amount;
  const share = percent(Math.abs(delta) / before);
  return share === "0%" ? amount : `${amount} (${delta < 0 ? MINUS : "+"}${share})`;
}

/**
 * A share as percent with one decimal below 100%.
 *
 * Example: `percent(0.185)` is `18.5%`, `percent(0.1)` is `10%`, `percent(12.4)` is `1,240%`.
 */
export function percent(ratio: number): string {
  const value = ratio * 100;
  return `${trimZeros(grouped(value, Math.abs(value) < 100 ? 1 : 0))}%`;
}

/**
 * The price of one unit with as many digits as it needs, at least cents.
 *
 * Example: `unitPrice(0.4)` is `$0.40`, `unitPrice(31.464)` is `$31.464`, `unitPrice(2.5e-6)` is `$0.0000025`.
 */
export function unitPrice(value: number | null): string {
  if (value === null) return NOT_PRICED;
  const size = Math.abs(value);
  const decimals = size === 0 ? 2 : Math.max(2, UNIT_PRICE_DIGITS - 1 - Math.floor(Math.log10(size)));
  const [whole = "0", fraction = ""] = grouped(size, Math.min(decimals, 20)).split(".");
  return `${value < 0 ? MINUS : ""}$${whole}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
}

/**
 * A count or a quantity: no decimals from 100 up, two below, three significant digits below 1.
 *
 * Example: `quantity(3041666.7)` is `3,041,667`, `quantity(12.5)` is `12.5`, `quantity(0.0421)` is `0.0421`.
 */
export function quantity(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  const decimals = size >= 100 ? 0 : size >= 1 ? 2 : Math.min(20, 2 - Math.floor(Math.log10(size)));
  return `${value < 0 ? MINUS : ""}${trimZeros(grouped(size, decimals))}`;
}

function magnitude(size: number): string {
  const cents = Math.round(size * 100) / 100;
  return cents < WHOLE_DOLLARS_FROM_USD ? cents.toFixed(2) : grouped(cents, 0);
}

/** Fixed decimals with thousands separators; written out so that the text does not depend on a locale table. */
function grouped(value: number, decimals: number): string {
  const [whole = "0", fraction] = value.toFixed(decimals).split(".");
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? thousands : `${thousands}.${fraction}`;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A computed volume with the three digits that it deserves: `volume(3210535)` is "3,210,000". */
export function volume(value: number): string {
  return quantity(Number(value.toPrecision(3)));
}

/**
 * The ends of a band, or that nothing in it moves: two equal amounts would read as certainty.
 *
 * Example: `band({ p10: 13100, p90: 16900 })` is `$13,100 to $16,900`, `band({ p10: 81901, p90: 81901 })` is `no spread`.
 */
export function band({ p10, p90 }: { readonly p10: number; readonly p90: number }): string {
  return usd(p10) === usd(p90) ? "no spread" : `${usd(p10)} to ${usd(p90)}`;
}
