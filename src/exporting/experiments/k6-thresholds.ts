import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import type { Experimental, Remark } from './experiment.js';

export interface Thresholds {
  readonly thresholds: Readonly<Record<string, readonly string[]>>;
  readonly remarks: readonly Remark[];
}

/** The budgets that k6 can judge: success and latency of workloads and their requests over the entire run. */
export function thresholdsOf({ budgets, scenario: { workloads } }: Experimental): Thresholds {
  const thresholds: Record<string, string[]> = {};
  const remarks: Remark[] = [];
  for (const budget of budgets) {
    const written = thresholdOf(budget, [...workloads.keys()]);
    if ('reason' in written) remarks.push({ of: budget.text, reason: written.reason });
    else (thresholds[written.metric] ??= []).push(written.limit);
  }
  return { thresholds, remarks };
}

function thresholdOf(
  { expression: { metric, op, limit, window, steps } }: BudgetSource,
  workloads: readonly string[],
): { readonly metric: string; readonly limit: string } | { readonly reason: string } {
  if (window !== null || steps !== null)
    return { reason: 'a threshold of k6 is about the entire run, and this one about a part of it' };
  const { subject, name } = metric;
  if (subject.kind !== 'component' || !workloads.includes(subject.at.component))
    return { reason: 'k6 sees its own requests only' };
  if (limit.kind !== 'quantity') return { reason: 'k6 compares with numbers only' };
  const { component, part } = subject.at;
  const tags = `{scenario:${component}${part === null ? '' : `,request:${part}`}}`;
  const { value } = limit.quantity;
  const [word, statistic] = name;
  if (word === 'success' && statistic === undefined) {
    const flipped = { '>': '<', '>=': '<=', '<': '>', '<=': '>=', '==': '==', '!=': '!=' }[op];
    const share = Number((1 - value).toPrecision(6));
    return { metric: `http_req_failed${tags}`, limit: `rate${flipped}${share}` };
  }
  const [, digits] = /^p(\d+(?:\.\d+)?)$/.exec(statistic ?? '') ?? [];
  const own = digits === undefined ? STATISTICS[statistic ?? ''] : `p(${digits})`;
  if (word !== 'latency' || own === undefined) return { reason: `k6 has no ${name.join('.')}` };
  const ms = Number((1000 * value).toPrecision(9));
  return { metric: `http_req_duration${tags}`, limit: `${own}${op}${ms}` };
}

/** Statistics of latency by their names in budgets. */
const STATISTICS: Readonly<Record<string, string>> = {
  mean: 'avg',
  max: 'max',
  min: 'min',
  median: 'med',
};
