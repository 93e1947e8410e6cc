import { metric } from './entry.js';

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
  metric(
    'proxy.queue',
    MEMBERS,
    'number',
    'gauge',
    'low',
    'Passes that wait for a worker of the proxies beside the instances of a component.',
  ),
  metric(
    'proxy.wait',
    MEMBERS,
    'seconds',
    'required',
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
  metric(
    'waypoint.queue',
    MEMBERS,
    'number',
    'gauge',
    'low',
    'Passes that wait for a worker of the waypoint in front of a component.',
  ),
  metric(
    'waypoint.wait',
    MEMBERS,
    'seconds',
    'required',
    'low',
    'Time that a pass waits for a worker of the waypoint in front of a component.',
  ),
] as const;
