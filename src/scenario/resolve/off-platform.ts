import type { Host } from '../../spec/scenario/host.js';

/** Settings of a host without a platform: no probes, and no instances are added or removed. */
export const OFF_PLATFORM: Pick<Host, 'probes' | 'autoscaling' | 'cpuRequest'> = Object.freeze({
  probes: null,
  autoscaling: null,
  cpuRequest: null,
});
