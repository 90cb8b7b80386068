import { createHash } from "node:crypto";
import type { FleetConfig, StackConfig } from "../src/stack-config.ts";

/** AWS limits of names, in characters (service documentation, 2026-11). */
export const NAME_LIMITS = { stack: 28, bucket: 63, loadBalancer: 32, iam: 64, serviceLinkedSuffix: 35 } as const;

const HASH_LENGTH = 6;

/**
 * Lower-case letters, digits and single hyphens. `slug("self-host/llama-3.3-70b/fp8")` is `self-host-llama-3-3-70b-fp8`.
 */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/**
 * Text of at most `limit` characters. What does not fit is replaced by a short hash of the whole, so that two long names with the
 * same beginning stay different: `shorten("support-platform-production", 20)` keeps 13 characters, a hyphen and 6 of the hash.
 */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
  return `${text.slice(0, limit - HASH_LENGTH - 1).replace(/-+$/, "")}-${hash}`;
}

/**
 * Beginning that `shorten` keeps of every text that starts with `text`, whatever follows, for patterns over names:
 * `shortestStart("support-platform-production", 32)` is `support-platform-producti`.
 */
export function shortestStart(text: string, limit: number): string {
  return text.slice(0, limit - HASH_LENGTH - 1).replace(/-+$/, "");
}

/** Suffix of the service-linked role that Auto Scaling has for one stack. */
export function scalingRoleSuffix(prefix: string, region: string): string {
  return shorten(`${prefix}-${region}`, NAME_LIMITS.serviceLinkedSuffix);
}

/** Prefix of every resource name: policy and environment, e.g. `support-platform-production`. */
export function stackPrefix(config: Pick<StackConfig, "name" | "environment">): string {
  const name = slug(config.name);
  const environment = slug(config.environment);
  const full = name.endsWith(`-${environment}`) ? name : `${name}-${environment}`;
  return shorten(full, NAME_LIMITS.stack);
}

/** Name of an identity (role, policy, profile): unique in the account, hence with the region. */
export function identityName(prefix: string, region: string, purpose: string): string {
  return shorten(`${prefix}-${purpose}-${region}`, NAME_LIMITS.iam);
}

/**
 * Name of a fleet in paths, logical ids and resource names: its model, so that a change of instance type or precision rolls the same
 * fleet over instead of making another. Where two fleets serve one model, their ids tell them apart.
 */
export function fleetName(config: Pick<StackConfig, "fleets">, fleet: Pick<FleetConfig, "id" | "model">): string {
  const alone = config.fleets.filter((other) => other.model === fleet.model).length <= 1;
  return slug(alone ? fleet.model : fleet.id);
}

/** Terraform identifier from words: `logicalName("fleet", "llama-3.3-70b")` is `fleet_llama_3_3_70b`. */
export function logicalName(...words: readonly string[]): string {
  return words.map((word) => slug(word).replaceAll("-", "_")).join("_");
}

/** Text that Terraform must not read as a template: `${` and `%{` are doubled. For scripts and other files written literally. */
export function literal(text: string): string {
  return text.replace(/[$%](?=\{)/g, (sign) => sign + sign);
}
