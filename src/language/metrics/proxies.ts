import { gauge, timed, metric } from './entry.js';

const MEMBERS = ['gateway', 'service'] as const;

/** Metrics of the proxies of a service mesh. */
export const PROXY_METRICS = [
  metric(
    'proxy.utilization',
    MEMBERS,
    'share',
    'gauge',
    'low',
    'Busy workers over workers of the proxies beside the instances of a component in the mesh.',
  ),
  gauge(
    'proxy.queue',
    MEMBERS,
    'low',
    'Passes that wait for a worker of the proxies beside the instances of a component.',
  ),
  timed(
    'proxy.wait',
    MEMBERS,
    'low',
    'Time that a pass waits for a worker of its proxy; its work and latency come on top.',
  ),
  metric(
    'waypoint.utilization',
    MEMBERS,
    'share',
    'gauge',
    'low',
    'Busy workers over workers of the waypoint in front of a component.',
  ),
  gauge(
    'waypoint.queue',
    MEMBERS,
    'low',
    'Passes that wait for a worker of the waypoint in front of a component.',
  ),
  timed(
    'waypoint.wait',
    MEMBERS,
    'low',
    'Time that a pass waits for a worker of the waypoint in front of a component.',
  ),
] as const;
