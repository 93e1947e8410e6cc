import { NS_PER_SECOND, type Ns } from '../kernel/time.js';
import { expressionsOf } from '../language/expressions-of.js';
import { mayBeDistribution } from '../language/metrics.js';
import type { Grid, PlanFault } from '../contracts/plan/plan.js';
import type { Expression, Measure } from '../contracts/scenario/expression.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';

/**
 * Distances of cells after the end of each fault: the first that yields at most RECOVERY_CELLS cells is used. The last
 * is the window in which recovery is judged.
 */
const RECOVERY_STEPS_NS = [0.5, 1, 2.5, 5].map((seconds) => seconds * NS_PER_SECOND);
const RECOVERY_CELLS = 250;
const RECOVERY_EDGES_MAX = 2000;

export interface GridSource {
  readonly warmupNs: Ns;
  readonly endNs: Ns;
  readonly stepNs: Ns;
  readonly faults: readonly PlanFault[];
  /** Times at which a responder may end a fault, absolute; whether windows of budgets end with such a fault. */
  readonly responses: readonly Ns[];
  readonly areResponsesAsked: boolean;
  /** Edges of the windows of budgets and questions, absolute. */
  readonly windowEdges: readonly Ns[];
  /** Budgets or questions need distributions per step of the timeline, so each step is a segment. */
  readonly hasStepSegments: boolean;
}

/** Components of which budgets or questions need distributions in each step; `all` = every component. */
export function askedBySteps(file: ScenarioFile): ReadonlySet<string> {
  const names = new Set<string>();
  const conditions: readonly Expression[] = (file.asked ?? []).flatMap(
    ({ expression }) => expression ?? [],
  );
  for (const { metric, limit, steps } of [...expressionsOf(file), ...conditions]) {
    if (steps === null) continue;
    for (const { name, subject } of 'metric' in limit ? [metric, limit.metric] : [metric]) {
      if (!mayBeDistribution(name)) continue;
      if (subject.kind === 'component') names.add(subject.at.component);
      else if (subject.kind !== 'edge') names.add('all');
      else for (const { component } of [subject.from, subject.to]) names.add(component);
    }
  }
  return names;
}

/** The windows of all budgets, expectations and questions. */
function windowsOf(file: ScenarioFile): readonly Measure['window'][] {
  const questions = (file.asked ?? []).map(({ measure }) => measure);
  return [...expressionsOf(file), ...questions].map(({ window }) => window);
}

/** Edges of the windows `from A to B` that are asked for, from the end of the warm-up. */
export function windowEdgesOf(file: ScenarioFile): readonly Ns[] {
  return windowsOf(file).flatMap((window) =>
    window?.kind === 'between' ? [window.fromNs, window.toNs] : [],
  );
}

/** The faults with which windows of budgets and questions begin or end. */
export function faultsAskedIn(file: ScenarioFile): ReadonlySet<string> {
  return new Set(
    windowsOf(file).flatMap((window) =>
      window === null || window.kind === 'between' ? [] : [window.fault],
    ),
  );
}

/**
 * Builds the measuring grid: steps of the timeline, cut at the edges of faults and windows and where a responder may end a
 * fault, with smaller cells after the end of a fault. Segments are cut at the edges of faults and windows, and with `hasStepSegments` at steps.
 */
export function planGrid(source: GridSource): Grid {
  const { warmupNs, endNs, stepNs } = source;
  const inside = (time: Ns): boolean => time > warmupNs && time < endNs;
  const spans = source.faults.flatMap((fault) => fault.spans);
  const cuts = new Set(
    [
      ...spans.flatMap((span) => [span.fromNs, span.untilNs]),
      ...source.windowEdges,
      ...(source.areResponsesAsked ? source.responses : []),
    ]
      .map(Math.round)
      .filter(inside),
  );
  // A fault may end at each of these times; slots from the first of them on fit all of them.
  const [first] = source.responses;
  const ended = first === undefined ? spans : [...spans, { fromNs: first, untilNs: first }];
  const recoveries = recoveryEdges(ended, endNs);
  const times = new Set([
    ...[warmupNs, endNs, ...cuts],
    ...source.responses.filter(inside),
    ...recoveries.filter(inside),
  ]);
  const steps = Math.max(1, Math.ceil((endNs - warmupNs) / stepNs));
  for (let step = 1; step < steps; step++) times.add(warmupNs + step * stepNs);
  const edges = Float64Array.from(times).sort();
  const cells = edges.length - 1;
  const stepOfCell = new Int32Array(cells);
  const segmentOfCell = new Int32Array(cells);
  const groups = [0];
  for (let cell = 0; cell < cells; cell++) {
    stepOfCell[cell] = Math.floor((edges[cell]! - warmupNs) / stepNs);
    const isStep = source.hasStepSegments && stepOfCell[cell]! > stepOfCell[cell - 1]!;
    if (cell > 0 && cuts.has(edges[cell]!)) groups.push(groups.length);
    else if (cell > 0 && isStep) groups.push(groups[groups.length - 1]!);
    segmentOfCell[cell] = groups.length - 1;
  }
  const groupOfSegment = Int32Array.from(groups);
  return { edges, stepOfCell, steps, segmentOfCell, segments: groups.length, groupOfSegment };
}

/** Edges 0.5 s to 5 s apart, from the end of each fault to the start of the next one or to the end. */
function recoveryEdges(
  spans: readonly { readonly fromNs: Ns; readonly untilNs: Ns }[],
  endNs: Ns,
): readonly Ns[] {
  const starts = spans.map((span) => span.fromNs).sort((a, b) => a - b);
  const ends = [...new Set(spans.map((span) => span.untilNs))].sort((a, b) => a - b);
  const edges = new Set<Ns>();
  for (const end of ends) {
    const next = Math.min(endNs, starts.find((start) => start >= end) ?? endNs);
    const fits = RECOVERY_STEPS_NS.find((step) => (next - end) / step <= RECOVERY_CELLS);
    const stepNs = fits ?? RECOVERY_STEPS_NS[RECOVERY_STEPS_NS.length - 1]!;
    for (let time = end + stepNs; time < next; time += stepNs) {
      if (edges.size >= RECOVERY_EDGES_MAX) return [...edges];
      edges.add(time);
    }
  }
  return [...edges];
}
