const UNITS: readonly (readonly [unit: string, ns: number])[] = [
  ['d', 86_400e9],
  ['h', 3600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
];

/** A duration in ns as a query has it, in the largest unit that is exact: `5m`. */
export function promTime(ns: number): string {
  const [unit, size] = UNITS.find(([, own]) => ns % own === 0) ?? ['ms', 1e6];
  return `${Math.max(1, Math.round(ns / size))}${unit}`;
}

/** A selector: `name{label="value",...}`. */
export function selectorText(
  name: string,
  matchers: readonly (readonly [label: string, value: string])[],
  more: string | null = null,
): string {
  const all = [
    ...matchers.map(([label, value]) => `${label}="${value}"`),
    ...(more === null ? [] : [more]),
  ];
  return all.length === 0 ? name : `${name}{${all.join(',')}}`;
}
