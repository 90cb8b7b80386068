/** A sequence that is worked out once, as far as anybody asks for it, and can be read again. */
export class Replayed<Value> implements Iterable<Value> {
  readonly #known: Value[] = [];
  readonly #rest: Iterator<Value>;
  #done = false;

  constructor(values: Iterable<Value>) {
    this.#rest = values[Symbol.iterator]();
  }

  *[Symbol.iterator](): Generator<Value> {
    for (let index = 0; ; index++) {
      if (index === this.#known.length && !this.#done) {
        const next = this.#rest.next();
        if (next.done === true) this.#done = true;
        else this.#known.push(next.value);
      }
      if (index >= this.#known.length) return;
      yield this.#known[index] as Value;
    }
  }
}

/** `Array.map` for a sequence that may never be read to its end: `[...mapped([1, 2], (n) => 2 * n)]` is [2, 4]. */
export function* mapped<From, To>(values: Iterable<From>, of: (value: From) => To): Generator<To> {
  for (const value of values) yield of(value);
}

/** A value that is found when it is first asked for, and then known. */
export function once<Value>(find: () => Value): () => Value {
  let known: { readonly value: Value } | undefined;
  return () => {
    known ??= { value: find() };
    return known.value;
  };
}
