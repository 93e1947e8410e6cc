import { golden } from '../golden/tracing.js';
import type { Traced } from '../golden/tracing.js';

/** A caller with a bundle, and a callee 15 ms away whose response takes 20 ms: 80 ms cold, 50 warm. */
export const traced = (at: string, bundle: string, callee = ''): Traced =>
  golden(
    `
network: { links: [ { between: [app, far], latency: 15ms } ] }
services:
  app:
    endpoints: { ask: [ call: far.get ] }
    outbound: { far: { ${bundle} } }
  far: { ${callee} endpoints: { get: [ wait: 20ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: app } ] }
`,
    '10m',
  );
