import { CloudwatchLogGroup } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

/** Retention periods that CloudWatch Logs accepts, in days (API reference of PutRetentionPolicy, 2026-11). */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
const LONGEST_RETENTION_DAYS = 3653;

/** The shortest retention that CloudWatch accepts and that keeps at least `days`: `retentionDays(100)` is 120. */
export function retentionDays(days: number): number {
  return RETENTION_DAYS.find((allowed) => allowed >= days) ?? LONGEST_RETENTION_DAYS;
}

/** An encrypted log group `/breakeven/<prefix>/<purpose>` that forgets after the policy's retention. */
export function buildLogGroup(foundation: Foundation, id: string, purpose: string): CloudwatchLogGroup {
  return new CloudwatchLogGroup(foundation.stack, id, {
    name: `/breakeven/${foundation.prefix}/${purpose}`,
    retentionInDays: retentionDays(foundation.config.logRetentionDays),
    kmsKeyId: foundation.key.arn,
  });
}
