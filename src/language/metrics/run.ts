import { counted, metric } from './entry.js';

export const RUN_METRICS = [
  counted(
    'requests',
    ['run'],
    'none',
    'User requests that arrived in the measured time; the mean over runs.',
  ),
  metric(
    'nodes',
    ['run'],
    'number',
    'level',
    'none',
    'Nodes that take instances or hold them (`platform.nodes`), without dead ones and those on order.',
  ),
  counted(
    'unfinished',
    ['run'],
    'low',
    'User requests still in flight at the end; the mean over runs.',
  ),
] as const;
