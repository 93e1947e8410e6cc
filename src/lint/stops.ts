import type { Host } from '../spec/scenario/host.js';
import type { Subject } from './subject.js';

/** Services and gateways with processes that a fault stops gracefully. */
export function stoppedHosts({ scenario, stopped }: Subject): readonly Host[] {
  const hosts = [...scenario.services.values(), ...scenario.gateways.values()];
  return hosts.filter(({ name }) => stopped.has(name));
}
