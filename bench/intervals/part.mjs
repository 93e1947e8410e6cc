// One part of the experiments, in a process of its own: `node part.mjs NAME FIRST COUNT`. Each seed gives 30 runs of each
// variant: one experiment with all of them, three with 10 and six with 5. Prints JSON.
import { answersOf, questionsOf } from '../../dist/api/questions.js';
import { load } from '../../dist/api/load.js';
import { enoughRuns } from '../../dist/api/until.js';
import { pairedValues, trialsOf } from '../../dist/analysis/measure/estimate.js';
import { measure } from '../../dist/analysis/measure/metrics.js';
import { latencyOf } from '../../dist/analysis/measure/outcomes.js';
import { usersOf } from '../../dist/analysis/measure/summary.js';
import { variantData } from '../../dist/analysis/measure/variant-data.js';
import { wholeRun } from '../../dist/analysis/measure/window.js';
import { runPlan } from '../../dist/run/run.js';
import { compareFamily } from '../../dist/stats/comparison.js';
import { Histogram } from '../../dist/stats/histogram.js';
import { LOOKS_ERROR } from '../../dist/stats/looks.js';
import { CASES } from './cases.mjs';

const [name, first, count] = process.argv.slice(2);
const FIGURES = { mean: 'users.latency.mean', p99: 'users.latency.p99', success: 'users.success' };
export const SIZES = [5, 10, 30];
/** Half-widths that end the runs, as shares of the value; of success, points. */
const GOALS = { mean: '12%', p99: '18%', success: '0.5%' };

const prepared = load(CASES[name]);
const { file, plans } = prepared;
const questions = questionsOf(prepared, Object.values(FIGURES));
const figures = Object.keys(FIGURES);
const goals = figures.map((figure) =>
  load(
    CASES[name].replace(
      'warmup: 2s',
      `warmup: 2s, replications: { until: "${FIGURES[figure]} in plain within ${GOALS[figure]}", atMost: 20 }`,
    ),
  ),
);
const intervals = [];
/** By variant: all runs together. */
const pooled = plans.map(() => ({ latency: new Histogram(), hits: 0, trials: 0 }));
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const rows = plans.map((plan) =>
    Array.from({ length: SIZES.at(-1) }, (_, run) =>
      runPlan({ ...plan, seed, traceShare: 0 }, run),
    ),
  );
  for (const size of SIZES) {
    for (let from = 0; from + size <= SIZES.at(-1); from += size)
      experiment(
        size,
        rows.map((row) => row.slice(from, from + size)),
      );
  }
  for (const [i, goal] of goals.entries()) await stopped(figures[i], goal, rows);
  rows.forEach((records, i) => pool(pooled[i], dataOf(file.variants[i], plans[i], records)));
}
process.stdout.write(JSON.stringify({ intervals, pooled }));

/** The intervals of some runs. */
function experiment(size, rows) {
  const answers = asked(rows);
  figures.forEach((figure, i) => note(figure, size, answers[2 * i].ci95));
  const all = plans.map((plan, i) => dataOf(file.variants[i], plan, rows[i]));
  figures.forEach((figure, i) =>
    note(`${figure} difference`, size, differenceOf(all, questions[i].measure)),
  );
}

/** Adds the requests of some runs to those before. */
function pool(own, data) {
  own.latency.merge(latencyOf(usersOf(data), 'latency').all);
  const { hits, trials } = measure(
    data,
    questions[figures.indexOf('success')].measure.metric,
    null,
    [],
  );
  hits.forEach((one, run) => {
    own.hits += one;
    own.trials += trials[run];
  });
}

/** In the order of the figures, plain and other. */
function asked(records, part = 1) {
  return answersOf({ file, plans, records, part }, questions);
}

function note(figure, runs, interval) {
  intervals.push([figure, String(runs), interval?.[0] ?? null, interval?.[1] ?? null]);
}

function dataOf(variant, plan, records) {
  return variantData(variant, plan, records, wholeRun(plan));
}

/** The interval of a paired difference, as `compare` prints it with one other variant. */
function differenceOf(all, { metric }) {
  const [one, other] = all.map((data) => measure(data, metric, null, []));
  const pairs = pairedValues(one, other);
  const uncertain = [one.uncertain, other.uncertain];
  const trials = trialsOf(one, other);
  const member = { value: other.value, baseValue: one.value, pairs, uncertain, trials };
  const unit = one.kind === 'share' ? 'share' : 'seconds';
  const [{ interval }] = compareFamily([member], { unit, better: 'less', limits: [] });
  return interval;
}

/** The runs until a half-width is reached: the interval that ended them, and the one that is printed. */
async function stopped(figure, goal, rows) {
  const make = async (count, from) => ({
    records: rows.map((row) => row.slice(from, from + count)),
    isCut: false,
  });
  const { until, records } = await enoughRuns(goal, make);
  const [{ value, halfWidth }] = until.precisions;
  note(
    figure,
    'until, deciding',
    halfWidth === null ? null : [value - halfWidth, value + halfWidth],
  );
  const part = (1 - until.confidence) / LOOKS_ERROR;
  note(figure, 'until, printed', asked(records, part)[2 * figures.indexOf(figure)].ci95);
  intervals.push(['runs', figure, records[0].length, null]);
}
