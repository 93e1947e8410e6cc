// A fleet of a hundred services with everything around them, as a scenario: a gateway, 10 services behind it that call
// 30 others, and these call 59 more; probes, autoscalers, a mesh, a registry, three faults.

/** Requests per second at the gateway. */
const RATE = 2000;

/** The text of the scenario. `controls`: with probes, autoscalers and the registry. */
export function fleet({ seconds = 300, controls = true } = {}) {
  const services = [];
  const name = (layer, index) => `${layer}-${String(index).padStart(2, '0')}`;
  const probes =
    'probes: { readiness: { period: 10s, timeout: 1s }, liveness: { period: 10s, timeout: 1s } }';
  const scaling =
    'autoscaling: { metric: cpu, target: 60%, min: 3, max: 8 }, lifecycle: { startup: 5s }';
  const around = controls ? `${probes}, ${scaling}, discovery: { registry: names }` : '';
  const service = (own, steps, work) =>
    services.push(
      `  ${own}: { replicas: 3, runtime: async, cpu: 2, ${around === '' ? '' : `${around}, `}outbound: { default: calls }, endpoints: { get: { readOnly: true, steps: [ work: exponential(${work}), ${steps} ] } } }`,
    );
  for (let k = 0; k < 10; k++) {
    const calls = [0, 1].map((j) => `call: ${name('mid', (3 * k + 7 * j) % 30)}.get`);
    service(
      name('edge', k),
      `parallel: [ ${calls.map((call) => `{ ${call} }`).join(', ')} ]`,
      '1ms',
    );
  }
  for (let k = 0; k < 30; k++)
    service(name('mid', k), `call: ${name('leaf', (2 * k) % 59)}.get`, '1ms');
  for (let k = 0; k < 59; k++) service(name('leaf', k), 'wait: 2ms', '500us');
  service('audit', 'wait: 1ms', '500us');
  const routes = Array.from(
    { length: 10 },
    (_, k) =>
      `      - { name: ${name('edge', k)}, match: { path: /${name('edge', k)}/* }, to: ${name('edge', k)}.get }`,
  );
  const requests = Array.from(
    { length: 10 },
    (_, k) => `      - { name: ${name('edge', k)}, call: edge, path: /${name('edge', k)}/items }`,
  );
  return `faultline: 1
title: A hundred services
run: { duration: ${seconds}s, seed: 5 }
platform: { kind: kubernetes }
network: { latency: 200us }
${controls ? 'registries: { names: { kind: kubernetes } }\n' : ''}mesh: { kind: istio }
policies:
  calls: { timeout: 500ms, retry: { attempts: 2, backoff: { kind: exponential, base: 25ms } } }
gateways:
  edge:
    replicas: 6
    cpu: 4
    routes:
${routes.join('\n')}
services:
${services.join('\n')}
workloads:
  users:
    arrivals: poisson(${RATE}/s)
    requests:
${requests.join('\n')}
faults:
  - { id: crash, kind: crash, target: 'mid-03[0]', at: 60s, for: 20s }
  - { id: slow, kind: slow, target: leaf-06, factor: 5, at: 120s, for: 30s }
  - { id: errors, kind: error, target: leaf-14, share: 30%, at: 200s, for: 30s }
`;
}
