import { DAYS_PER_MONTH, type HourlyProfile, PEAK_TO_AVERAGE, SECONDS_PER_MONTH } from "./defaults.ts";

const HOURS_PER_WEEK = 168;
const WEEKDAYS = 5;
const WEEKEND_DAYS = 2;
/** One array for each profile, so that equal shapes are recognised by identity. */
const weeks = new WeakMap<HourlyProfile, readonly number[]>();

/** Requests per month of a volume given per day: 100,000 a day are 3,041,667 a month (730 h). */
export function perMonth(requestsPerDay: number): number {
  return requestsPerDay * DAYS_PER_MONTH;
}

/**
 * Load of the 168 hours of a typical week relative to the weekly mean, Monday 00:00 first; the mean is 1.
 * Example: a flat profile gives 168 ones; business hours peak at about 2.8.
 */
export function weekOf(profile: HourlyProfile): readonly number[] {
  const known = weeks.get(profile);
  if (known !== undefined) return known;
  const weekday = profile.weights;
  const weekend = weekday.map((weight) => weight * profile.weekendRatio);
  const week = [...repeat(weekday, WEEKDAYS), ...repeat(weekend, WEEKEND_DAYS)];
  const mean = week.reduce((sum, value) => sum + value, 0) / HOURS_PER_WEEK;
  const relative = week.map((value) => value / mean);
  weeks.set(profile, relative);
  return relative;
}

function repeat(day: readonly number[], days: number): number[] {
  return Array.from({ length: days }, () => day).flat();
}

const idOf = new WeakMap<readonly number[], number>();
const hoursOf = new Map<string, readonly (readonly number[])[]>();
let ids = 0;
/** Combinations of weeks that are remembered; a policy has a handful. */
const MOST_COMBINATIONS = 200;

/**
 * The hours of the week that can be the busiest of several weekly loads together, however much there is of each: no other hour has at least as
 * much of every load. Each is a list with its load of every week, in the order asked. Usually one to ten of 168.
 *
 * Example: a week that peaks by day and one that peaks by night keep their two peaks and what lies between them.
 */
export function busyHoursOf(weeks: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const key = weeks.map(weekId).join();
  const known = hoursOf.get(key);
  if (known !== undefined) return known;
  const total = (hour: readonly number[]) => hour.reduce((sum, value) => sum + value, 0);
  const hours = (weeks[0] ?? []).map((_, hour) => weeks.map((week) => week[hour] ?? 0)).sort((a, b) => total(b) - total(a));
  const kept: (readonly number[])[] = [];
  for (const hour of hours) {
    if (!kept.some((other) => other.every((value, index) => value >= (hour[index] ?? 0)))) kept.push(hour);
  }
  if (hoursOf.size >= MOST_COMBINATIONS) hoursOf.clear();
  hoursOf.set(key, kept);
  return kept;
}

function weekId(week: readonly number[]): number {
  const known = idOf.get(week);
  if (known !== undefined) return known;
  ids += 1;
  idOf.set(week, ids);
  return ids;
}

/**
 * Mean rate of the busiest hour in requests/s.
 * Example: 3,041,667 requests a month at a busiest hour of 2 x the mean are 2.31 requests/s.
 */
export function busiestHourRate(requestsPerMonth: number, week: readonly number[]): number {
  return (requestsPerMonth / SECONDS_PER_MONTH) * Math.max(...week);
}

/**
 * Factor on the requests of the first month in the busiest month of a horizon: 1 where they shrink or stay.
 * Example: 5 % a month over 12 months is 1.71, in the last one.
 */
export function largestGrowth(ratioPerMonth: number, horizonMonths: number): number {
  return Math.max(1, growthAt(ratioPerMonth, horizonMonths - 1));
}

/**
 * Default ratio of the worst minute to the mean of the busiest hour: small services are burstier, but a busier one never has a lower peak.
 *
 * Example: `peakToAverageAt(4)` is 2.5, a worst minute of 10 requests/s. At 6 requests/s it is 2.08, because just below 5 the worst minute is 12.5
 * requests/s, and from 8.33 on the ratio of busier services, 1.5, says more.
 */
export function peakToAverageAt(requestsPerSecond: number): number {
  const at = PEAK_TO_AVERAGE.findIndex((row) => requestsPerSecond >= row.fromRequestsPerSecond);
  const ratio = PEAK_TO_AVERAGE[at]?.ratio ?? 1;
  // Rows go from busy to quiet: the next one holds up to where this one begins.
  const peakBelow = (PEAK_TO_AVERAGE[at]?.fromRequestsPerSecond ?? 0) * (PEAK_TO_AVERAGE[at + 1]?.ratio ?? 0);
  return Math.max(ratio, requestsPerSecond > 0 ? peakBelow / requestsPerSecond : 0);
}

/** Growth factor of month `index` (0 is the first): `growthAt(0.05, 12)` is 1.796. */
export function growthAt(ratioPerMonth: number, index: number): number {
  return (1 + ratioPerMonth) ** index;
}

/** Calendar month `index` months after `asOf`, as its first day: `monthDate("2026-11-21", 2)` is "2027-01-01"; index 0 is `asOf` itself. */
export function monthDate(asOf: string, index: number): string {
  if (index === 0) return asOf;
  const year = Number(asOf.slice(0, 4));
  const month = Number(asOf.slice(5, 7)) - 1 + index;
  const y = year + Math.floor(month / 12);
  return `${y}-${String((month % 12) + 1).padStart(2, "0")}-01`;
}

/**
 * First month index at which `from` growing by `ratioPerMonth`, or shrinking where that is below 0, reaches `target`; null when it never does within
 * 60 months. A target below that is only left behind is 0. Example: from 27 to 11 million at -5 % a month are 18.
 */
export function monthsUntil(from: number, target: number, ratioPerMonth: number): number | null {
  const limit = 60;
  if (from >= target && ratioPerMonth >= 0) return 0;
  if (from < target && ratioPerMonth <= 0) return null;
  const months = Math.ceil(Math.log(target / from) / Math.log(1 + ratioPerMonth) - 1e-9);
  return months <= limit ? months : null;
}
