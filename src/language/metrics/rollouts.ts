import { portion, metric } from './entry.js';

/** Metrics of a service whose version changes. */
export const ROLLOUT_METRICS = [
  metric(
    'rollout.result',
    ['service', 'gateway'],
    'share',
    'none',
    'none',
    'State of the rollout at the end of the run: `promoted`, `rolledBack` or `running`, compared with == ' +
      'or !=. The figure is the share of runs in which the comparison holds.',
    { isOfWholeRun: true, words: ['promoted', 'rolledBack', 'running'] },
  ),
  metric(
    'rollout.duration',
    ['service', 'gateway'],
    'seconds',
    'none',
    'low',
    'Time from its start until one version gets all traffic; a run that does not get there breaks every ' +
      'limit.',
    { isOfWholeRun: true },
  ),
  portion(
    'rollout.exposed',
    ['service', 'gateway'],
    'none',
    'Share of the requests answered by the new version.',
  ),
] as const;
