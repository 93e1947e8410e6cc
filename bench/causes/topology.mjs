// Random topologies: a layered graph of services with shared nodes, unlike popular parents, databases, a cache, and
// random policies on the calls. Of the components about 13 % are entries, 39 % leaves, the others between them.

/** Simulated seconds after the warm-up, and of the warm-up. */
export const DURATION = 60;
export const WARMUP = 5;
/** Events per call, roughly: to choose a load for which a run has about `EVENTS` events. */
const EVENTS_PER_CALL = 3.5;
const EVENTS = { 10: 90_000, 30: 110_000, 100: 150_000 };

/**
 * A topology of `n` components. Nodes: name, kind (`service`, `database`, `cached`), layer, calls, the rate of their
 * calls, own time, workers. `needs`: features that a fault of the case acts on.
 */
export function topologyOf(random, n, needs = {}) {
  const taken = new Set(['users', 'all', 'run', 'base', 'self', 'none']);
  const nodes = layered(random, n, taken);
  connect(random, nodes);
  const entries = nodes.filter(({ layer }) => layer === 0);
  entries.forEach((entry) => (entry.weight = random.whole(1, 4)));
  const visits = visitsOf(nodes, entries);
  const rate = Math.min(400, EVENTS[n] / ((DURATION + WARMUP) * EVENTS_PER_CALL * visits));
  const factor = Math.max(rate, 12);
  nodes.forEach((node) => (node.rate *= factor));
  chooseLeaves(random, nodes, needs, taken);
  size(random, nodes);
  return { n, nodes, entries, rate: factor };
}

function layered(random, n, taken) {
  const entries = Math.max(1, Math.round(0.13 * n));
  const leaves = Math.round(0.39 * n);
  const depth = n >= 100 ? random.whole(3, 4) : n >= 30 ? random.whole(2, 3) : random.whole(1, 2);
  const nodes = [];
  const add = (layer, role) => {
    const name = random.name(taken);
    nodes.push({ name, layer, role, kind: 'service', calls: [], callers: [], rate: 0 });
  };
  for (let i = 0; i < entries; i++) add(0, 'entry');
  for (let i = 0; i < n - entries - leaves; i++) add(1 + (i % depth), 'middle');
  for (let i = 0; i < leaves; i++) add(random.whole(Math.max(1, depth), depth + 1), 'leaf');
  return nodes;
}

/** Gives every node a caller, 20 % of them a second one. Popular callers have many callees. */
function connect(random, nodes) {
  for (const node of nodes) {
    if (node.layer === 0) continue;
    const above = nodes.filter(({ layer, role }) => layer < node.layer && role !== 'leaf');
    const near = above.filter(({ layer }) => layer === node.layer - 1);
    const from = near.length > 0 ? near : above;
    const callers = new Set([random.weighted(from.map((caller, k) => [1 / (k + 1), caller]))]);
    if (random.chance(0.2)) callers.add(random.pick(above));
    for (const caller of callers) {
      const share = random.chance(0.45) ? 1 : random.whole(2, 8) / 10;
      caller.calls.push({ to: node, share });
      node.callers.push(caller);
    }
  }
  for (const node of nodes) node.isParallel = node.calls.length > 1 && random.chance(0.3);
}

/** Calls per user request, all components together; sets the rates for one request per second. */
function visitsOf(nodes, entries) {
  const all = entries.reduce((sum, { weight }) => sum + weight, 0);
  entries.forEach((entry) => (entry.rate = entry.weight / all));
  const ordered = [...nodes].sort((a, b) => a.layer - b.layer);
  let visits = 0;
  for (const node of ordered) {
    visits += node.rate;
    for (const { to, share } of node.calls) to.rate += node.rate * share;
  }
  return visits;
}

/** Turns some leaves into databases, one of them with a cache in front of it. */
function chooseLeaves(random, nodes, { cache = false, database = false }, taken) {
  const leaves = random.shuffled(nodes.filter(({ role }) => role === 'leaf'));
  leaves.sort((a, b) => Number(b.rate > 8) - Number(a.rate > 8));
  leaves.forEach((node, k) => {
    if (cache && k === 0) node.kind = 'cached';
    else if ((database && k < 2) || random.chance(0.3)) node.kind = 'database';
    if (node.kind === 'cached') node.cache = random.name(taken);
    node.isExternal = node.kind === 'service' && random.chance(0.15);
  });
}

/** Own times and workers, from the leaves up, for a utilisation between 0.3 and 0.7. */
function size(random, nodes) {
  const upward = [...nodes].sort((a, b) => b.layer - a.layer);
  for (const node of upward) {
    const used = random.between(0.3, 0.7);
    node.utilization = used;
    node.law = random.pick(['exponential', 'lognormal', 'exponential']);
    node.replicas = node.kind === 'service' ? random.whole(1, 3) : 1;
    node.runtime = node.kind === 'service' && random.chance(0.25) ? 'async' : 'threads';
    node.queue = random.pick([20, 50, 100, 200, 400]);
    if (node.calls.length === 0) sizeLeaf(random, node, used);
    else sizeCaller(random, node, used);
    for (const call of node.calls) call.policy = policyOf(random, call.to);
  }
}

/** Workers are chosen, and the own time follows from them, at most 80 ms. */
function sizeLeaf(random, node, used) {
  const rate = node.kind === 'cached' ? 0.25 * node.rate : node.rate;
  const workers = node.replicas * random.whole(2, 6);
  const own = Math.min(80, Math.max(2, (1000 * used * workers) / rate));
  const needed = Math.max(node.replicas, Math.ceil((rate * own) / 1000 / used));
  node.ownMs = Math.round(10 * own) / 10;
  node.workers = Math.max(2, Math.ceil(needed / node.replicas));
  node.spentMs = node.kind === 'cached' ? 1 + 0.25 * node.ownMs : node.ownMs;
}

/** The own time is chosen, and the workers follow from it and from the time of the calls. */
function sizeCaller(random, node, used) {
  node.ownMs = random.whole(10, 80) / 10;
  const times = node.calls.map(({ to, share }) => share * (to.spentMs + 1));
  const below = node.isParallel ? Math.max(...times) : times.reduce((sum, time) => sum + time, 0);
  node.spentMs = node.ownMs + below;
  const held = node.runtime === 'async' ? node.ownMs : node.spentMs;
  node.workers = 1 + Math.ceil((node.rate * held * 1.15) / 1000 / used / node.replicas);
}

/** A policy for the calls to a node; null without one. */
function policyOf(random, { spentMs }) {
  const kind = random.pick(['none', 'timeout', 'timeout', 'retry', 'retry', 'breaker', 'bulkhead']);
  if (kind === 'none') return null;
  const timeout = Math.ceil(Math.max(150, spentMs * random.between(10, 16)) / 10) * 10;
  const policy = { timeout: `${timeout}ms` };
  if (kind === 'retry' || random.chance(0.15)) {
    const backoff = { kind: 'exponential', base: '20ms', jitter: 'full' };
    policy.retry = { attempts: random.whole(2, 3), on: ['any'], backoff };
  }
  if (kind === 'breaker') {
    const breaker = { kind: 'resilience4j', slidingWindowSize: 50, minimumNumberOfCalls: 20 };
    policy.circuitBreaker = { ...breaker, waitDurationInOpenState: `${random.whole(2, 6)}s` };
  }
  if (kind === 'bulkhead') policy.bulkhead = { maxConcurrent: random.whole(10, 30) };
  return policy;
}
