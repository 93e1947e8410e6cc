import { counted, golden } from './tracing.js';
import type { Traced } from './tracing.js';

/** A caller and a callee, 15 ms apart: one round trip is 30 ms. */
interface Line {
  readonly at: string;
  readonly connections?: string;
  /** Fields of the bundle other than connections. */
  readonly policy?: string;
  readonly protocol?: string;
  readonly callee?: string;
  readonly steps?: string;
  readonly more?: string;
  readonly latency?: string;
}

export function line(own: Line): Traced {
  const connections = own.connections === undefined ? '' : `connections: ${own.connections},`;
  const protocol = own.protocol === undefined ? '' : `protocol: ${own.protocol}, `;
  return golden(
    `
network: { links: [ { between: [app, far], latency: ${own.latency ?? '15ms'} } ] }
services:
  app:
    endpoints: { ask: [ call: far.get ] }
    outbound: { far: { ${connections} ${own.policy ?? ''} } }
  far: { ${protocol}${own.callee ?? ''} endpoints: { get: ${own.steps ?? '[ wait: 20ms ]'} } }
workloads:
  users: { arrivals: { at: [ ${own.at} ] }, requests: [ { call: app } ] }
${own.more ?? ''}`,
    '10m',
  );
}

export const opened = (traced: Traced): number => counted(traced, 'connects');
