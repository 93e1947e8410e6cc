// The intervals of the runs of a seed, by the formulas of the program, and the true values of all seeds together.
import {
  distributionOf,
  intervalOf,
  pairedValues,
  shareOf,
  trialsOf,
} from '../../dist/analysis/measure/estimate.js';
import { compareFamily } from '../../dist/stats/comparison.js';
import { Histogram } from '../../dist/stats/histogram.js';
import { looksOf } from '../../dist/stats/looks.js';
import { isAllOrNone } from '../../dist/text/figures.js';

/** Runs of each variant that a seed gives: one experiment with all of them, three with 10 and six with 5. */
export const RUNS = 30;
const SIZES = [5, 10, RUNS];
const FIGURES = {
  mean: { unit: 'seconds', of: (runs) => statisticOf(runs, 'mean') },
  p99: { unit: 'seconds', of: (runs) => statisticOf(runs, 'p99') },
  success: {
    unit: 'share',
    of: (runs) =>
      shareOf(
        runs.map(({ hits }) => hits),
        runs.map(({ trials }) => trials),
      ),
  },
};
/** Half-widths that end the runs: of a value, and of success in points. */
const GOALS = {
  mean: (value) => 0.12 * value,
  p99: (value) => 0.18 * value,
  success: () => 0.005,
};
const LOOKS = looksOf(5, 20);

/** The rows of the table. */
export const CELLS = [
  ...SIZES.flatMap((size) => [
    ...Object.keys(FIGURES).map((figure) => `${figure} | ${size}`),
    ...Object.keys(FIGURES).map((figure) => `${figure} difference | ${size}`),
  ]),
  ...Object.keys(FIGURES).flatMap((figure) =>
    ['deciding', 'printed'].map((which) => `${figure} | until, ${which}`),
  ),
];

/** Each with its figure, the runs it comes from, its ends (null: none), and, if it was sought by looks, their end. */
export function intervalsOf(variants) {
  const rows = variants.map((runs) => runs.map(read));
  const found = [];
  for (const size of SIZES) {
    for (let from = 0; from < RUNS; from += size) {
      const [one, other] = rows.map((row) => row.slice(from, from + size));
      for (const [figure, { of, unit }] of Object.entries(FIGURES)) {
        const [plain, changed] = [of(one), of(other)];
        const own = printedOf(plain, 0.95, unit);
        const difference = differenceOf(plain, changed, unit);
        found.push({ figure, runs: size, ends: own });
        found.push({ figure: `${figure} difference`, runs: size, ends: difference });
      }
    }
  }
  return [...found, ...Object.keys(FIGURES).flatMap((figure) => stopped(figure, rows[0]))];
}

/** The interval of a paired difference, as `compare` prints it with one other variant. */
function differenceOf(one, other, unit) {
  const member = {
    value: other.value,
    baseValue: one.value,
    pairs: pairedValues(one, other),
    uncertain: [one.uncertain, other.uncertain],
    trials: trialsOf(one, other),
  };
  return compareFamily([member], { unit, better: 'less', limits: [] })[0].interval;
}

/** Runs until a half-width is reached: the interval that ended them, and the one that is printed. */
function stopped(figure, runs) {
  const { of, unit } = FIGURES[figure];
  for (const { replications, error } of LOOKS) {
    const measured = of(runs.slice(0, replications));
    const interval = intervalOf(measured, 1 - error);
    const isLast = replications === LOOKS.at(-1).replications;
    if (!isLast && !(interval.halfWidth <= GOALS[figure](measured.value))) continue;
    const { estimate, halfWidth } = interval;
    const sought = { figure, made: replications, confidence: 1 - error };
    return [
      { ...sought, runs: 'until, deciding', ends: [estimate - halfWidth, estimate + halfWidth] },
      { ...sought, runs: 'until, printed', ends: printedOf(measured, 1 - error, unit) },
    ];
  }
}

/** The figures of all runs together, and the differences of the other variant. */
export class Truth {
  variants = [0, 1].map(() => ({ latency: new Histogram(), hits: 0, trials: 0 }));

  add(variants) {
    variants.forEach((runs, i) => {
      const own = this.variants[i];
      for (const { latency, hits, trials } of runs) {
        own.latency.addAll(latency);
        own.hits += hits;
        own.trials += trials;
      }
    });
  }

  values() {
    const [one, other] = this.variants.map(({ latency, hits, trials }) => ({
      mean: latency.mean() / 1e9,
      p99: latency.quantile(0.99) / 1e9,
      success: hits / trials,
    }));
    const differences = Object.keys(one).map((figure) => [
      `${figure} difference`,
      other[figure] - one[figure],
    ]);
    return { ...one, ...Object.fromEntries(differences) };
  }
}

function statisticOf(runs, name) {
  const each = runs.map(({ latency }) => latency);
  const all = new Histogram();
  for (const own of each) all.merge(own);
  return distributionOf(all, each, name);
}

function read({ latency, ...rest }) {
  return { ...rest, latency: Histogram.from(latency) };
}

/** Both ends; null where a share is 0 or 100 % in all runs, which have words in place of an interval. */
function printedOf(measured, confidence, unit) {
  if (isAllOrNone(measured.value, unit)) return null;
  const { low, high } = intervalOf(measured, confidence);
  return [low, high];
}
