// Runs of a system, in a process of its own: `node part.mjs NAME FIRST COUNT`. Prints a line of JSON for each seed, with
// everything that an interval needs of 30 runs of each variant.
import { load } from '../../dist/api/load.js';
import { questionsOf } from '../../dist/api/questions.js';
import { measure } from '../../dist/analysis/measure/metrics.js';
import { latencyOf } from '../../dist/analysis/measure/outcomes.js';
import { usersOf } from '../../dist/analysis/measure/summary.js';
import { variantData } from '../../dist/analysis/measure/variant-data.js';
import { wholeRun } from '../../dist/analysis/measure/window.js';
import { runPlan } from '../../dist/run/run.js';
import { CASES } from './cases.mjs';
import { RUNS } from './judge.mjs';

const [name, first, count] = process.argv.slice(2);
const prepared = load(CASES[name]);
const [{ measure: success }] = questionsOf(prepared, ['users.success']);
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const variants = prepared.plans.map((plan, i) => {
    const records = Array.from({ length: RUNS }, (_, run) =>
      runPlan({ ...plan, seed, traceShare: 0 }, run),
    );
    const data = variantData(prepared.file.variants[i], plan, records, wholeRun(plan));
    const { hits, trials } = measure(data, success.metric, null, []);
    const latency = latencyOf(usersOf(data), 'latency').each;
    return latency.map((own, run) => ({ latency: own, hits: hits[run], trials: trials[run] }));
  });
  process.stdout.write(`${JSON.stringify({ name, seed, variants })}\n`);
}
