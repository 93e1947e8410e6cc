/** Every object of a value that contains others, each once, in lists and maps too. */
export function* objectsIn(root: unknown): Generator<object> {
  const seen = new Set<unknown>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    yield value;
    open.push(...(value instanceof Map ? value.values() : Object.values(value)));
  }
}
