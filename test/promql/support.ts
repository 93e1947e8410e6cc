import { Evaluator } from '../../src/promql/evaluate.js';
import { LabelSet } from '../../src/promql/labels.js';
import { parsePromql } from '../../src/promql/parse.js';
import { SeriesStore } from '../../src/promql/series.js';

/** A series: labels, and its values at every `every` seconds from `from` on; null = the scrape found it gone. */
export interface Written {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
  readonly from?: number;
  readonly every?: number;
}

/** A store with these series. */
export function storeOf(...all: readonly Written[]): SeriesStore {
  const store = new SeriesStore();
  for (const { name, labels = {}, values, from = 0, every = 15 } of all) {
    const series = store.of(name, LabelSet.of(Object.entries(labels)));
    values.forEach((value, index) => {
      const at = from + index * every;
      if (value === null) series.end(at);
      else series.add(at, value);
    });
  }
  return store;
}

/** The elements of an expression at a time, by their labels. */
export function asked(store: SeriesStore, text: string, at: number): Record<string, number> {
  const elements = new Evaluator(store).vector(parsePromql(text), at);
  return Object.fromEntries(elements.map(({ labels, value }) => [labels.text, value]));
}

/** The only value of an expression; null = it has none. */
export function only(store: SeriesStore, text: string, at: number): number | null {
  const all = Object.values(asked(store, text, at));
  if (all.length > 1) throw new Error(`${text} has ${all.length} elements`);
  return all[0] ?? null;
}
