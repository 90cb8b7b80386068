import fc from "fast-check";
import { expect, it } from "vitest";
import { renderHtml } from "../../src/report/html.ts";

const TEMPLATE = `<title>Breakeven</title><pre id="plain"></pre><script type="application/json" id="input">null</script><script>go()</script>`;
const input = (text: string) => ({ engineVersion: "1", asOf: "2026-11-21", policies: [{ path: text, text, files: {}, base: null }] });

it("writes the inputs as data that the page reads back, whatever the policy says", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom("</script><script>alert(1)//", "<!--<script>", "$&$'$`", "\u2028")), (text) => {
      const page = renderHtml(TEMPLATE, input(text), text);
      const data = /<script type="application\/json" id="input">(.*?)<\/script>/s.exec(page)?.[1] ?? "";

      expect(JSON.parse(data)).toEqual(input(text));
      expect(page.match(/<script/g)).toHaveLength(2);
      expect(page.endsWith("<script>go()</script>")).toBe(true);
    }),
  );
});

it("refuses a template that is not ours", () => {
  expect(() => renderHtml("<html>", input("x"), "")).toThrow(/lacks/);
});
