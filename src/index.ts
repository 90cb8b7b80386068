import * as core from "@actions/core";
import { UserError } from "./files.ts";
import { actionPorts } from "./github/action-ports.ts";
import { apiErrorOf } from "./github/client.ts";
import { run } from "./run.ts";

// Whatever is not foreseen fails the step: a check that broke down has not passed.
try {
  await run(actionPorts());
} catch (error) {
  core.debug(error instanceof Error ? (error.stack ?? "") : "");
  const problem = apiErrorOf(error);
  if (error instanceof UserError) core.setFailed(error.message);
  else if (problem === null) core.setFailed(`breakeven broke down: ${error instanceof Error ? error.message : String(error)}`);
  else core.setFailed(`GitHub's API did not answer as needed, so nothing was decided (${problem.method}, ${problem.seen})`);
}
