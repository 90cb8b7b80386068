import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Tokenizer, TokenParser, TokenType } from "@streamparser/json";
import { parse } from "csv-parse";
import { UserError } from "../files.ts";

/** One row of an export, cells as text. `line` is where it begins in the (unpacked) file, from 1. */
export interface SourceRow {
  readonly line: number;
  readonly row: Readonly<Record<string, string>>;
}

/** An export as rows, one at a time, so that a file of any length takes the same memory. */
export interface UsageSource {
  /** The columns that a header or the first row names come with the first row; `isTable` where a header speaks for all rows. */
  readonly isTable: boolean;
  readonly rows: AsyncIterable<SourceRow>;
  /** What the file says about itself beside its rows, known after the last one: that pages of it are missing. */
  readonly isPart: () => boolean;
}

/** First two bytes of a gzip file (RFC 1952). */
const GZIP = [0x1f, 0x8b];

/** Opens an export: CSV with a header, JSON or JSONL, each also as gzip, told apart by the first bytes and never by the name. */
export async function openUsage(file: string): Promise<UsageSource> {
  const isGzip = await startsLikeGzip(file);
  const bytes = () => {
    const source = createReadStream(file);
    if (!isGzip) return source;
    const unpacked = createGunzip();
    source.on("error", (error) => unpacked.destroy(error));
    return source.pipe(unpacked);
  };
  const first = await firstChunk(bytes());
  return /^\uFEFF?\s*[[{]/.test(first.toString("utf8")) ? jsonSource(file, bytes(), first) : csvSource(file, bytes());
}

async function startsLikeGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
    return bytesRead === GZIP.length && GZIP.every((byte, index) => buffer[index] === byte);
  } finally {
    await handle.close();
  }
}

async function firstChunk(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const chunk of bytes) return chunk;
  return Buffer.alloc(0);
}

function csvSource(file: string, bytes: Readable): UsageSource {
  async function* rows(): AsyncGenerator<SourceRow> {
    let line = 1;
    const parser = parse({
      bom: true,
      trim: true,
      skip_empty_lines: true,
      columns: true,
      on_record: (row: SourceRow["row"], { lines }): SourceRow => {
        const from = line + 1;
        // It counts to the end of the row; a quoted cell may hold line breaks.
        line = lines;
        return { line: from, row };
      },
    });
    bytes.on("error", (error) => parser.destroy(error));
    bytes.pipe(parser);
    try {
      for await (const row of parser) yield row;
    } catch (error) {
      throw new UserError(`${file}: ${messageOf(error)}`);
    }
  }
  return { isTable: true, rows: rows(), isPart: () => false };
}

/** Where rows stand in a JSON export: in an array, in the `data` of pages, or one after the other. */
type Layout = "array" | "pages" | "values";
const PATHS: Readonly<Record<Layout, readonly string[]>> = { array: ["$.*"], pages: ["$.data.*", "$.has_more"], values: ["$"] };

function jsonSource(file: string, bytes: Readable, first: Buffer): UsageSource {
  const reader = new JsonReader(file, layoutOf(first));
  return { isTable: false, rows: reader.rowsOf(bytes), isPart: () => reader.hasMore };
}

/** Reads the beginning far enough to know the layout; what is wrong with it is told when it is read in earnest. */
function layoutOf(first: Buffer): Layout {
  const tokenizer = new Tokenizer({ separator: "" });
  let layout: Layout | undefined;
  let depth = 0;
  let last: unknown = null;
  tokenizer.onToken = ({ token, value }) => {
    if (token === TokenType.LEFT_BRACKET && depth === 0) layout ??= "array";
    if (token === TokenType.LEFT_BRACKET && depth === 1 && last === "data") layout ??= "pages";
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) depth += 1;
    if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) depth -= 1;
    if (depth === 0) layout ??= "values";
    if (token !== TokenType.COLON) last = value;
  };
  tokenizer.onError = () => {};
  tokenizer.write(first);
  return layout ?? "values";
}

const LINE_FEED = 0x0a;

/** Builds rows out of tokens, and counts lines beside them. */
class JsonReader {
  hasMore = false;
  readonly #file: string;
  readonly #paths: string[];
  #line = 1;
  #ready: SourceRow[] = [];

  constructor(file: string, layout: Layout) {
    this.#file = file;
    this.#paths = [...PATHS[layout]];
  }

  async *rowsOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<SourceRow> {
    const tokenizer = new Tokenizer({ separator: "" });
    const parser = new TokenParser({ paths: this.#paths, keepStack: false, separator: "" });
    const opened: number[] = [];
    let chunk: Buffer = Buffer.alloc(0);
    let [before, counted] = [0, 0];
    const countTo = (end: number) => {
      for (; counted < end; counted++) if (chunk[counted] === LINE_FEED) this.#line += 1;
    };
    tokenizer.onToken = ({ token, value, offset }) => {
      countTo(Math.min(chunk.length, Math.max(counted, offset - before)));
      if (token === TokenType.LEFT_BRACE) opened.push(this.#line);
      parser.write({ token, value });
      if (token === TokenType.RIGHT_BRACE) opened.pop();
    };
    parser.onValue = ({ value, key }) => {
      if (key === "has_more") this.hasMore = value === true;
      else this.#take(value, opened.at(-1) ?? this.#line);
    };
    const told = (error: Error) => {
      throw error instanceof UserError ? error : new UserError(`${this.#file}:${this.#line}: this is no JSON: ${wordsOf(error.message)}`);
    };
    tokenizer.onError = told;
    parser.onError = told;
    try {
      for await (chunk of bytes) {
        counted = 0;
        tokenizer.write(chunk);
        countTo(chunk.length);
        before += chunk.length;
        yield* this.#ready;
        this.#ready = [];
      }
      tokenizer.end();
      if (!parser.isEnded) parser.end();
    } catch (error) {
      throw error instanceof UserError ? error : new UserError(`${this.#file}:${this.#line}: ${messageOf(error)}`);
    }
    yield* this.#ready;
  }

  /** A bucket of the OpenAI API holds a row for each model, and its times for all of them; anything else is a row itself. */
  #take(value: unknown, line: number): void {
    if (!isObject(value)) throw new UserError(`${this.#file}:${line}: a row is ${JSON.stringify(value)}, not an object`);
    if (!Array.isArray(value.results)) {
      this.#ready.push({ line, row: textsOf(value) });
      return;
    }
    const { results, ...bucket } = value;
    const times = textsOf(bucket);
    if (results.length === 0) this.#ready.push({ line, row: { ...times, results: "none" } });
    for (const result of results) {
      if (!isObject(result)) throw new UserError(`${this.#file}:${line}: a result is ${JSON.stringify(result)}, not an object`);
      this.#ready.push({ line, row: { ...textsOf(result), ...times } });
    }
  }
}

/** What the tokenizer says, without the places of its own that say nothing about the file. */
function wordsOf(message: string): string {
  if (message.includes("mid-parsing")) return "it ends in the middle of a value";
  return message.replace(/\s*(at chunk position|in state)[\s\S]*$/, "").replace(/\s+/g, " ");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Cells as a CSV has them: what is null is left empty, what is an object stays JSON. */
function textsOf(row: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value),
    ]),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
