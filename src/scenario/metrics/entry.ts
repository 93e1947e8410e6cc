import type { Metric, MetricUnit, SubjectKind } from '../metrics.js';

/** One entry of a table of metrics. */
export function metric(
  name: string,
  subjects: readonly SubjectKind[],
  unit: MetricUnit,
  ending: Metric['ending'],
  better: Metric['better'],
  help: string,
  needsAfter = false,
): Metric {
  return { name, subjects, unit, ending, better, needsAfter, help };
}

/** A plain number of things that happened. */
export function counted(
  name: string,
  subjects: readonly SubjectKind[],
  better: Metric['better'],
  text: string,
): Metric {
  return metric(name, subjects, 'number', 'none', better, text);
}
