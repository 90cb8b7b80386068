import { awsPriceList } from "./aws-price-list.ts";
import { genaiPrices } from "./genai-prices.ts";
import { huggingFace } from "./hugging-face.ts";
import { karpenter } from "./karpenter.ts";
import { modelsDev } from "./models-dev.ts";
import { portkey } from "./portkey.ts";
import { skypilot } from "./skypilot.ts";
import type { Source } from "./source.ts";

/** Every source, in the order in which `--source all` applies them. */
export const sources: readonly Source[] = [genaiPrices, modelsDev, portkey, karpenter, skypilot, awsPriceList, huggingFace];

/**
 * Which part of a price a source may change: the list price, the batch price, or none (it confirms). Portkey confirms no
 * date: its files stand still for weeks, so an old price in both places would look fresh.
 */
export type PriceRole = "list" | "batch" | "second";
export const priceRoles: Readonly<Record<string, PriceRole>> = { "genai-prices": "list", portkey: "batch", "models-dev": "second" };

/** Sources that can confirm each other, by what they hold. */
export const witnessGroups: readonly (readonly string[])[] = [
  ["genai-prices", "models-dev", "portkey"],
  ["karpenter", "skypilot", "aws-price-list"],
];
