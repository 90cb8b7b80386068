import * as core from "@actions/core";
import { actionPorts } from "./github/action-ports.ts";
import { apiErrorOf } from "./github/client.ts";
import { run } from "./run.ts";

// Whatever is not foreseen fails the step: a check that broke down has not passed.
try {
  await run(actionPorts());
} catch (error) {
  core.debug(error instanceof Error ? (error.stack ?? "") : "");
  const problem = apiErrorOf(error);
  core.setFailed(
    problem === null
      ? `breakeven broke down: ${error instanceof Error ? error.message : String(error)}`
      : `GitHub's API did not answer as needed, so nothing was decided (${problem.method}, HTTP ${problem.status}: ${problem.message})`,
  );
}
