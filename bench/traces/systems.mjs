// Systems with a known structure: random trees of services with sequences, parallel calls, loops, calls of some executions,
// timeouts with repetitions, databases, and 1 to 16 cores.

/** Uniform numbers in [0, 1). Source: Tommy Ettinger's mulberry32. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const CORES = [1, 2, 4, 8, 16];
const LAWS = [
  (ms) => `exponential(${ms}ms)`,
  (ms) => `gamma(mean=${ms}ms cv=0.5)`,
  (ms) => `lognormal(mean=${ms}ms cv=1.2)`,
  (ms) => `${ms}ms`,
];

/** A system: its services with the shape and the own time that traces should show, and its scenario at a load. */
export function systemOf(seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const services = [];
  const build = (depth, rate) => {
    const name = `s${services.length}`;
    const service = { name, cores: pick(CORES), steps: [], shape: [], ms: 0, rate };
    services.push(service);
    work(service, pick, next);
    const calls = depth === 0 ? 0 : 1 + Math.floor(next() * 3);
    for (let k = 0; k < calls; k++) call(service, depth, build, next);
    if (depth === 0 && next() < 0.3) query(service);
    return service;
  };
  build(2, 1);
  return services;
}

function work(service, pick, next) {
  const ms = Number((0.5 + 8 * next()).toFixed(2));
  service.steps.push(`{ work: ${pick(LAWS)(ms)} }`);
  service.shape.push('work');
  service.ms += ms;
}

function query(service) {
  service.steps.push('{ query: db.select }');
  service.shape.push('db select');
}

function call(service, depth, build, next) {
  const kind = next();
  const leaf = (rate) => build(depth - 1, rate).name;
  const text = (name) => `call: ${name}.get`;
  if (kind < 0.2) {
    const names = [leaf(service.rate), leaf(service.rate)];
    const branches = names.map((name) => `[ { ${text(name)} } ]`);
    service.steps.push(`{ parallel: [ ${branches.join(', ')} ] }`);
    service.shape.push(
      `{${names
        .map((name) => `${name} POST /get`)
        .sort()
        .join(' | ')}}`,
    );
  } else if (kind < 0.4) {
    const name = leaf(3 * service.rate);
    service.steps.push(`{ loop: { times: 3, steps: [ { ${text(name)} } ] } }`);
    service.shape.push(`3 x [${name} POST /get]`);
  } else if (kind < 0.6) {
    const name = leaf(0.3 * service.rate);
    service.steps.push(`{ ${text(name)}, probability: 30% }`);
    service.shape.push(`maybe ${name} POST /get`);
  } else {
    const name = leaf(service.rate);
    service.steps.push(`{ ${text(name)} }`);
    service.shape.push(`${name} POST /get`);
  }
}

/** Requests a second at a share of the load at which the first service saturates. */
export function perSecondOf(services, load) {
  const limits = services.map(({ ms, cores, rate }) => (1000 * cores) / (ms * rate));
  return load * Math.min(...limits);
}

/** The scenario at a share of the load at which the first service saturates, for a number of spans. */
export function scenarioOf(services, load, spans) {
  const perSecond = perSecondOf(services, load);
  const perRequest = 2 + services.reduce((sum, { rate }) => sum + 2 * rate, 0);
  const seconds = Math.max(5, Math.round(spans / perRequest / perSecond));
  const texts = services.map(
    ({ name, cores, steps }) =>
      `  ${name}: { cpu: { cores: ${cores} }, concurrency: 10000, endpoints: { get: [ ${steps.join(', ')} ] } }`,
  );
  return `faultline: 1
title: System of the bench
run: { duration: ${seconds}s, warmup: 5s, replications: 1 }
network: { latency: lognormal(p50=0.3ms p99=1ms) }
services:
${texts.join('\n')}
databases:
  db: { kind: postgres, cpu: 16, operations: { select: exponential(1ms) } }
workloads:
  users: { arrivals: poisson(${perSecond.toFixed(3)}/s), requests: [ { call: s0.get } ] }
`;
}
