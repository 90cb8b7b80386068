import type { PriceTier } from "../../src/catalog/schema.ts";

/** What a source says about the price of one API model, in US dollars per million tokens; null where it says nothing. */
export interface SeenPrice {
  readonly kind: "price";
  /** Id of the catalog row. */
  readonly id: string;
  /** First day of the price when the source states one; null is "now". */
  readonly from: string | null;
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
  readonly cachedInputUsdPerMTok: number | null;
  readonly batchInputUsdPerMTok: number | null;
  readonly batchOutputUsdPerMTok: number | null;
  /** Null where the source does not state tiers at all. */
  readonly tiers: readonly PriceTier[] | null;
}

/** What a source says an hour of an instance type costs in a region, in US dollars. */
export interface SeenHour {
  readonly kind: "hour";
  readonly id: string;
  readonly region: string;
  readonly usdPerHour: number;
  /** Day that the source states for its own figures, when it states one. */
  readonly readOn: string | null;
}

/** Limits and features of an API model; null where the source says nothing. */
export interface SeenLimits {
  readonly kind: "limits";
  readonly id: string;
  readonly contextWindowTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly toolUse: boolean | null;
  readonly jsonSchema: boolean | null;
  readonly vision: boolean | null;
}

/** Shape of an open-weight model by its own configuration file; null where the file says nothing. */
export interface SeenShape {
  readonly kind: "shape";
  readonly id: string;
  readonly shape: Readonly<Record<string, number | boolean | null>>;
}

/** A name that a source prices and the catalog does not hold: reported, never guessed into a row. */
export interface UnknownId {
  readonly kind: "unknown-id";
  readonly id: string;
  readonly where: string;
}

/** Something that a source has and the catalog cannot take in by itself. */
export interface Note {
  readonly kind: "note";
  readonly id: string;
  readonly text: string;
}

export type Seen = SeenPrice | SeenHour | SeenLimits | SeenShape | UnknownId | Note;
