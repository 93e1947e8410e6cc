/** Positions of the entries of a list by name: a list is searched for each of its calls. */
const positions = new WeakMap<readonly Named[], ReadonlyMap<string, number>>();

interface Named {
  readonly name: string;
}

/** The first position of a name in a list; -1 = the list does not have it. */
export function positionIn(list: readonly Named[], name: string): number {
  let known = positions.get(list);
  if (known === undefined) {
    // Of equal names the first one counts.
    known = new Map(list.map((entry, index) => [entry.name, index] as const).reverse());
    positions.set(list, known);
  }
  return known.get(name) ?? -1;
}
