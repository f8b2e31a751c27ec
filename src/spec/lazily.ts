/** `make` is called when its result is first asked for, and not again. */
export function lazily<T>(make: () => T): () => T {
  let made: {value: T} | undefined
  return () => (made ??= {value: make()}).value
}
