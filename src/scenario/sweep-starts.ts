import type { Scenario } from '../contracts/scenario/scenario.js';

/** Whether a path sets the arrivals of a workload, or all of it. */
export function isLoad(path: string): boolean {
  return /^workloads\.[^.]+(\.arrivals\b.*)?$/.test(path);
}

/** Whether an autoscaler follows a metric. */
export function isScaled({ services, gateways }: Scenario): boolean {
  return [...services.values(), ...gateways.values()].some(
    ({ autoscaling }) => autoscaling !== null && autoscaling.kind !== 'scheduled',
  );
}
