import { REASON } from '../../reasons.js';
import type { Cell } from '../../cell.js';
import type { System } from '../../system.js';
import { map } from '../../written.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { secondsOf } from '../kubernetes/quantities.js';
import { backendConfigOf } from './backend-config.js';
import { byDefault, GENERIC, type Controller } from './controller.js';
import { bySession } from './sticky.js';

/** Load balancer of GKE: 30 s for a response (BackendConfig), and no retries. Source: cloud.google.com, Ingress configuration. */
export const googleLoadBalancer: Controller = {
  ...GENERIC,
  named: /^gce(-internal)?$|ingress-gce/,
  prefix: 'ingress.gcp.kubernetes.io/',
  marks: /^networking\.gke\.io\/|^kubernetes\.io\/ingress\.(global|regional)-static-ip-name$/,
  group: '',
  pattern: (path) => path,
  ofService: backendConfigOf,
  deciding: ['timeoutSec', 'sessionAffinity'],
  bundle(find, system) {
    const affinity = find('sessionAffinity')?.get('affinityType');
    const isSticky = affinity !== undefined && affinity.text() !== 'NONE';
    return map({
      timeout: secondsOf(find('timeoutSec')) ?? byDefault('30s', 'GKE'),
      loadBalancing: isSticky ? bySession(affinity, system) : undefined,
    });
  },
  reasons: [
    ['kubernetes.io/', 'addresses are not simulated'],
    ['', REASON.security],
  ],
};

/** An annotation of the Service. */
const STICKY = 'traefik.ingress.kubernetes.io/service.sticky.cookie';

function serviceOf(name: string, namespace: string, system: System): Cell | undefined {
  const { services } = clusterOf(system);
  return services.find((one) => one.name === name && one.namespace === namespace)?.document;
}

/** Traefik repeats nothing and waits without a limit, unless a Middleware or a ServersTransport says so. */
export const traefik: Controller = {
  ...GENERIC,
  named: /traefik/,
  image: /(^|\/)traefik[:@]|(^|\/)traefik$/,
  prefix: 'traefik.ingress.kubernetes.io/',
  ofService: (service, namespace, system) =>
    serviceOf(service, namespace, system)?.get('metadata', 'annotations'),
  deciding: [STICKY],
  bundle(find, system) {
    const cookie = find(STICKY);
    return cookie?.text() === 'true' ? map({ loadBalancing: bySession(cookie, system) }) : null;
  },
  reasons: [
    [
      'router.middlewares',
      'the Middleware is in another object: write `middleware` and `policy` of the route',
    ],
    ['router.priority', 'the most exact path goes first: write the routes in another order'],
    ['service.sticky', 'Traefik reads it at the Service'],
    ['service.serverstransport', 'the limits are in another object: write `policy` of the route'],
    ['router.tls', REASON.security],
    ['router.', REASON.port],
    ['', REASON.port],
  ],
};

/** The Ingress controller of Kong: its plugins are other objects. */
export const kong: Controller = {
  ...GENERIC,
  named: /kong/,
  image: /(^|\/)kong(\/kong)?(-gateway)?[:@]/,
  prefix: 'konghq.com/',
  product: 'kong',
  isEventLoop: true,
  reasons: [
    ['strip-path', 'a path leads to a route, whatever it is rewritten to'],
    ['plugins', 'the KongPlugin is in another object: write `middleware` of the route'],
    ['', 'annotations of Kong are not read: write `policy` and `middleware` of the route'],
  ],
};

/** Those that run Envoy: 15 s for each route. */
export const envoys: Controller = {
  ...GENERIC,
  named: /contour|istio|cilium|ambassador|gloo/,
  product: 'envoy',
};
