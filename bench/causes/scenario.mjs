// A topology as a scenario of the public language.
import { DURATION, WARMUP } from './topology.mjs';

/** Name of the policy of a call. */
export const policyName = (caller, { to }) => `${caller.name}-${to.name}`;

/** Law of a service time. */
function timeOf({ law, ownMs }) {
  return law === 'lognormal' ? `lognormal(mean=${ownMs}ms cv=0.8)` : `exponential(${ownMs}ms)`;
}

/** The scenario of a topology, without faults. */
export function scenarioOf({ nodes, entries, rate }, title, seed) {
  const scenario = {
    faultline: 1,
    title,
    run: { duration: `${DURATION}s`, warmup: `${WARMUP}s`, seed, replications: 3 },
    network: { latency: '0.3ms' },
    policies: {},
    services: {},
    databases: {},
  };
  for (const node of nodes) {
    if (node.kind === 'service') scenario.services[node.name] = serviceOf(node, scenario.policies);
    else scenario.databases[node.name] = databaseOf(node);
    if (node.kind === 'cached') addCache(scenario, node);
  }
  for (const section of ['databases', 'policies']) {
    if (Object.keys(scenario[section]).length === 0) delete scenario[section];
  }
  const requests = entries.map(({ name, weight }) => ({ name, call: `${name}.go`, weight }));
  const arrivals = `poisson(${Math.round(rate * 10) / 10}/s)`;
  scenario.workloads = { users: { arrivals, patience: '5s', requests } };
  return scenario;
}

function serviceOf(node, policies) {
  const service = { replicas: node.replicas, concurrency: node.workers };
  service.queue = { capacity: node.queue };
  if (node.runtime === 'async') service.runtime = 'async';
  if (node.isExternal) service.external = true;
  const verb = node.runtime === 'async' ? 'work' : 'wait';
  const steps = [{ [verb]: timeOf(node) }];
  const outbound = {};
  const calls = node.calls.map((call) => {
    if (call.policy === null) return stepOf(node, call, null);
    const name = policyName(node, call);
    policies[name] = call.policy;
    if (call.to.kind === 'service') outbound[call.to.name] = name;
    return stepOf(node, call, name);
  });
  if (node.isParallel) steps.push({ parallel: { branches: calls.map((step) => [step]) } });
  else steps.push(...calls);
  if (Object.keys(outbound).length > 0) service.outbound = outbound;
  service.endpoints = { go: { readOnly: true, steps } };
  return service;
}

function stepOf(node, { to, share }, policy) {
  const chance = share < 1 ? { probability: `${Math.round(100 * share)}%` } : {};
  if (to.kind === 'service') return { call: `${to.name}.go`, ...chance };
  const query = { query: `${to.name}.read`, ...(policy !== null && { policy }) };
  if (to.kind === 'database') return { ...query, ...chance };
  return { cache: { get: to.cache, onMiss: [query] }, ...chance };
}

function databaseOf(node) {
  const maxOpen = Math.max(4, Math.ceil((2 * node.workers) / Math.max(1, node.callers.length)));
  const pool = { maxOpen, acquireTimeout: '1s' };
  return { cpu: node.workers, pool, operations: { read: timeOf(node) } };
}

/** Entries live for a minute on average and expire at unlike times, so that a quarter of the reads miss. */
function addCache(scenario, node) {
  const count = Math.max(20, Math.round(node.rate * 9));
  scenario.keys = { ...scenario.keys, [`${node.cache}-key`]: `uniform(count=${count})` };
  const level = { name: 'shared', kind: 'redis', latency: '0.5ms', ttl: '60s', ttlJitter: '50%' };
  const cache = { keys: `${node.cache}-key`, warm: '100%', levels: [level] };
  scenario.caches = { ...scenario.caches, [node.cache]: cache };
}
