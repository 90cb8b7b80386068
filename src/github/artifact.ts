import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Ports } from "./ports.ts";
import { type Runner, runUrl } from "./runner.ts";

/** The bundle that holds the client of GitHub's artifact service; loaded only when there is something to upload. */
export interface ArtifactModule {
  /** Uploads one file under its own name; gives the id of the artifact, undefined where the service names none. Throws when it fails. */
  upload(path: string): Promise<number | undefined>;
}

/** What became of an upload: an address, or why there is none. */
export interface Uploaded {
  readonly url: string | null;
  readonly warning: string | null;
}

/** Name of the error that the client throws on GitHub Enterprise Server, whose artifact service is another one. */
const NOT_ON_SERVER = "GHESNotSupportedError";

/**
 * Uploads the HTML report as an artifact of the run, named after the comment's key so that jobs with other policies do not
 * collide. Whatever goes wrong is a warning: a report that nobody can open must not cost the check.
 *
 * Example: `{ url: "https://github.com/acme/support/actions/runs/9001/artifacts/77", warning: null }`.
 */
export async function uploadReport(
  ports: Pick<Ports, "env" | "loadArtifact">,
  runner: Runner,
  key: string,
  file: string,
): Promise<Uploaded> {
  if (!ports.env.ACTIONS_RUNTIME_TOKEN || !ports.env.ACTIONS_RESULTS_URL)
    return failed("the runner offers no artifact service (ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL are not set)");
  try {
    const named = join(dirname(file), `breakeven-report-${key}.html`);
    await copyFile(file, named);
    const { upload } = await ports.loadArtifact();
    const id = await upload(named);
    const run = runUrl(runner, runner.runId);
    return { url: id === undefined || run === null ? run : `${run}/artifacts/${id}`, warning: null };
  } catch (error) {
    if (error instanceof Error && error.name === NOT_ON_SERVER)
      return failed("GitHub Enterprise Server has another artifact service than GitHub.com");
    return failed(error instanceof Error ? error.message : String(error));
  }
}

/** Longest cause that a warning repeats. */
const MAX_CAUSE = 300;

function failed(cause: string): Uploaded {
  // A signed address is a key for as long as it lives.
  const safe = cause.replace(/(https?:\/\/[^\s?]+)\?\S+/g, "$1").slice(0, MAX_CAUSE);
  return {
    url: null,
    warning: `the HTML report was not uploaded: ${safe}; it is written all the same, hand html-report-file to an upload step of your own`,
  };
}
