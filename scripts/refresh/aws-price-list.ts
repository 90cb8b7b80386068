import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { SourceError } from "./download.ts";
import { parseJson } from "./genai-prices.ts";
import type { Seen } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";

const REGION = "us-east-1";
const SERVICE = "pricing";
const TARGET = "AWSPriceListService.GetProducts";
const MOST_RESULTS = 100;

/** Plain on-demand Linux. Without `marketoption`, capacity-block rows come along, at 0 or at an operating system fee. */
const FILTERS: Readonly<Record<string, string>> = {
  tenancy: "Shared",
  operatingSystem: "Linux",
  preInstalledSw: "NA",
  capacitystatus: "Used",
  marketoption: "OnDemand",
};

const Answer = z.object({ PriceList: z.array(z.string()), NextToken: z.string().optional() });
const Dimension = z.object({ unit: z.string(), pricePerUnit: z.object({ USD: z.string() }) });
const Product = z.object({
  product: z.object({ attributes: z.object({ instanceType: z.string(), regionCode: z.string() }) }),
  terms: z.object({ OnDemand: z.record(z.string(), z.object({ priceDimensions: z.record(z.string(), Dimension) })) }),
});

/**
 * AWS Price List `GetProducts`: the vendor's own figure for each type and region. Needs AWS_ACCESS_KEY_ID and
 * AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) with `pricing:GetProducts`. One call for each type; the SDK would bring
 * half a megabyte for it.
 */
export const awsPriceList: Source = {
  name: "aws-price-list",
  url: "https://api.pricing.us-east-1.amazonaws.com/",
  label: "AWS Price List GetProducts",
  async load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]> {
    const credentials = credentialsOf(fetcher);
    const all: Seen[] = [];
    for (const { id } of catalog.instances) {
      let token: string | undefined;
      do {
        const body = JSON.stringify(question(id, token));
        const headers = signed(new URL(url), body, credentials, fetcher.now);
        const answer = read(Answer, url, parseJson(url, await fetcher.post(url, headers, body)));
        all.push(...answer.PriceList.flatMap((text) => hoursOf(url, text, id)));
        token = answer.NextToken;
      } while (token !== undefined && token !== "");
    }
    return all;
  },
};

function question(instanceType: string, token: string | undefined): object {
  const filters = Object.entries({ ...FILTERS, instanceType }).map(([Field, Value]) => ({ Type: "TERM_MATCH", Field, Value }));
  return {
    ServiceCode: "AmazonEC2",
    FormatVersion: "aws_v1",
    MaxResults: MOST_RESULTS,
    Filters: filters,
    ...(token && { NextToken: token }),
  };
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

/** Keys of an AWS identity. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

function credentialsOf({ environment }: Fetcher): Credentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new SourceError("aws-price-list: needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; set them or leave the source out");
  return { accessKeyId, secretAccessKey, sessionToken };
}

function signed(url: URL, body: string, credentials: Credentials, now: Date): Readonly<Record<string, string>> {
  const token: Readonly<Record<string, string>> =
    credentials.sessionToken === undefined ? {} : { "x-amz-security-token": credentials.sessionToken };
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET, ...token };
  const { host, ...sent } = signV4({ url, body, headers, region: REGION, service: SERVICE, credentials, now });
  return sent;
}

/** What a signature covers. */
export interface Signable {
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly region: string;
  readonly service: string;
  readonly credentials: Credentials;
  readonly now: Date;
}

/**
 * AWS Signature Version 4 of a POST without a query: the given headers, `host`, `x-amz-date` and `authorization`.
 * Source: docs.aws.amazon.com, "Create a signed AWS API request". The test holds it to `post-vanilla` of AWS's own suite.
 */
export function signV4({ url, body, headers, region, service, credentials, now }: Signable): Readonly<Record<string, string>> {
  const time = `${now.toISOString().slice(0, "YYYY-MM-DDTHH:MM:SS".length).replaceAll(/[-:]/g, "")}Z`;
  const day = time.slice(0, "YYYYMMDD".length);
  const all: Readonly<Record<string, string>> = { ...headers, host: url.host, "x-amz-date": time };
  const names = Object.keys(all).sort();
  const canonical = ["POST", url.pathname, "", ...names.map((name) => `${name}:${all[name]}`), "", names.join(";"), sha256(body)].join(
    "\n",
  );
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  const signature = hmac(key, toSign).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...all, authorization };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
