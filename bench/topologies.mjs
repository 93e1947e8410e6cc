// Scenarios of any size in a few shapes, to measure how cost grows with size. All calls of a scenario have the same policy,
// few requests per second, no probes and no scaling. The text of a shape depends only on its size.

/** Calls that a service of `layers` or `mesh` makes. */
const CALLS = 3;

/** Levels of `layers`. A request runs through all of them, so their number does not depend on the size. */
const LEVELS = 4;

/** The shapes by name: the text of the scenario with this many services, endpoints, faults or variants. */
export const SHAPES = { layers, chain, mesh, endpoints, faults, variants };

/** Services in levels; each calls three of the level below. */
export function layers(size) {
  const width = Math.ceil(size / LEVELS);
  const nameOf = (level, index) => `l${level}-s${index % width}`;
  const services = Array.from({ length: size }, (_, k) => {
    const level = Math.floor(k / width);
    const index = k % width;
    const last = Math.min(width, size - (level + 1) * width);
    const calls =
      level + 1 < LEVELS && last > 0
        ? Array.from({ length: CALLS }, (_, j) => nameOf(level + 1, (index * CALLS + j) % last))
        : [];
    return service(nameOf(level, index), [...new Set(calls)]);
  });
  return scenario(
    'layers',
    services,
    Array.from({ length: width }, (_, k) => nameOf(0, k)),
    'timeout: 1s, retry: { attempts: 2, backoff: { kind: constant, base: 10ms } }',
  );
}

/** Each service calls the next one. */
export function chain(size) {
  const services = Array.from({ length: size }, (_, k) =>
    service(`s${k}`, k + 1 < size ? [`s${k + 1}`] : []),
  );
  return scenario('chain', services, ['s0'], 'timeout: 1s');
}

/** Each service calls three others, and every one reaches every other. Each call is made in one of ten cases. */
export function mesh(size) {
  const services = Array.from({ length: size }, (_, k) => {
    const calls = [1, 7, 31].map((step) => `s${(k + step) % size}`);
    return service(
      `s${k}`,
      [...new Set(calls)].filter((name) => name !== `s${k}`),
      ', probability: 0.1',
    );
  });
  return scenario('mesh', services, ['s0'], 'timeout: 1s');
}

/** Two services: all endpoints of the first call one endpoint each of the second. */
export function endpoints(size) {
  const parts = Array.from({ length: Math.ceil(size / 2) }, (_, k) => `e${k}`);
  const front = parts.map((part) => `${part}: [ work: 1ms, call: back.${part} ]`);
  const back = parts.map((part) => `${part}: [ work: 1ms ]`);
  const services = [
    `  front: { outbound: { default: calls }, endpoints: { ${front.join(', ')} } }`,
    `  back: { endpoints: { ${back.join(', ')} } }`,
  ];
  return scenario(
    'endpoints',
    services,
    parts.map((part) => `front.${part}`),
    'timeout: 1s',
  );
}

/** Ten services, and a fault on one of them after the other. */
export function faults(size) {
  const each = Array.from(
    { length: size },
    (_, k) => `  - { id: f${k}, kind: slow, target: s${k % 10}, factor: 2, at: ${k}ms, for: 1ms }`,
  );
  return `${chain(10)}faults:\n${each.join('\n')}\n`;
}

/** Ten services, and variants that change the timeout of their calls. */
export function variants(size) {
  const each = Array.from(
    { length: size },
    (_, k) => `  - { name: v${k}, set: { policies.calls.timeout: ${k + 1}ms } }`,
  );
  return `${chain(10)}variants:\n${each.join('\n')}\n`;
}

/** This many messages, 10,000 a second, through twelve partitions to one group of twelve workers. */
export function messages(count) {
  return `faultline: 1
title: Messages
run: { duration: ${count / 10_000}s }
keys: { order: { kind: unique } }
topics:
  jobs: { kind: kafka, partitions: 12, subscribers: [ { group: workers, call: worker.handle } ] }
services:
  worker: { replicas: 12, endpoints: { handle: [ work: exponential(0.8ms) ] } }
workloads:
  users:
    arrivals: constant(10000/s)
    requests: [ { name: publish, steps: [ publish: { topic: jobs, key: order } ] } ]
`;
}

function service(name, calls, extra = '') {
  const steps = ['work: 1ms', ...calls.map((callee) => `{ call: ${callee}.get${extra} }`)];
  return `  ${name}: { outbound: { default: calls }, endpoints: { get: [ ${steps.join(', ')} ] } }`;
}

function scenario(title, services, entries, policy) {
  const requests = entries.map((entry, k) => {
    const target = entry.includes('.') ? entry : `${entry}.get`;
    return `      - { name: r${k}, call: ${target} }`;
  });
  return `faultline: 1
title: ${title}
run: { duration: 2s, seed: 1 }
policies:
  calls: { ${policy} }
services:
${services.join('\n')}
workloads:
  users:
    arrivals: poisson(10/s)
    requests:
${requests.join('\n')}
`;
}
