import type { Catalog } from "../../src/catalog/catalog.ts";
import type { Seen } from "./seen.ts";

/** How a source reaches the network: tests pass a server on loopback, the command the real thing. */
export interface Fetcher {
  /** Text behind an address; throws SourceError. */
  text(url: string, headers?: Readonly<Record<string, string>>): Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One place that the catalog's figures are read from. */
export interface Source {
  readonly name: string;
  /** Where it is read from unless the run names another place; a file under it has its path added. */
  readonly url: string;
  /** What the rows that come from it name as their source. */
  readonly label: string;
  /** Everything that it says about rows of the catalog, by exact id. Throws SourceError when it cannot be read whole. */
  load(fetcher: Fetcher, url: string, catalog: Catalog): Promise<readonly Seen[]>;
}
