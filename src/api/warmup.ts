import { cellSums, gaugesOf, type Gauge } from '../analysis/measure/gauges.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { ScenarioFile, Variant } from '../contracts/scenario/scenario.js';
import type { Ns } from '../kernel/time.js';
import { compile } from '../plan/compile.js';
import { planGrid } from '../plan/grid.js';
import { isStopped } from '../run/run.js';
import { mser5 } from '../stats/mser.js';
import { pilotRun } from './pilots.js';

/** Replication of the first pilot run: beyond those of all other runs, so it has random numbers of its own. */
const FIRST_PILOT = 1_000_000;
/** Numbers of pilot runs that are tried. */
const PILOTS = [3, 6, 12, 24];
/** With as many, a point in the second quarter counts; with fewer it is mostly chance. */
const ENOUGH = 12;
/** Observations of a pilot run: 100 batches of five. */
const STEPS = 500;

/** A warm-up, or why there is none. */
export type FoundWarmup =
  | { readonly isFound: true; readonly ns: Ns; readonly pilots: number }
  | { readonly isFound: false; readonly why: string };

/**
 * Finds the warm-up of a scenario: pilot runs of the baseline without faults, as long as `run.duration`, at the load of
 * the warm-up. MSER-5 cuts the requests of users in flight, and all work that waits or is in service, as means over the
 * pilots; the later point counts. Where it is late, twice as many pilots say whether by chance.
 */
export function findWarmup(file: ScenarioFile): FoundWarmup {
  const base = file.variants.find(({ baseline }) => baseline) ?? file.variants[0]!;
  const plan = pilotPlan(base, file);
  const { durationNs } = base.scenario.run;
  const users = usersOf(plan);
  const [inFlight, work] = [new Float64Array(STEPS), new Float64Array(STEPS)];
  let why = '';
  let pilots = 0;
  for (const most of PILOTS) {
    for (; pilots < most; pilots++) {
      const record = pilotRun(plan, FIRST_PILOT + pilots);
      if (isStopped(record))
        return { isFound: false, why: `a guard ended a pilot run (${record.stop})` };
      addLevels(
        inFlight,
        gaugesOf(record, 'inFlight').filter(({ instance }) => users.has(instance)),
      );
      addLevels(work, [...gaugesOf(record, 'busy'), ...gaugesOf(record, 'queue')]);
    }
    const cuts = [mser5(inFlight)!, mser5(work)!];
    const late = cuts.findIndex(({ isSettled }) => !isSettled);
    const drop = Math.max(...cuts.map((cut) => cut.drop));
    const isSure = drop <= STEPS / 4 || pilots >= ENOUGH;
    if (late < 0 && isSure) return { isFound: true, ns: drop * stepOf(durationNs), pilots };
    why = unsettled(late <= 0 ? 'requests in flight' : 'work in the system', drop, durationNs);
  }
  return { isFound: false, why };
}

function usersOf({ components }: Plan): ReadonlySet<number> {
  return new Set(
    components.flatMap(({ kind, firstInstance, instances }) =>
      kind === 'workload' ? Array.from({ length: instances }, (_, i) => firstInstance + i) : [],
    ),
  );
}

function unsettled(name: string, drop: number, durationNs: Ns): string {
  const [at, length] = [drop * stepOf(durationNs), durationNs].map((ns) => `${ns / 1e9} s`);
  return `the ${name} do not settle: MSER-5 cuts pilot runs of ${length} at ${at}, in their second half`;
}

function stepOf(durationNs: Ns): Ns {
  return Math.ceil(durationNs / STEPS);
}

/** The plan of a variant that stays in its warm-up, which is measured from the start. */
function pilotPlan(variant: Variant, file: ScenarioFile): Plan {
  const { alerts: _alerts, ...scenario } = variant.scenario;
  const { configurations: _configurations, ...own } = variant;
  const { durationNs } = scenario.run;
  const stepNs = stepOf(durationNs);
  const run = { ...scenario.run, warmupNs: durationNs, durationNs: stepNs, drainNs: null, stepNs };
  const calm = { ...own, scenario: { ...scenario, faults: [], run } };
  const plan = compile(calm, { ...file, budgets: [], expect: [], hypothesis: null });
  const endNs = durationNs;
  const none = { windowEdges: [], responses: [], areResponsesAsked: false };
  const cuts = { faults: [], ...none, hasStepSegments: false };
  const grid = planGrid({ warmupNs: 0, endNs, stepNs, ...cuts });
  return { ...plan, endNs, horizonNs: endNs, grid, traceShare: 0 };
}

/** Adds the level of some gauges together, by step. */
function addLevels(sums: Float64Array, gauges: readonly Gauge[]): void {
  cellSums(gauges, 'area', STEPS).forEach((area, step) => (sums[step]! += area));
}
