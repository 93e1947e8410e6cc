import type { MeshKind } from './kind.js';

/**
 * Istio with sidecars. Release 1.24 publishes 0.20 vCPU per 1000 requests/s for a sidecar with 2 workers, which is 0.2
 * ms for a request. Releases 1.5 to 1.16 publish 1.7 to 2.8 ms for two passes at p90 (1 kB, 1000 requests/s, mTLS): a
 * pass of 0.7 ms on average with a p99 of 1.5 ms is in that range. Keys of workloads are RSA 2048.
 */
export const istio: MeshKind<'istio'> = {
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
