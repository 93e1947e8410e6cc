import { metric } from './entry.js';

/** Metrics of a service whose version changes. */
export const ROLLOUT_METRICS = [
  metric(
    'rollout.result',
    ['service'],
    'share',
    'none',
    'none',
    'What became of it by the end of the run: `promoted`, `rolledBack` or `running`, by == or !=. Its figure is the share of runs of which that is true.',
    { isOfWholeRun: true, words: ['promoted', 'rolledBack', 'running'] },
  ),
  metric(
    'rollout.duration',
    ['service'],
    'seconds',
    'none',
    'low',
    'From its beginning until one of the versions has everything; a run in which that is still to come breaks every limit.',
    { isOfWholeRun: true },
  ),
  metric(
    'rollout.exposed',
    ['service'],
    'share',
    'none',
    'none',
    'Share of the requests that the new version answered.',
  ),
] as const;
