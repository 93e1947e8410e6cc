import { counted, portion } from './entry.js';

export const CASCADE_METRICS = [
  counted(
    'blastRadius',
    ['cascade'],
    'low',
    'Components degraded at any time, excluding the faulted ones.',
  ),
  counted('depth', ['cascade'], 'low', 'Longest chain of influences from component to component.'),
  counted(
    'collateral',
    ['cascade'],
    'low',
    'Degraded components that do not use a faulted component.',
  ),
  portion(
    'goodputLost',
    ['cascade'],
    'low',
    'Goodput lost from the first fault on, as a share of the goodput expected from the share before it.',
  ),
  portion(
    'metastable',
    ['cascade'],
    'low',
    'Share of replications that stay down after the fault although the load is below capacity.',
  ),
] as const;
