import { gaugePanel, largestOf, meanOf, quantile } from './family-parts.js';
import type { Family } from './family.js';

/** The sections about the proxies of a service mesh: those beside instances, and those in front of services. */
export const PROXIES = family(
  'proxy',
  'proxies',
  'Proxies of the mesh',
  'Workers of the proxies beside the instances of a component, and requests that wait for one. A request passes the proxy of its caller and that of its callee; its work and latency come on top of the wait.',
);
export const WAYPOINTS = family(
  'waypoint',
  'waypoints',
  'Waypoints of the mesh',
  'Workers of the shared proxies in front of a component, and requests that wait for one. Its work and latency come on top of the wait.',
);

function family<const Id extends string>(
  meter: string,
  id: Id,
  name: string,
  caption: string,
): Family<Id> {
  return {
    id,
    name,
    holds: (own, isPart) => `${meter}.queue` in own.meters && !isPart,
    panels: [
      gaugePanel(`${meter}.utilization`, 'share of the workers that are busy', 'share'),
      gaugePanel(`${meter}.queue`, 'requests that wait for a worker', 'number'),
    ],
    columns: [
      meanOf('Busy', `${meter}.utilization`, 'share'),
      largestOf('Busiest', `${meter}.utilization`, 'share'),
      largestOf('Most waiting', `${meter}.queue`, 'number'),
      quantile('Wait p50', `${meter}.wait`, 'p50'),
      quantile('Wait p99', `${meter}.wait`, 'p99'),
    ],
    worst: meanOf('Busy', `${meter}.utilization`, 'share'),
    minimum: 0.001,
    caption,
  };
}
