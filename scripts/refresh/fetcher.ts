import { download, SourceError } from "./download.ts";
import type { Fetcher } from "./source.ts";

const TIMEOUT_MS = 60_000;

export interface FetcherOptions {
  /** Folder for downloads that were cut. */
  readonly partsFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  readonly firstWaitMs?: number;
}

/** The network as sources see it: resumable downloads, and plain requests. */
export function networkFetcher({ partsFolder, environment, now, firstWaitMs }: FetcherOptions): Fetcher {
  return {
    environment,
    now,
    text: (url, headers = {}) => download(url, { partsFolder, headers, ...(firstWaitMs !== undefined && { firstWaitMs }) }),
    post,
  };
}

async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
  const response = await fetch(url, { method: "POST", headers: { ...headers }, body, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (error: Error) => {
      throw new SourceError(`${url}: cannot be reached (${error.message}); run again later`);
    },
  );
  const text = await response.text();
  if (!response.ok) throw new SourceError(`${url}: answered ${response.status}: ${text.slice(0, 200)}`);
  return text;
}
