// Random topologies: a gateway or service that users call, services in between, a bottleneck at the end of one chain, and
// side services that have nothing to do with it.

const MS = (ms) => `${Math.round(ms * 1000)}us`;

/**
 * A chain from users to a bottleneck. `retries`: attempts after the first, on the edge to the bottleneck. The capacity is
 * that of the bottleneck, in executions per second.
 */
export function chainOf(
  random,
  { retries, timeoutMs, queue, cancellation = 'ignore', replicas = 1, capacity },
) {
  const depth = random.whole(0, 2);
  const workers = random.whole(2, 6);
  const meanMs = (workers * replicas * 1000) / capacity;
  const names = ['front', ...Array.from({ length: depth }, (_, k) => `mid${k}`)];
  const policy = {
    // A first attempt at an idle bottleneck is never too late.
    timeout: `${Math.max(timeoutMs, Math.round(6 * meanMs))}ms`,
    ...(retries > 0 ? { retry: { attempts: retries + 1, on: ['any'] } } : {}),
  };
  const services = {
    store: {
      replicas,
      concurrency: workers,
      queue: { capacity: queue },
      cancellation,
      endpoints: {
        get: {
          readOnly: true,
          steps: [{ wait: random.chance(0.7) ? `exponential(${MS(meanMs)})` : MS(meanMs) }],
        },
      },
    },
  };
  names.forEach((name, k) => {
    const next = names[k + 1];
    const call = next === undefined ? { call: 'store.get', policy } : { call: `${next}.get` };
    const steps = [{ wait: `exponential(${MS(random.between(0.5, 4))})` }, call];
    if (random.chance(0.3)) steps.splice(1, 0, { call: `side${k}.get` });
    services[name] = { runtime: 'async', endpoints: { get: { readOnly: true, steps } } };
    if (JSON.stringify(steps).includes(`side${k}`)) {
      services[`side${k}`] = {
        runtime: 'async',
        endpoints: {
          get: { readOnly: true, steps: [{ wait: `exponential(${MS(random.between(1, 8))})` }] },
        },
      };
    }
  });
  return { services, workers, meanMs };
}

/** A scenario document with one workload that calls the front. */
export function scenarioOf({ seed, duration, services, arrivals, faults = [], more = {} }) {
  return {
    faultline: 1,
    title: 'a generated case',
    run: { duration: `${duration}s`, warmup: '5s', seed },
    services,
    workloads: {
      users: { arrivals, patience: '10s', requests: [{ name: 'get', call: 'front.get' }] },
    },
    faults,
    ...more,
  };
}

/** Arrivals whose rate changes at given times: pairs of seconds and rate. */
export function stagesOf(start, changes, duration) {
  const stages = [];
  let at = 0;
  let rate = start;
  for (const [time, next] of changes) {
    stages.push(
      { duration: `${time - at}s`, target: `${rate}/s` },
      { duration: '0s', target: `${next}/s` },
    );
    at = time;
    rate = next;
  }
  stages.push({ duration: `${duration - at}s`, target: `${rate}/s` });
  return { kind: 'stages', start: `${start}/s`, stages };
}
