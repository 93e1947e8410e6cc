import { PLAIN_BALANCING } from '../../contracts/scenario/balancing.js';
import type { Host } from '../../contracts/scenario/host.js';
import { described, type Written } from './described.js';
import { sorted } from './names.js';

interface HostText extends Written {
  readonly storage?: number;
  readonly external?: boolean;
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
}

/** A host without workers, admission control, memory and a platform: every request runs immediately on its cores. */
export function plainHost(
  name: string,
  output: HostText,
  own: Pick<Host, 'replicas' | 'zones' | 'cpu'>,
): Host {
  return {
    ...described(name, output),
    ...own,
    runtime: 'threads',
    concurrency: Infinity,
    queue: { capacity: Infinity, discipline: 'fifo', maxWaitNs: null },
    cancellation: 'ignore',
    rejectWork: { kind: 'constant', valueNs: 0 },
    admission: null,
    gc: null,
    memory: null,
    lifecycle: null,
    probes: null,
    autoscaling: null,
    cpuRequest: null,
    requests: { milliCpu: 0, memory: 0 },
    storageBytes: output.storage ?? 0,
    disruptionBudget: null,
    loadBalancing: { kind: 'roundRobin', config: {}, common: PLAIN_BALANCING },
    outlierDetection: null,
    healthChecks: null,
    protocol: null,
    discovery: null,
    external: output.external ?? false,
    labels: new Map(sorted(output.labels)),
  };
}
