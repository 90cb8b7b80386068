import { access } from "node:fs/promises";
import { join } from "node:path";
import { UserError, writeAllWhole } from "../files.ts";
import { policyJsonSchema } from "../policy/json-schema.ts";
import { starterFiles } from "../policy/starter.ts";
import { emit } from "./shell.ts";

interface InitOptions {
  readonly name: string;
  readonly useCase: string;
  readonly requestsPerMonth: string;
  readonly input: string;
  readonly output: string;
  readonly region: string;
  readonly dir: string;
  readonly force: boolean;
}

/** `schema`: the JSON Schema of the policy language. */
export async function schemaCommand(): Promise<void> {
  await emit(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`, undefined);
}

/** `init`: writes nothing when one of the files is there already, unless forced. */
export async function initCommand(options: InitOptions): Promise<void> {
  const files = starterFiles({
    name: options.name,
    useCase: options.useCase,
    requestsPerMonth: positive("--requests-per-month", options.requestsPerMonth),
    inputTokens: positive("--input", options.input),
    outputTokens: positive("--output", options.output),
    region: options.region,
  }).map(({ path, content }) => ({ path: join(options.dir, path), content }));
  const taken = [];
  for (const { path } of files) if (await exists(path)) taken.push(path);
  if (taken.length > 0 && !options.force)
    throw new UserError(`${taken.join(", ")}: already there, nothing was written; use --force to overwrite`);
  await writeAllWhole(files);
  await emit(`wrote ${files.map(({ path }) => path).join(", ")}\nnext: node dist/cli.js evaluate ${files[0]?.path ?? ""}\n`, undefined);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new UserError(`${option} ${JSON.stringify(text)}: write a number above 0, e.g. 100000`);
  return value;
}
