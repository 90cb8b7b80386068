import { FilterType, PricingClient, paginateGetProducts } from "@aws-sdk/client-pricing";
import { z } from "zod";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { SourceError } from "./download.ts";
import { parseJson } from "./genai-prices.ts";
import type { Seen } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";

const REGION = "us-east-1";
const MOST_RESULTS = 100;

/** Plain on-demand Linux. Without `marketoption`, capacity-block rows come along, at 0 or at an operating system fee. */
const FILTERS: Readonly<Record<string, string>> = {
  tenancy: "Shared",
  operatingSystem: "Linux",
  preInstalledSw: "NA",
  capacitystatus: "Used",
  marketoption: "OnDemand",
};

const Dimension = z.object({ unit: z.string(), pricePerUnit: z.object({ USD: z.string() }) });
const Product = z.object({
  product: z.object({ attributes: z.object({ instanceType: z.string(), regionCode: z.string() }) }),
  terms: z.object({ OnDemand: z.record(z.string(), z.object({ priceDimensions: z.record(z.string(), Dimension) })) }),
});

/**
 * AWS Price List `GetProducts` through the AWS SDK: the vendor's own figure for each type and region. Needs AWS_ACCESS_KEY_ID
 * and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) with `pricing:GetProducts`. One paged call for each type.
 */
export const awsPriceList: Source = {
  name: "aws-price-list",
  url: "https://api.pricing.us-east-1.amazonaws.com/",
  label: "AWS Price List GetProducts",
  async load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]> {
    const client = new PricingClient({ region: REGION, endpoint: url, credentials: credentialsOf(fetcher) });
    const all: Seen[] = [];
    for (const { id } of catalog.instances) {
      for await (const page of pagesOf(client, url, id)) all.push(...page.flatMap((text) => hoursOf(url, text, id)));
    }
    return all;
  },
};

async function* pagesOf(client: PricingClient, url: string, instanceType: string): AsyncGenerator<readonly string[]> {
  const filters = Object.entries({ ...FILTERS, instanceType });
  const question = {
    ServiceCode: "AmazonEC2",
    FormatVersion: "aws_v1",
    Filters: filters.map(([Field, Value]) => ({ Type: FilterType.TERM_MATCH, Field, Value })),
  };
  try {
    for await (const { PriceList } of paginateGetProducts({ client, pageSize: MOST_RESULTS }, question)) {
      yield (PriceList ?? []).map(String);
    }
  } catch (error) {
    throw new SourceError(`${url}: ${error instanceof Error ? error.message : String(error)}; run again later`);
  }
}

function hoursOf(url: string, text: string, id: string): readonly Seen[] {
  const { product, terms } = read(Product, url, parseJson(url, text));
  if (product.attributes.instanceType !== id) return [];
  return Object.values(terms.OnDemand)
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
    .filter(({ unit, pricePerUnit }) => unit === "Hrs" && Number(pricePerUnit.USD) > 0)
    .map(({ pricePerUnit }) => ({
      kind: "hour",
      id,
      region: product.attributes.regionCode,
      usdPerHour: Number(pricePerUnit.USD),
      readOn: null,
    }));
}

function read<T>(schema: z.ZodType<T>, url: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SourceError(`${url}: ${issue?.path.join(".")}: ${issue?.message}; its shape has changed, adapt scripts/refresh`);
}

function credentialsOf({ environment }: Fetcher) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new SourceError("aws-price-list: needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; set them or leave the source out");
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
