import { metric } from './entry.js';

/** Metrics of the cascade. */
export const CASCADE_METRICS = [
  metric(
    'blastRadius',
    ['cascade'],
    'number',
    'none',
    'low',
    'Components degraded at any time, excluding the faulted ones.',
  ),
  metric(
    'depth',
    ['cascade'],
    'number',
    'none',
    'low',
    'Longest chain of influences from component to component.',
  ),
  metric(
    'collateral',
    ['cascade'],
    'number',
    'none',
    'low',
    'Degraded components that do not use a faulted component.',
  ),
  metric(
    'goodputLost',
    ['cascade'],
    'share',
    'none',
    'low',
    'Goodput lost from the first fault on, as a share of the goodput expected from the share before it.',
  ),
  metric(
    'metastable',
    ['cascade'],
    'share',
    'none',
    'low',
    'Share of replications that stay down after the fault although the load is below capacity.',
  ),
] as const;
