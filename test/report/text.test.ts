import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clean, htmlText, inert, shellWord, urlPath } from "../../src/report/text.ts";
import { hostileStrings } from "./hostile.ts";

const anyText = fc.oneof(fc.string({ unit: "binary", maxLength: 80 }), fc.constantFrom(...hostileStrings));

describe("clean text", () => {
  test("is one line without control, bidi, zero-width or blank-looking characters", () => {
    expect(clean("a\u202eb\n\u001b[31mc\u200bd\u3164e")).toBe("ab [31mcde");
    expect(clean("  two \t\r\n lines  ")).toBe("two lines");
    expect(clean("a ##[set-output name=x]y")).toBe("a ## [set-output name=x]y");
    expect(clean("a ##\u200b[add-mask]y")).toBe("a ## [add-mask]y");
    expect(clean("Z\u0351\u0352\u0353\u0354algo")).toBe("Z\u0351\u0352algo");
  });

  test("is cut at a whole character, with an ellipsis, within its length", () => {
    expect(clean("abcdef", 4)).toBe("abc…");
    expect(clean("a😀😀😀", 5)).toBe("a😀…");
    fc.assert(
      fc.property(
        anyText,
        fc.integer({ min: 2, max: 40 }),
        (value, max) => clean(value, max).length <= max && !/\p{Cs}/u.test(clean(value, max)),
      ),
    );
  });
});

describe("inert text", () => {
  test("reads the same and triggers nothing", () => {
    const visible = (value: string) => inert(value).replaceAll("\u200b", "");
    expect(visible("@team see #12 and GH-7 at https://evil.example")).toBe("@team see #12 and GH-7 at https://evil.example");
    expect(inert("@team #12 GH-7 https://x.example www.x.example 4f0c2b7d :warning: -->")).toBe(
      "@\u200bteam #\u200b12 GH-\u200b7 https:\u200b//x.example www\u200b.x.example 4f0c2b\u200b7d :\u200bwarning: --\u200b>",
    );
  });

  test("keeps amounts of money and disarms formulas", () => {
    expect(inert("from $12 to $40")).toBe("from $12 to $40");
    expect(inert("$x$")).not.toContain("$");
  });

  test("is the same when made inert twice", () => {
    fc.assert(fc.property(anyText, (value) => inert(inert(value)) === inert(value)));
  });

  test("holds none of the patterns that GitHub turns into links", () => {
    fc.assert(
      fc.property(anyText, (value) => {
        expect(inert(value)).not.toMatch(/@[\w-]|#\d|GH-\d|:\/\/|www\.|[0-9a-f]{7}|:[\w+-]+:|-!?>|\]\(|\$(?!\d)/i);
      }),
    );
  });
});

test("text between tags holds no character that opens a tag or an entity", () => {
  expect(htmlText(`<b a="1">'&`)).toBe("&lt;b a=&quot;1&quot;&gt;&#39;&amp;");
  fc.assert(fc.property(anyText, (value) => !/[<>"']|&(?!(amp|lt|gt|quot|#39);)/.test(htmlText(value))));
});

test("a file path is one word of a command", () => {
  expect(shellWord(".github/breakeven.yml")).toBe(".github/breakeven.yml");
  expect(shellWord("a b'; rm -rf /.yml")).toBe(`'a b'\\''; rm -rf /.yml'`);
});

test("a file path is the path of an address", () => {
  expect(urlPath("a b/c#d?.yml")).toBe("a%20b/c%23d%3F.yml");
  expect(urlPath("\ud800.yml")).toBe("%EF%BF%BD.yml");
});
