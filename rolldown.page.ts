import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "rolldown";

/** A hash source of a content security policy. */
function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Where Plot puts a style element into what it draws. */
const INLINE_STYLES: Readonly<Record<string, RegExp>> = {
  "plot.js": /\.call\(\(svg\) =>[^(]*svg\.append\("style"\)\.text\(\s*`[^`]*`\s*\)\s*\)/,
  "legends/swatches.js": /\.call\(\(div\) =>\s*div\.insert\("style", "\*"\)\.text\(\s*`[\s\S]*?`\s*\)\s*\)/,
};

/** The page's content security policy forbids inline styles but its own; styles/charts.css has Plot's rules. */
function withoutInlineStyle(): Plugin {
  return {
    name: "plot-without-inline-style",
    transform(code, id) {
      const file = id.split("@observablehq/plot/src/")[1] ?? "";
      const pattern = INLINE_STYLES[file];
      if (pattern === undefined) return null;
      const without = code.replace(pattern, "");
      if (without === code)
        throw new Error(`Plot no longer adds its style element in ${file} as it did; look at it and styles/charts.css again`);
      return { code: without, map: null };
    },
  };
}

/** Style sheets of the page, later ones win. */
const STYLES = ["base", "verdict", "charts", "what-if", "print"];

/** Turns the bundle into one page: template, style and script in a file, nothing but their hashes allowed to run. */
function intoPage(): Plugin {
  return {
    name: "into-page",
    generateBundle(_, bundle) {
      const chunk = Object.values(bundle).find((output) => output.type === "chunk");
      if (chunk === undefined) throw new Error("the page has no script");
      const script = chunk.code.trim().replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
      const style = STYLES.map((name) => readFileSync(`src/page/styles/${name}.css`, "utf8").trim()).join("\n");
      const origins = Object.entries(chunk.modules)
        .filter(([id, { renderedLength }]) => renderedLength > 0 && id.includes("node_modules/"))
        .map(([id]) => `// ${id.slice(id.lastIndexOf("node_modules/"))}`)
        .sort();
      const policy = `default-src 'none'; script-src ${hashSource(script)}; style-src ${hashSource(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
      const places = { "%CSP%": policy, "%STYLE%": style, "%LICENCES%": `\n${origins.join("\n")}\n`, "%SCRIPT%": script };
      const page = Object.entries(places).reduce(
        (text, [place, content]) => text.replace(place, () => content),
        readFileSync("src/page/shell.html", "utf8"),
      );
      delete bundle[chunk.fileName];
      this.emitFile({ type: "asset", fileName: "page.html", source: page });
    },
  };
}

/** Plugins that build `dist/page.html`. */
export const pagePlugins: readonly Plugin[] = [withoutInlineStyle(), intoPage()];
