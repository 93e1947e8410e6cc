import type { Host } from '../contracts/scenario/host.js';
import type { Subject } from './subject.js';

/** Services and gateways with processes that a fault stops gracefully. */
export function stoppedHosts({ hosts, stopped }: Subject): readonly Host[] {
  return hosts.filter(({ name }) => stopped.has(name));
}
