/** A kind of mesh: the figures of its proxies, and its default policies. */
export interface MeshKind<Kind extends string = string> {
  readonly kind: Kind;
  /** One sentence, for the schema and `explain`. */
  readonly summary: string;
  /** Where the figures are published. */
  readonly sources: readonly string[];
  /** null = it has no figures of its own: the scenario has to write them. */
  readonly proxy: ProxyFigures | null;
  /** Figures of a shared proxy that applies the policies; null = the proxies of the callers do. */
  readonly waypoint: Omit<ProxyFigures, 'handshakeWork'> | null;
  /** Kind of load balancing of its proxies; null = as without the mesh. */
  readonly balancing: string | null;
  /** Whether its proxies keep calls in the zone of the caller while enough instances there are healthy. */
  readonly localities?: true;
  /** Kind of the retry of calls whose bundle has none; null = no retries by default. */
  readonly retry: string | null;
}

/** Quantities as a user writes them. */
interface ProxyFigures {
  readonly work: string;
  readonly latency: string;
  readonly workers: number;
  readonly handshakeWork: string;
}

/**
 * Istio with sidecars. Release 1.24 publishes 0.20 vCPU per 1000 requests/s for a sidecar with 2 workers, which is 0.2
 * ms for a request. Releases 1.5 to 1.16 publish 1.7 to 2.8 ms for two passes at p90 (1 kB, 1000 requests/s, mTLS): a
 * pass of 0.7 ms on average with a p99 of 1.5 ms is in that range. Keys of workloads are RSA 2048.
 */
const istio: MeshKind<'istio'> = {
  kind: 'istio',
  summary:
    'Istio with sidecars: a pass takes 0.2 ms of CPU (Istio 1.24: 0.20 vCPU per 1000 requests/s, 2 workers) and ' +
    '0.5 ms beside it; two passes take 1.8 ms at p90 (published: 1.7 to 2.8 ms, Istio 1.5 to 1.16). ' +
    'Calls are retried as by `retry` of kind istio and balanced by leastRequest.',
  sources: [
    'istio.io docs/ops/deployment/performance-and-scalability (1.5, 1.7, 1.16, 1.24)',
    'istio/istio pilot/pkg/networking/core/route/retry/retry.go',
  ],
  proxy: {
    work: '0.2ms',
    latency: 'lognormal(p50=0.45ms p99=1.3ms)',
    workers: 2,
    handshakeWork: '1.5ms',
  },
  waypoint: null,
  balancing: 'leastRequest',
  localities: true,
  retry: 'istio',
};

/**
 * Istio in ambient mode. Release 1.24 publishes 0.06 vCPU per 1000 requests/s for ztunnel and 0.25 vCPU for a waypoint
 * with 2 workers. Its latencies are charts without numbers; Linkerd measured 11 ms less at p99 with sidecars of its own
 * at 2000 requests/s (2025-04).
 */
const istioAmbient: MeshKind<'istioAmbient'> = {
  kind: 'istioAmbient',
  summary:
    'Istio without sidecars: a pass of ztunnel takes 0.06 ms of CPU (Istio 1.24: 0.06 vCPU per 1000 requests/s) and ' +
    '0.09 ms beside it. Policies need a `waypoint` in front of the called service, which takes 0.25 ms of CPU ' +
    '(Istio 1.24: 0.25 vCPU per 1000 requests/s).',
  sources: [
    'istio.io docs/ops/deployment/performance-and-scalability (1.24)',
    'linkerd.io blog 2025-04, benchmark of Linkerd and Istio ambient',
  ],
  proxy: {
    work: '0.06ms',
    latency: 'lognormal(p50=0.08ms p99=0.25ms)',
    workers: 2,
    handshakeWork: '1.5ms',
  },
  waypoint: { work: '0.25ms', latency: 'lognormal(p50=0.45ms p99=1.3ms)', workers: 2 },
  balancing: 'leastRequest',
  localities: true,
  retry: 'istio',
};

/**
 * Linkerd. Its benchmark of 2021-11 (2.11 against Istio 1.12) has 36 to 67 for the CPU of the proxies, and medians of
 * +6 ms to +17 ms over a chain of several hops at 2000 requests/s. Istio 1.12 publishes 0.35 ms of CPU, so that is 0.19
 * ms. Keys are ECDSA P-256. The proxy has one worker unless it is given more cores.
 */
const linkerd: MeshKind<'linkerd'> = {
  kind: 'linkerd',
  summary:
    'Linkerd: a pass takes 0.19 ms of CPU (benchmark of 2021-11, 2.11: 36 / 67 of that of Istio 1.12, 0.35 vCPU per ' +
    '1000 requests/s) and 0.21 ms beside it, with one worker. Calls are balanced by peakEwma and not retried.',
  sources: ['linkerd.io blog 2021-11-29 and 2025-04, benchmarks of Linkerd and Istio'],
  proxy: {
    work: '0.19ms',
    latency: 'lognormal(p50=0.19ms p99=0.55ms)',
    workers: 1,
    handshakeWork: '0.3ms',
  },
  waypoint: null,
  balancing: 'peakEwma',
  retry: null,
};

/** A mesh with figures of its own. */
const custom: MeshKind<'custom'> = {
  kind: 'custom',
  summary:
    'A mesh with figures of its own: `proxy` needs `work` and `latency`. No default policies.',
  sources: [],
  proxy: null,
  waypoint: null,
  balancing: null,
  retry: null,
};

/** All kinds of mesh, one line each. */
const ALL = [istio, istioAmbient, linkerd, custom] as const;

type MeshKindName = (typeof ALL)[number]['kind'];

export const MESH_KINDS: readonly MeshKind<MeshKindName>[] = ALL;

/** The kind with this name, which the schema has checked. */
export function meshKind(name: MeshKindName): MeshKind<MeshKindName> {
  return MESH_KINDS.find(({ kind }) => kind === name)!;
}
