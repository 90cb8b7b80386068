import type { Catalog } from "../../src/catalog/catalog.ts";
import { SourceError } from "./download.ts";
import type { Seen } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";

const FILES = ["zz_generated.pricing_aws.go", "zz_generated.pricing_aws_us_gov.go"] as const;
/** Families whose types the catalog wants: NVIDIA GPUs that vLLM can use (g4dn and newer, p4d and newer). */
const WANTED = /^(g4dn|g5|g6|g6e|gr6|g7|g7e|p4d|p4de|p5|p5e|p5en|p6-[a-z0-9]+|p[7-9][a-z0-9-]*|g[8-9][a-z]*)\./;

const GENERATED = /^\/\/ generated at (\d{4}-\d{2}-\d{2})/m;
const REGION = /"([a-z]{2}(?:-[a-z]+)+-\d)":\s*\{([^}]*)\}/g;
const PRICE = /"([a-z0-9-]+\.[a-z0-9-]+)":\s*([0-9.]+)/g;

/** Karpenter's generated tables: on-demand Linux prices of us-east-1 and GovCloud, written from the AWS price list. */
export const karpenter: Source = {
  name: "karpenter",
  url: "https://raw.githubusercontent.com/aws/karpenter-provider-aws/main/pkg/providers/pricing",
  label: "aws/karpenter-provider-aws generated pricing tables",
  async load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]> {
    const all: Seen[] = [];
    for (const file of FILES) all.push(...pricesIn(`${url}/${file}`, await fetcher.text(`${url}/${file}`), catalog));
    return all;
  },
};

function pricesIn(url: string, text: string, catalog: Catalog): readonly Seen[] {
  const readOn = GENERATED.exec(text)?.[1];
  if (readOn === undefined) throw new SourceError(`${url}: has no "generated at" line; its shape has changed, adapt scripts/refresh`);
  const found = [...text.matchAll(REGION)].flatMap(([, region = "", body = ""]) =>
    [...body.matchAll(PRICE)].map(([, id = "", usd = ""]) => ({ id, region, usdPerHour: Number(usd) })),
  );
  if (found.length === 0) throw new SourceError(`${url}: holds no price; its shape has changed, adapt scripts/refresh`);
  const known = new Set(catalog.instances.map(({ id }) => id));
  return found.flatMap((price): readonly Seen[] => {
    if (price.usdPerHour === 0) return [];
    if (known.has(price.id)) return [{ kind: "hour", ...price, readOn }];
    return WANTED.test(price.id) ? [{ kind: "unknown-id", id: price.id, where: price.region }] : [];
  });
}
