import { download } from "./download.ts";
import type { Fetcher } from "./source.ts";

export interface FetcherOptions {
  /** Folder for downloads that were cut. */
  readonly partsFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly firstWaitMs?: number;
}

/** The network as sources see it: resumable downloads. */
export function networkFetcher({ partsFolder, environment, firstWaitMs }: FetcherOptions): Fetcher {
  return {
    environment,
    text: (url, headers = {}) => download(url, { partsFolder, headers, ...(firstWaitMs !== undefined && { firstWaitMs }) }),
  };
}
