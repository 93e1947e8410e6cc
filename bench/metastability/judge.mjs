// Runs a case once and reads its verdict; runs the scenarios that confirm it.
import { compile, loadScenario, runPlan, summarise } from '../../dist/library/index.js';

/** Seconds at the end in which a run has to be healthy. */
const END = 20;
const HEALTHY = 0.95;
/** Largest backlog of a healthy topic, as a share of the arrivals of a second. */
const BACKLOG = 20;

/** The result of one run of a scenario document. */
export function resultOf(scenario) {
  const { file, problems } = loadScenario('case.yaml', () => ({ text: JSON.stringify(scenario) }));
  if (file === null) throw new Error(JSON.stringify(problems, null, 1));
  const plans = file.variants.map((variant) => compile(variant, file));
  return summarise(
    file,
    plans,
    plans.map((plan) => [runPlan(plan, 0)]),
    'bench',
  ).variants[0];
}

/** Whether users succeed, and no topic is behind, at the end of a run. */
export function isHealthy({ timeline, metered }) {
  const { step, steps, series } = timeline;
  const { rate, goodRate } = series['users.get'];
  // The last requests may have had no time to end.
  const until = steps - Math.ceil(2 / step);
  const from = Math.max(0, until - Math.ceil(END / step));
  const sum = (values) => values.slice(from, until).reduce((all, value) => all + value, 0);
  if (sum(goodRate) < HEALTHY * sum(rate)) return false;
  const perSecond = sum(rate) / (until - from);
  return Object.values(metered).every(({ meters }) => {
    const lag = meters.lag?.steps;
    return lag === undefined || lag[lag.length - 1] < BACKLOG * perSecond;
  });
}

/** A case with its verdict, and whether its own runs confirm the truth that it was made for. */
export function judge(one, confirms) {
  const result = resultOf(one.scenario);
  const [ending] = result.cascade.endings;
  const isDown = !isHealthy(result);
  const missed = confirms
    ? (one.confirm ?? []).filter((run) => !isHealthy(resultOf(run.scenario)))
    : [];
  const { kind, group, seed } = one;
  return { kind, group, seed, isDown, ending, missed: missed.map(({ name }) => name) };
}
