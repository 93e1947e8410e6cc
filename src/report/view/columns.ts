import type { Estimate } from '../../contracts/result/estimate.js';
import { latencyLater } from '../../contracts/result/latency-later.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import { isHarmed, isOfUsers } from '../../analysis/verdicts/harmed.js';
import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import { columnOf, type Column } from './column.js';
import { isLate } from './event-looks.js';
import { unseenColumns } from './columns-unseen.js';
import { shorten } from '../base/html-escape.js';
import { staysDown } from './episodes.js';
import { earlyRecovery, missingRecovery } from './next-fault.js';
import { formatValue } from '../../text/figures.js';
import { capitalised } from '../../text/words.js';
import { requestLabel, type View } from './view.js';

/** Success, goodput, loss during the fault, recovery, effects that no request shows, load on the system, spread. */
export function outcomeColumns(view: View): Column[] {
  return [...userColumns(view), ...unseenColumns(view), ...costColumns(view)];
}

/** Requests that succeed slowly: the second currency of harm beside those that fail. */
export function slowColumn({ result, baseline }: View): Column[] {
  if (result.variants.every((one) => one.summary.slow === undefined)) return [];
  const pick: Column['pick'] = ({ summary: { slow, success } }) => slow ?? zeros(success);
  const hasFault = result.faults.length > 0;
  const when = hasFault ? ' before the first fault' : '';
  return [
    columnOf('slow', ['Slow', 'requests'], pick, {
      unit: 'share',
      note: `Slow: successes after more than twice the p99 of ${baseline.name}${when}.`,
    }),
  ];
}

/** Latency quantiles of successful responses, or of all finished requests. */
export function latencyColumns(view: View, population: 'successLatency' | 'latency'): Column[] {
  const of = population === 'latency' ? 'of all' : 'of successes';
  return (['p50', 'p95', 'p99', 'p999'] as const).map((quantile) => {
    const head = quantile === 'p999' ? 'p99.9' : quantile;
    const key = `${population}.${quantile}`;
    return columnOf(key, [head, of], (v) => v.summary[population][quantile], {
      unit: 'seconds',
      paths: workloadPaths(view, key),
    });
  });
}

/** The text of a value in its unit, with `never` where it has none. */
export function cellText(column: Column, variant: VariantResult): string {
  const { value } = column.pick(variant);
  const wordOf = value === null ? column.missing : value === 0 ? column.zero : null;
  return wordOf?.(variant) ?? formatValue(value, column.unit);
}

/** Number of replications of a variant in which a column's event never happened. */
export function neverCount(column: Column, variant: VariantResult): number {
  return column.never?.(variant) ?? 0;
}

/** The workload, where there is exactly one. */
function onlyWorkload(result: Result): string | null {
  const workloads = result.topology.nodes.filter((node) => node.kind === 'workload');
  return workloads.length === 1 ? workloads[0]!.name : null;
}

function userColumns(view: View): Column[] {
  const columns: Column[] = [
    columnOf('success', ['Success', 'whole run'], (v) => v.summary.success, {
      unit: 'share',
      better: 'more',
      paths: workloadPaths(view, 'success'),
    }),
    ...worstColumn(view),
    ...degradedColumn(view),
    columnOf('goodput', ['Goodput', 'whole run'], (v) => v.summary.goodput, {
      unit: 'perSecond',
      better: 'more',
      paths: workloadPaths(view, 'goodput'),
    }),
  ];
  const { headline } = view;
  if (headline === null) return columns;
  columns.push(
    ...duringColumns(view, headline.id),
    timeBack(view, headline.id, 'recovery', ['Recovery', recoveryOf(view, headline.id)]),
  );
  const { step } = view.result.run;
  if (view.result.variants.some(({ summary }) => latencyLater(summary, step) !== null))
    columns.push(timeBack(view, headline.id, 'latencyRecovery', ['Latency back', 'after fault']));
  return columns;
}

/** Below a recovery: the fault after which it is measured, where a variant has several. */
function recoveryOf({ result: { variants } }: View, fault: string): string {
  const several = variants.some(({ faults }) => faults.length > 1);
  return several ? `after ${shorten(fault, 18)}` : 'of success';
}

/** Time after which success or latency is back. */
function timeBack(
  view: View,
  fault: string,
  key: 'recovery' | 'latencyRecovery',
  head: readonly [string, string],
): Column {
  return columnOf(key, head, (v) => v.summary[key], {
    unit: 'seconds',
    paths: workloadPaths(view, `${key} after ${fault}`),
    missing: (v) => {
      if (v.summary[key].never > 0) return missingRecovery(view.result, v, fault);
      return staysDown(v) ? 'never' : null;
    },
    ...(key === 'recovery' && {
      zero: (v) => (isOutage(v) ? earlyRecovery(v, fault) : NO_OUTAGE),
    }),
    never: (v) => v.summary[key].never,
  });
}

/** Whether requests of users fail: those that are only late have no success to recover. */
function isOutage(variant: VariantResult): boolean {
  const degraded = variant.cascade.events.filter(
    ({ kind, subject }) => DEGRADATIONS.includes(kind) && isOfUsers(variant, subject),
  );
  return isHarmed(variant) && (degraded.length === 0 || !degraded.every(isLate));
}

/** In place of a recovery: the success of users never fell far enough to have to come back. */
const NO_OUTAGE = 'no outage';

