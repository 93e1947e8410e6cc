/** A measurement by number that is made once for each. */
export function remembered(measure: (key: number) => number): (key: number) => number {
  const known = new Map<number, number>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = measure(key);
    known.set(key, value);
    return value;
  };
}
