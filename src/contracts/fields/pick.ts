/** An entry without some of its fields, such as those that are resolved. */
export function except<E extends object, const Name extends keyof E>(
  entry: E,
  names: readonly Name[],
): Omit<E, Name> {
  const left = new Set<string>(names as readonly string[]);
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !left.has(name))) as Omit<
    E,
    Name
  >;
}

/** Some fields of an entry. */
export function only<E extends object, const Name extends keyof E>(
  entry: E,
  names: readonly Name[],
): Pick<E, Name> {
  return Object.fromEntries(names.map((name) => [name, entry[name]])) as Pick<E, Name>;
}
