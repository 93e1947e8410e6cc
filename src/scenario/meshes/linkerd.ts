import type { MeshKind } from './kind.js';

/**
 * Linkerd. Its benchmark of 2021-11 (2.11 against Istio 1.12) has 36 to 67 for the CPU of the proxies, and medians of
 * +6 ms to +17 ms over a chain of several hops at 2000 requests/s. Istio 1.12 publishes 0.35 ms of CPU, so that is 0.19
 * ms. Keys are ECDSA P-256. The proxy has one worker unless it is given more cores.
 */
export const linkerd: MeshKind<'linkerd'> = {
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
