import type { Metric } from '../metrics.js';
import { metric } from './entry.js';

/** Metrics of a service whose version changes. */
export const ROLLOUT_METRICS: readonly Metric[] = [
  metric(
    'rollout.result',
    ['service'],
    'share',
    'none',
    'none',
    'What became of it by the end of the run: `promoted`, `rolledBack` or `running`, by == or !=. Its figure is the share of runs of which that is true.',
  ),
  metric(
    'rollout.duration',
    ['service'],
    'seconds',
    'none',
    'low',
    'From its beginning until one of the versions has everything; a run in which that is still to come breaks every limit.',
  ),
  metric(
    'rollout.exposed',
    ['service'],
    'share',
    'none',
    'none',
    'Share of the requests that the new version answered.',
  ),
];

/** Words that `rollout.result` is compared with. */
export const ROLLOUT_WORDS: readonly string[] = ['promoted', 'rolledBack', 'running'];

/** One figure of a whole run: it has no window and no steps. */
export function isOfWholeRun({ name }: Metric): boolean {
  return name === 'rollout.result' || name === 'rollout.duration';
}
