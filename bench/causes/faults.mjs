// Injected faults: severe ones, which hurt users, and harmless ones beside them.
import { policyName } from './scenario.mjs';

/** Mechanisms that a slow or silent callee can cause at its caller. */
const SLOW = [
  'calleeTimeout',
  'slow',
  'queueWait',
  'queueFull',
  'blockedSlots',
  'poolWait',
  'deadline',
  'breakerOpen',
  'limited',
  'calleeError',
  'abandoned',
];
const FAILS = ['calleeError', 'breakerOpen', 'retryLoad'];
const WIRE = [
  'slowNetwork',
  'netLoss',
  'slow',
  'calleeTimeout',
  'blockedSlots',
  'limited',
  'breakerOpen',
  'deadline',
  'abandoned',
  'poolWait',
];

/** Kinds of severe faults. `hit`: the node or call; null if the topology has none. */
export const FAULT_KINDS = {
  slow: {
    mechanisms: SLOW.filter((name) => name !== 'calleeError'),
    make: (random, { nodes }) =>
      onNode(pickNode(random, nodes, isInner), (name) => ({
        kind: 'slow',
        target: name,
        factor: random.whole(8, 20),
      })),
  },
  error: {
    mechanisms: FAILS,
    make: (random, { nodes }) =>
      onNode(pickNode(random, nodes, isInner), (name) => ({
        kind: 'error',
        target: name,
        share: `${random.whole(60, 100)}%`,
      })),
  },
  crash: {
    mechanisms: [...SLOW, 'netLoss'],
    make: (random, { nodes }) =>
      onNode(pickNode(random, nodes, isInnerService), (name) => ({ kind: 'crash', target: name })),
  },
  capacity: {
    mechanisms: [...SLOW, 'netLoss'],
    make: capacityLoss,
  },
  hang: {
    mechanisms: SLOW.filter((name) => name !== 'calleeError'),
    make: (random, { nodes }) =>
      onNode(pickNode(random, nodes, isInnerService), (name) => ({ kind: 'hang', target: name })),
  },
  latency: {
    mechanisms: WIRE,
    make: (random, { nodes }) =>
      onCall(pickCall(random, nodes), (edge) => ({
        kind: 'latency',
        target: edge,
        add: `${random.whole(150, 600)}ms`,
      })),
  },
  loss: {
    mechanisms: WIRE,
    make: (random, { nodes }) =>
      onCall(pickCall(random, nodes), (edge) => ({
        kind: 'loss',
        target: edge,
        share: `${random.whole(20, 50)}%`,
      })),
  },
  connectionLeak: {
    needs: { database: true },
    mechanisms: [
      'poolWait',
      'heldConnections',
      'blockedSlots',
      'calleeTimeout',
      'queueFull',
      'queueWait',
      'calleeError',
      'slow',
      'limited',
      'breakerOpen',
    ],
    make: leak,
  },
  flush: {
    needs: { cache: true },
    mechanisms: [...SLOW, 'cacheMisses'],
    make: (random, { nodes }) =>
      onNode(
        nodes.find(({ kind }) => kind === 'cached'),
        (name, { cache }) => ({ kind: 'flush', target: cache }),
      ),
  },
  change: {
    mechanisms: ['calleeTimeout', 'breakerOpen', 'retryLoad', 'blockedSlots', 'limited'],
    make: badTimeout,
  },
  load: {
    mechanisms: [],
    make: (random) => ({
      fault: { kind: 'load', target: 'users', factor: random.whole(25, 50) / 10 },
      subjects: ['users'],
    }),
  },
};

const isInner = ({ layer, kind }) => layer > 0 && kind !== 'cached';
const isInnerService = ({ layer, kind }) => layer > 0 && kind === 'service';

/** A node by the rate of its calls, so that users notice. */
function pickNode(random, nodes, isWanted) {
  const wanted = nodes.filter((node) => isWanted(node) && node.callers.length > 0);
  return wanted.length === 0 ? null : random.weighted(wanted.map((node) => [node.rate, node]));
}

function pickCall(random, nodes) {
  const calls = nodes.flatMap((from) =>
    from.calls
      .filter(({ to }) => to.kind === 'service')
      .map((call) => [from.rate * call.share, { from, call }]),
  );
  return calls.length === 0 ? null : random.weighted(calls);
}

function onNode(node, make) {
  if (node === null || node === undefined) return null;
  return { fault: make(node.name, node), subjects: [node.name], node };
}

function onCall(found, make) {
  if (found === null) return null;
  const { from, call } = found;
  return {
    fault: make(`${from.name}->${call.to.name}`),
    subjects: [from.name, call.to.name],
    node: call.to,
  };
}

function capacityLoss(random, { nodes }) {
  const node = pickNode(random, nodes, (one) => isInnerService(one) && one.replicas > 1);
  return onNode(node, (name) => ({ kind: 'crash', target: name, instances: node.replicas - 1 }));
}

/** Calls to a database that never return their connection. */
function leak(random, { nodes }) {
  const found = nodes.flatMap((from) =>
    from.calls
      .filter(({ to }) => to.kind === 'database')
      .map((call) => [from.rate * call.share, { from, call }]),
  );
  if (found.length === 0) return null;
  const { from, call } = random.weighted(found);
  return {
    fault: { kind: 'connectionLeak', target: from.name, share: `${random.whole(5, 25)}%` },
    subjects: [from.name, call.to.name],
    node: call.to,
  };
}

/** A timeout below the time that the callee needs. */
function badTimeout(random, { nodes }) {
  const found = nodes.flatMap((from) =>
    from.calls
      .filter(({ to, policy }) => policy !== null && to.kind === 'service')
      .map((call) => [from.rate * call.share, { from, call }]),
  );
  if (found.length === 0) return null;
  const { from, call } = random.weighted(found);
  const timeout = `${Math.max(1, Math.floor(call.to.spentMs / random.whole(2, 5)))}ms`;
  return {
    fault: { kind: 'change', set: { [`policies.${policyName(from, call)}.timeout`]: timeout } },
    subjects: [from.name, call.to.name],
    node: call.to,
  };
}

/** Faults that do no harm that a user would notice. */
const MILD = [
  (random, node) => ({ kind: 'slow', target: node.name, factor: random.pick([1.1, 1.2, 1.3]) }),
  (random, node) => ({
    kind: 'error',
    target: node.name,
    share: random.pick(['0.1%', '0.2%', '0.3%']),
  }),
  (random, node) =>
    node.kind === 'service' && node.replicas > 2 && node.utilization < 0.5
      ? { kind: 'crash', target: node.name, instances: 1 }
      : null,
  (random, node) => {
    const [caller] = node.callers;
    return node.kind === 'service'
      ? { kind: 'latency', target: `${caller.name}->${node.name}`, add: `${random.whole(1, 4)}ms` }
      : null;
  },
  (random) => ({ kind: 'load', target: 'users', factor: random.pick([1.03, 1.05]) }),
  // Its target has hardly any calls.
  (random, node) => (node.rate < 0.5 ? { kind: 'slow', target: node.name, factor: 3 } : null),
];

/** A harmless fault at a node other than those given; null if none was found. */
export function mildFault(random, { nodes }, avoid) {
  for (let tries = 0; tries < 20; tries++) {
    const node = random.pick(nodes);
    if (node.layer === 0 || node.kind === 'cached' || avoid.has(node.name)) continue;
    const fault = random.pick(MILD)(random, node);
    if (fault !== null) return { fault, subjects: [node.name], node };
  }
  return null;
}
