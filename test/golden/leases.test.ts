import { describe, expect, it } from 'vitest';
import { begun, golden } from './tracing.js';

/** A kind of detector of a dead worker: the system, the call whose work is in hand, and the end of its lease. */
interface Lease {
  readonly name: string;
  readonly yaml: string;
  /** The part that works, and the instance that has the work. */
  readonly part: string;
  readonly holder: string;
  /** When the holder fails. */
  readonly at: string;
}

const queue = (own: string): string => `
queues: { jobs: { ${own}, consumers: [ { call: worker.handle } ] } }
services:
  worker: { replicas: 2, endpoints: { handle: { idempotent: true, steps: [ wait: 5s ] } } }
  api: { endpoints: { submit: [ publish: jobs ] } }
workloads:
  users: { arrivals: { at: [ 1s ] }, requests: [ { call: api.submit } ] }
`;

const log = (own: string): string => `
topics: { jobs: { kind: kafka, subscribers: [ { group: g, call: worker.handle, commit: afterEach, ${own} } ] } }
services:
  worker: { replicas: 2, endpoints: { handle: { idempotent: true, steps: [ wait: 5s ] } } }
  api: { endpoints: { submit: [ publish: jobs ] } }
workloads:
  users: { arrivals: { at: [ 1s ] }, requests: [ { call: api.submit } ] }
`;

const saga = (engine: string): string => `
databases: { store: { operations: { put: { wait: 1ms, write: true } } } }
services:
  agency: { replicas: 2, endpoints: { book: [ saga: trip ] } }
  flight: { endpoints: { book: { idempotent: true, steps: [ wait: 5s ] }, cancel: [ wait: 50ms ] } }
sagas:
  trip:
    kind: orchestrated
    engine: ${engine}
    orchestrator: agency
    stuckAfter: 2h
    persistence: { query: store.put }
    steps: [ { name: fly, call: flight.book, compensation: flight.cancel, policy: { timeout: 60s } } ]
workloads:
  users: { arrivals: { at: [ 1s ] }, requests: [ { call: agency.book } ] }
`;

const worker = { part: 'worker.handle', holder: 'worker[0]', at: '3s' };
const agency = { part: 'flight.book', holder: 'agency[0]', at: '3s' };

/** Detectors that see no connection close: they cannot tell a dead process from one that has stopped for ever. */
const BLIND: readonly Lease[] = [
  {
    name: 'visibility timeout of SQS',
    yaml: queue('kind: sqs, visibilityTimeout: 40s'),
    ...worker,
  },
  { name: 'ackWait of JetStream', yaml: queue('kind: nats, ackWait: 40s'), ...worker },
  { name: 'session of Kafka', yaml: log('sessionTimeout: 40s'), ...worker },
  {
    name: 'session of a static member',
    yaml: log('rebalance: { staticMembership: true }'),
    ...worker,
  },
  { name: 'activity of Temporal', yaml: saga('temporal'), ...agency },
  {
    name: 'heartbeat of a Temporal activity',
    yaml: saga('temporal\n    heartbeatTimeout: 4s'),
    ...agency,
  },
  { name: 'job of Camunda', yaml: saga('camunda'), ...agency },
  { name: 'task of Conductor', yaml: saga('conductor'), ...agency },
];

/** When the work begins again, by the fault that the holder of the lease has; it begins first before 3 s. */
function beginsAgain(
  { yaml, part, holder, at }: Lease,
  kind: 'crash' | 'pause',
): number | undefined {
  const faults = `faults: [ { id: gone, kind: ${kind}, target: '${holder}', at: ${at}, for: none } ]`;
  const times = begun(golden(`${yaml}\n${faults}\n`, '2h').at(part));
  return times.find((time) => time >= 3000);
}

describe('a lease without a connection', () => {
  it.each(BLIND)('ends at the same instant after a crash and an endless pause: $name', (lease) => {
    const crash = beginsAgain(lease, 'crash');
    expect(crash).toBeGreaterThan(3000);
    expect(beginsAgain(lease, 'pause')).toBe(crash);
  });
});

describe('a connection that closes', () => {
  it('gives the messages of a dead consumer of RabbitMQ back at once, and those of a paused one after consumerTimeout (30 min)', () => {
    const lease = { name: 'channel', yaml: queue('kind: rabbitmq'), ...worker };
    expect(beginsAgain(lease, 'crash')).toBe(3000);
    expect(beginsAgain(lease, 'pause')).toBe(1_801_000);
  });
});
