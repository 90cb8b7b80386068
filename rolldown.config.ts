import { defineConfig, type Plugin } from "rolldown";
import { pagePlugins } from "./rolldown.page.ts";

/** cdktf costs seconds and megabytes; it may enter the synthesis bundle only, or the build fails. */
function forbidCdktf(): Plugin {
  return {
    name: "forbid-cdktf",
    load(id) {
      if (/node_modules\/(cdktf|@cdktf|constructs)\/|\/stacks\//.test(id))
        throw new Error(`${id} may not enter this bundle: cdktf belongs to dist/synth.js alone`);
      return null;
    },
  };
}

/**
 * The client of the artifact service without its downloads, which we never use: their unzip library rests on a package that
 * carries no licence.
 */
function uploadOnly(): Plugin {
  return {
    name: "upload-only",
    load(id) {
      if (!/node_modules\/unzip-stream\//.test(id)) return null;
      return { code: 'export default { Extract() { throw new Error("defect: this bundle uploads only"); } };', moduleType: "js" };
    },
  };
}

/** The catalog as compact JSON text: a third smaller than the same data as code, and read faster by the engine. */
function compactCatalog(): Plugin {
  return {
    name: "compact-catalog",
    transform(code, id) {
      if (!/\/src\/catalog\/[^/]+\.json$/.test(id)) return null;
      // As a template, in which the quotes of JSON need no escapes.
      const text = JSON.stringify(JSON.parse(code)).replace(/[\\`]|\$(?=\{)/g, "\\$&");
      return { code: `export default JSON.parse(\`${text}\`);`, moduleType: "js" };
    },
  };
}

const shared = { platform: "node" } as const;
/** The check of the committed bundles builds into a folder of its own. */
const dir = process.env.BREAKEVEN_DIST ?? "dist";
/** Readable code without the comments of its sources: they are a tenth of the bytes that every run loads. Licence texts stay. */
const comments = { legal: true, annotation: false, jsdoc: false };
/** @actions/core brings an HTTP client, a tunnel and a process runner for calls that we never make; their import alone does nothing. */
const treeshake = { moduleSideEffects: [{ test: /node_modules\/(@actions\/|undici\/|tunnel\/)/, sideEffects: false }] };
const output = { dir, format: "esm", minify: false, codeSplitting: false, comments } as const;

export default defineConfig([
  { ...shared, input: { index: "src/index.ts" }, treeshake, plugins: [forbidCdktf(), compactCatalog()], output },
  { ...shared, input: { cli: "src/cli.ts" }, plugins: [forbidCdktf(), compactCatalog()], output },
  // What only a runner behind a proxy needs, or only a person at a terminal, is read then.
  { ...shared, input: { proxy: "src/github/proxied.ts" }, plugins: [forbidCdktf()], output },
  { ...shared, input: { interview: "src/cli/interview.ts" }, plugins: [forbidCdktf()], output },
  { ...shared, input: { synth: "stacks/synth-entry.ts" }, output },
  // The client of the artifact service drags a cloud SDK along: read only by who asks for an upload.
  { ...shared, input: { artifact: "src/github/artifact-entry.ts" }, plugins: [forbidCdktf(), uploadOnly()], output },
  {
    platform: "browser",
    input: { page: "src/page/main.ts" },
    moduleTypes: { ".yml": "text" },
    plugins: [forbidCdktf(), ...pagePlugins],
    output: { dir, format: "iife", minify: true, codeSplitting: false },
  },
]);
