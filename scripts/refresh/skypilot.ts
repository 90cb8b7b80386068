import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { SourceError } from "./download.ts";
import type { Seen, SeenHour } from "./seen.ts";
import type { Fetcher, Source } from "./source.ts";

/** One line for each zone; a blank price is an instance type that is sold in capacity blocks only. */
const Line = z.looseObject({ InstanceType: z.string(), Price: z.string(), Region: z.string() });

/** SkyPilot's catalog: on-demand prices of every commercial region. Spot prices are not read: they never stand in the catalog. */
export const skypilot: Source = {
  name: "skypilot",
  url: "https://raw.githubusercontent.com/skypilot-org/skypilot-catalog/master/catalogs/v9/aws/vms.csv",
  label: "skypilot-org/skypilot-catalog v9 aws/vms.csv",
  async load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]> {
    const types = new Set(catalog.instances.map(({ id }) => id));
    const hours = new Map<string, SeenHour>();
    for (const { InstanceType: id, Price: price, Region: region } of read(url, await fetcher.text(url))) {
      const usdPerHour = Number(price);
      if (!types.has(id) || !(usdPerHour > 0)) continue;
      const before = hours.get(`${id} ${region}`);
      if (before !== undefined && before.usdPerHour !== usdPerHour)
        throw new SourceError(
          `${url}: ${id} in ${region} costs ${before.usdPerHour} and ${usdPerHour}; a region has one price, wait for a new file`,
        );
      hours.set(`${id} ${region}`, { kind: "hour", id, region, usdPerHour, readOn: null });
    }
    return [...hours.values()];
  },
};

function read(url: string, text: string): readonly z.infer<typeof Line>[] {
  try {
    const lines: unknown = parse(text, { columns: true, skip_empty_lines: true });
    const rows = z.array(Line).min(1).safeParse(lines);
    if (rows.success) return rows.data;
    throw new Error(rows.error.issues[0]?.message ?? "no rows");
  } catch (error) {
    throw new SourceError(`${url}: is no list of instance types (${error instanceof Error ? error.message : "?"}); adapt scripts/refresh`);
  }
}
