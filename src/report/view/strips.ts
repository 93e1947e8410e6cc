import type { Timeline, VariantResult } from '../../contracts/result/result.js';
import { wholeSteps } from './cut-off.js';
import {
  behindOf,
  brokenSteps,
  isLeftWaiting,
  laggingOf,
  type Behind,
} from '../families/unseen.js';
import type { View } from './view.js';
import { backlogsOf } from './waiting.js';

/** What users see of a variant over the run, by step. */
export interface Strip {
  /** What is demanded here: requests; sagas where some of them break although no request fails. */
  readonly of: 'requests' | 'sagas';
  /** Share of them that fail; null = none was demanded, or the end of the run cuts them off. */
  readonly fails: readonly (number | null)[];
  /** The backlog that the row is about, because nothing else fails; else null. */
  readonly backlog: Behind | null;
  /** The same without the faults; empty without such runs. */
  readonly twin: readonly (number | null)[];
  /** Calls of users under way beyond the usual, and messages, events and rows that wait. */
  readonly waiting: readonly number[];
}

/** The strip of a variant. */
export function stripOf(view: View, variant: VariantResult): Strip {
  const { timeline, counterfactuals } = variant;
  const { requests } = view;
  const rates = requests.map((request) => timeline.series[request]?.rate ?? []);
  const fails = pooled(
    timeline,
    rates,
    requests.map((request) => {
      const series = timeline.series[request];
      return series === undefined ? [] : wholeSteps(variant, series, series.success);
    }),
  );
  const waiting = waitingOf(view, variant);
  if (!fails.some(isSome)) {
    const breaks = brokenSteps(view, variant);
    if (breaks.some(isSome))
      return { of: 'sagas', fails: breaks, backlog: null, twin: [], waiting };
    const isBehind = backlogsOf(variant).length > 0 || isLeftWaiting(view, variant);
    const backlog = isBehind ? behindOf(view, variant) : null;
    if (backlog !== null) return { of: 'requests', fails, backlog, twin: [], waiting };
  }
  const twin = counterfactuals?.twin;
  return {
    of: 'requests',
    fails,
    backlog: null,
    twin:
      twin === undefined
        ? []
        : pooled(
            timeline,
            rates,
            requests.map((request) => twin[request]?.success ?? []),
          ),
    waiting,
  };
}

function isSome(share: number | null): boolean {
  return (share ?? 0) > 0;
}

/** A step in which nothing arrived counts as little as this many requests per second. */
const LEAST = 1e-6;

/** Share of failures over all kinds of requests, each by its arrivals. */
function pooled(
  { steps }: Timeline,
  rates: readonly (readonly number[])[],
  success: readonly (readonly (number | null)[])[],
): (number | null)[] {
  return Array.from({ length: steps }, (_, step) => {
    let [failed, all] = [0, 0];
    success.forEach((values, i) => {
      const share = values[step] ?? null;
      if (share === null) return;
      const weight = Math.max(LEAST, rates[i]![step] ?? 0);
      all += weight;
      failed += weight * (1 - share);
    });
    return all === 0 ? null : failed / all;
  });
}

function waitingOf(view: View, variant: VariantResult): readonly number[] {
  const { timeline } = variant;
  const users = view.result.topology.nodes.filter(({ kind }) => kind === 'workload');
  const names = new Set<string>(users.map(({ name }) => name));
  const calls = Object.keys(timeline.edges)
    .filter((edge) => names.has(edge.split('->')[0]!))
    .map((edge) => timeline.edges[edge]!.inFlight);
  const first = variant.faults.flatMap(({ spans }) => spans.map(({ from }) => from));
  const before = Math.floor(Math.min(...first, Infinity) / timeline.step);
  const beyond = calls.map((one) => {
    const usual = medianOf(one.slice(0, Number.isFinite(before) ? before : one.length));
    return one.map((value) => Math.max(0, value - USUAL * usual));
  });
  const all = [...beyond, ...laggingOf(view, variant)];
  return Array.from({ length: timeline.steps }, (_, step) =>
    all.reduce((sum, one) => sum + (one[step] ?? 0), 0),
  );
}

/** Calls up to this multiple of their median before the first fault are usual. */
const USUAL = 2;

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
