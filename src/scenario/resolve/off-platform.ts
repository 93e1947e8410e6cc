import type { Host } from '../../spec/scenario.js';

/** What only a platform that runs processes does for them: nothing is asked, nobody comes or goes. */
export const OFF_PLATFORM: Pick<Host, 'probes' | 'autoscaling' | 'cpuRequest'> = Object.freeze({
  probes: null,
  autoscaling: null,
  cpuRequest: null,
});
