// Rows of the published measurements.
import { readFileSync } from 'node:fs';

/** Rows of a file of test/fixtures/measured as objects by the names of its columns. */
export function rowsOf(name) {
  const file = new URL(`../../test/fixtures/measured/${name}`, import.meta.url);
  const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(columns.map((column, k) => [column, valueOf(values[k])]));
  });
}

function valueOf(text) {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

/** The size of a share of a list, by rank. */
export function quantile(list, share) {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** `12.3 %`, with its sign. */
export function percent(share, isSigned = true) {
  const text = (100 * share).toFixed(1);
  return `${isSigned && share > 0 ? '+' : ''}${text} %`;
}

/** Items by a key, in the order in which the keys appear. */
export function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
