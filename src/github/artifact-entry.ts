import { basename, dirname } from "node:path";
import { DefaultArtifactClient } from "@actions/artifact";
import type { ArtifactModule } from "./artifact.ts";

/** Uploads one file as it is, without an archive around it, so that GitHub shows it in the browser. */
export const upload: ArtifactModule["upload"] = async (path) => {
  const { id } = await new DefaultArtifactClient().uploadArtifact(basename(path), [path], dirname(path), { skipArchive: true });
  return id;
};
