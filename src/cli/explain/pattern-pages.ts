import { paragraph } from './layout.js';
import { plainName } from './word-pages.js';

/** A pattern of architecture: its meaning here, how to write it, and a scenario that shows it. */
interface ArchitecturePattern {
  readonly name: string;
  /** Other names of it. */
  readonly others: readonly string[];
  readonly text: string;
  /** Sections and fields to write it with, and figures to judge it by; each has a page. */
  readonly see: readonly string[];
  /** Scenarios that show it, relative to the folder of scenarios. */
  readonly scenarios: readonly string[];
}

/** Patterns that are no word of the language, by the names that the field gives them. */
export const PATTERNS: readonly ArchitecturePattern[] = [
  {
    name: 'api gateway',
    others: ['backend for frontend', 'bff', 'edge service'],
    text: 'One entrance for all clients: it routes, authenticates, limits, and passes requests on. It adds a hop and a queue of its own, and fails for everyone.',
    see: ['gateways', 'middleware', 'routing'],
    scenarios: ['patterns/gateway-undersized.yaml', 'patterns/gateway-chain.yaml'],
  },
  {
    name: 'cqrs',
    others: ['command query responsibility segregation', 'read model', 'materialized view'],
    text: 'Commands change one model; queries read another one that follows it. Reads get fast and scale by themselves, and are stale by the lag of the projection.',
    see: ['projections', 'eventStores', 'staleReads', 'lag'],
    scenarios: ['cqrs-event-sourcing.yaml', 'patterns/projection-lag.yaml'],
  },
  {
    name: 'event sourcing',
    others: ['event store'],
    text: 'The state of an entity is the list of its events. A load reads all events since the last snapshot, so it grows with the length of the stream; appends conflict where two commands change the same entity.',
    see: ['eventStores', 'snapshots', 'conflicts'],
    scenarios: [
      'cqrs-event-sourcing.yaml',
      'patterns/snapshots.yaml',
      'patterns/optimistic-conflicts.yaml',
    ],
  },
  {
    name: 'service mesh',
    others: ['sidecar', 'istio', 'linkerd', 'ambient'],
    text: 'Proxies beside the services take over timeouts, retries, ejection of bad instances and TLS. Each pass takes CPU and time, and the tries of a proxy multiply with those of the application. Write the section `mesh`: its kind sets the cost and the default policies.',
    see: ['mesh', 'retry.istio', 'outlierDetection.istio', 'bulkhead.istio'],
    scenarios: [
      'patterns/mesh-sidecar-cost.yaml',
      'patterns/mesh-retries.yaml',
      'patterns/mesh-header-route.yaml',
      'patterns/mesh-locality.yaml',
      'patterns/mesh-control-plane.yaml',
    ],
  },
  {
    name: 'strangler fig',
    others: ['strangler', 'monolith migration'],
    text: 'A new service takes over from a monolith route by route, reads first, then writes. Write the routes of the gateway with weights for both targets, and a fault `change` for each of them that shifts the weights in steps and can be rolled back alone; `mirror` tries the new service without its answers. docs/changes.md describes it.',
    see: ['change', 'gateways', 'mirror'],
    scenarios: ['patterns/strangler.yaml', 'patterns/mirror.yaml'],
  },
  {
    name: 'transactional outbox',
    others: ['outbox pattern', 'change data capture'],
    text: 'An event is written with the data in one transaction and published afterwards, so that neither exists without the other. Without it, a crash between the two loses the event or publishes one without data.',
    see: ['outbox', 'lostEvents', 'ghostEvents'],
    scenarios: ['patterns/outbox.yaml'],
  },
  {
    name: 'process manager',
    others: [
      'saga orchestration',
      'saga choreography',
      'compensating transaction',
      'distributed transaction',
    ],
    text: 'A transaction over several services as steps with compensations: driven by an orchestrator that keeps its state, or by the events of each step.',
    see: ['sagas', 'orchestrator', 'compensated'],
    scenarios: [
      'order-saga.yaml',
      'patterns/saga-choreography.yaml',
      'patterns/saga-compensation.yaml',
    ],
  },
  {
    name: 'database per service',
    others: ['data ownership'],
    text: 'Services with a database of their own fail apart; services that share one share its connections, locks and outages.',
    see: ['databases', 'connections', 'lockWait'],
    scenarios: ['shared-database.yaml', 'pool-exhaustion.yaml'],
  },
  {
    name: 'cache aside',
    others: ['read-through cache', 'write-behind cache', 'caching pattern'],
    text: 'Reads ask a cache first and load what it lacks. Judge it by the load that the source gets when the cache is empty or down, not only by the ratio of hits.',
    see: ['caches', 'hitRatio', 'coalesce'],
    scenarios: [
      'cache-stampede.yaml',
      'patterns/cache-down.yaml',
      'patterns/cache-write-behind.yaml',
    ],
  },
  {
    name: 'event-driven architecture',
    others: ['publish subscribe', 'pub/sub', 'event bus', 'domain events'],
    text: 'Services react to events instead of being called. A slow or broken subscriber no longer delays its publisher; its backlog grows instead, and its data are late.',
    see: ['topics', 'lag', 'age'],
    scenarios: ['event-backlog.yaml', 'patterns/bus-events.yaml'],
  },
  {
    name: 'competing consumers',
    others: ['work queue', 'queue-based load leveling', 'message queue'],
    text: 'Workers share a queue, which levels peaks. Watch the age of the oldest message, redeliveries, and the messages that no worker can handle.',
    see: ['queues', 'age', 'redeliveries', 'deadLettered'],
    scenarios: ['patterns/queue-prefetch.yaml', 'patterns/dead-letter-redrive.yaml'],
  },
  {
    name: 'blue-green deployment',
    others: ['canary release', 'rolling update', 'progressive delivery', 'deployment strategy'],
    text: 'Ways to replace a version by the next one. They differ in how many requests a bad version gets before it is rolled back, and in the replicas that they need.',
    see: ['rollout', 'rollout.exposed'],
    scenarios: [
      'release-gate.yaml',
      'patterns/rollout-bad-version.yaml',
      'patterns/rollout-rolling.yaml',
      'patterns/canary-routes.yaml',
      'patterns/gateway-rollout.yaml',
    ],
  },
  {
    name: 'load shedding',
    others: ['backpressure', 'admission control'],
    text: 'A process turns requests away before they cost anything, so that the rest is answered in time. Without it, a queue serves requests that their users have given up.',
    see: ['admission', 'queue', 'concurrencyLimit', 'goodput'],
    scenarios: [
      'patterns/server-admission.yaml',
      'patterns/shed-by-priority.yaml',
      'patterns/queue-codel.yaml',
    ],
  },
  {
    name: 'serverless',
    others: ['faas', 'lambda', 'function as a service'],
    text: 'Environments are created on demand. Each new one costs a cold start, and the limit of concurrency is shared by all functions of an account.',
    see: ['functions', 'coldStarts', 'environments'],
    scenarios: ['patterns/function-cold-starts.yaml', 'patterns/function-noisy-neighbour.yaml'],
  },
  {
    name: 'zero trust',
    others: ['mutual tls', 'mtls'],
    text: 'Every hop authenticates its caller. Handshakes and checks cost time on each call, and a certificate that expires stops the calls.',
    see: ['protocol', 'certExpiry', 'middleware'],
    scenarios: [
      'patterns/zero-trust-hops.yaml',
      'patterns/cert-expiry.yaml',
      'patterns/handshake-cost.yaml',
    ],
  },
  {
    name: 'chaos engineering',
    others: ['fault injection', 'game day'],
    text: 'A hypothesis about users, and a fault that may refute it. The verdict says whether it held, in how many runs, and what broke first.',
    see: ['faults', 'hypothesis', 'budgets'],
    scenarios: ['checkout.yaml', 'patterns/fault-when.yaml'],
  },
  {
    name: 'read replica',
    others: ['replication', 'leader follower', 'primary replica'],
    text: 'Copies of a database answer reads and take over when the primary fails. Reads can be stale, and writes that were not copied yet are lost with the primary.',
    see: ['replicas', 'replicaLag', 'failover', 'lostWrites'],
    scenarios: [
      'patterns/read-replicas.yaml',
      'patterns/failover.yaml',
      'patterns/split-brain.yaml',
    ],
  },
];

/** The page of a pattern by any of its names. */
export function patternPages(name: string): readonly string[] {
  const plain = plainName(name);
  return PATTERNS.filter((own) =>
    [own.name, ...own.others].some((each) => plainName(each) === plain),
  ).map(patternPage);
}

/** All names of patterns. */
export function patternNames(): readonly string[] {
  return PATTERNS.flatMap(({ name, others }) => [name, ...others]);
}

function patternPage({ name, others, text, see, scenarios }: ArchitecturePattern): string {
  const commands = scenarios.map((path) => `  faultline run scenarios/${path}`);
  return [
    `${name}, a pattern of architecture (also: ${others.join(', ')})`,
    paragraph(text),
    paragraph(`Pages: ${see.join(', ')}.`),
    `Scenarios:\n${commands.join('\n')}`,
  ].join('\n\n');
}