/** Success of the kind of request that succeeds least; shown if that is far below the success of all in a variant. */
function worstColumn(view: View): Column[] {
  const { result, requests } = view;
  if (requests.length < 2) return [];
  const worstOf = ({ components }: VariantResult): { path: string; success: number } | null => {
    const all = requests.flatMap((path) => {
      const [workload, ...rest] = path.split('.');
      const success = components[workload]?.parts[rest.join('.')]?.success ?? null;
      return success === null ? [] : [{ path, success }];
    });
    return all.length === 0
      ? null
      : all.reduce((worst, one) => (one.success < worst.success ? one : worst));
  };
  const pick: Column['pick'] = (variant) => ({
    ...NOTHING,
    value: worstOf(variant)?.success ?? null,
  });
  const isFar = (variant: VariantResult): boolean =>
    (pick(variant).value ?? 1) < FAR_BELOW * (variant.summary.success.value ?? 0);
  if (!result.variants.some(isFar)) return [];
  return [
    columnOf('worst', ['Worst', 'request'], pick, {
      unit: 'share',
      better: 'more',
      about: (variant) => {
        const worst = worstOf(variant);
        return worst === null ? null : requestLabel(view, worst.path);
      },
      note: 'Worst: success of the kind of request that succeeds least.',
    }),
  ];
}

/** Share of the success of all requests below which that of one kind is shown beside it. */
const FAR_BELOW = 0.98;

/** Shown only if some variant has degraded responses. */
function degradedColumn({ result }: View): Column[] {
  if (result.variants.every((one) => one.summary.degraded === undefined)) return [];
  const pick: Column['pick'] = ({ summary: { degraded, success } }) => degraded ?? zeros(success);
  return [
    columnOf('degraded', ['Degraded', 'of requests'], pick, {
      unit: 'share',
      note: 'Degraded: responses of fallbacks and the like; they count as successes.',
    }),
  ];
}

function duringColumns(view: View, fault: string): Column[] {
  const duringOf = ({ summary }: VariantResult, request: string): Estimate | undefined =>
    summary.during.find((d) => d.request === request && d.fault === fault)?.success;
  // A flush has no time during which requests begin.
  const requests = view.requests.filter((one) =>
    view.result.variants.some((variant) => (duringOf(variant, one)?.value ?? null) !== null),
  );
  return requests.slice(0, 3).map((request) => {
    const head = capital(requestLabel(view, request));
    return columnOf(
      `during.${request}`,
      [head, 'during fault'],
      (v) => duringOf(v, request) ?? NOTHING,
      {
        unit: 'share',
        better: 'more',
        paths: [`${request}.success during ${fault}`],
      },
    );
  });
}

function costColumns(view: View): Column[] {
  const edge = amplifiedEdge(view.result);
  const unranked = view.result.variants.some((v) => v.summary.attemptsPerCall.unsent === true);
  const calls: Column[] = [
    columnOf('attempts', ['Attempts', 'per call'], (v) => v.summary.attemptsPerCall, {
      paths: ['attemptsPerCall'],
      unranked,
      note: 'Attempts: on all edges, per call. Amplified: the same on the edge where it is largest.',
    }),
    columnOf('amplification', ['Amplified', 'worst edge'], (v) => v.summary.amplification, {
      paths: edge === null ? [] : [`${edge}.amplification`],
      unranked,
    }),
  ];
  // If every call is sent once, nothing is amplified.
  const calling = view.result.variants.some((v) => (v.summary.amplification.value ?? 1) > 1);
  const columns: Column[] = [
    ...pricedColumns(view),
    ...(calling ? calls : []),
    columnOf('wasted', ['Wasted', 'of work'], (v) => v.summary.wasted, {
      unit: 'share',
      paths: ['wastedWork'],
      about: againWords,
    }),
  ];
  if (view.headline === null) return columns;
  columns.push(
    columnOf('blastRadius', ['Blast', 'components'], (v) => v.summary.blastRadius, {
      paths: ['cascade.blastRadius'],
      note: 'Blast: components that degraded and that no fault hit directly.',
    }),
  );
  return columns;
}

/** Work that is done again is not wasted by its definition: its results are used. */
function againWords({ cascade }: VariantResult): string | null {
  return cascade.events.some(({ kind }) => kind === 'doneTwice') ? 'beside work done again' : null;
}

function pricedColumns({ result }: View): Column[] {
  if (result.variants.every((v) => v.summary.costPerMillion === undefined)) return [];
  return [
    columnOf('cost', ['Cost', 'per million'], (v) => v.summary.costPerMillion ?? NOTHING, {
      paths: ['run.costPerMillion'],
      note: 'Cost: of all components, per million successful requests, by report.prices.',
    }),
  ];
}

/**
 * The path of a user metric: that of the only workload. With several workloads there is no comparison over all of
 * them.
 */
function workloadPaths(view: View, name: string): string[] {
  const workload = onlyWorkload(view.result);
  return workload === null ? [] : [`${workload}.${name}`];
}

function amplifiedEdge(result: Result): string | null {
  const edges = new Set(result.variants.map((variant) => variant.summary.amplification.edge));
  return edges.size === 1 ? [...edges][0]! : null;
}

/** 0 wherever there is a figure. */
function zeros({ value, each }: Estimate): Estimate {
  const zero = (one: number | null): number | null => (one === null ? null : 0);
  return { value: zero(value), ci95: null, each: each.map(zero) };
}

/** First letter in upper case. A path such as `users.buy` stays as it is in the scenario. */
export function capital(text: string): string {
  return text.includes('.') ? text : capitalised(text);
}

const NOTHING: Estimate = { value: null, ci95: null, each: [] };
