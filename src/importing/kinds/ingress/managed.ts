import { REASON } from '../../reasons.js';
import { from, map } from '../../written.js';
import { secondsOf } from '../kubernetes/quantities.js';
import { backendConfigOf } from './backend-config.js';
import { byDefault, GENERIC, STICKY, type Controller } from './controller.js';

const CHECKS =
  'checks of a load balancer are those of its callers: write `healthChecks` of the service';

/** Patterns with stars; without one a path is exact. */
const glob = (path: string): string => path;

/**
 * Application Load Balancer of AWS: an idle time of 60 s, and no retries. Source: aws-load-balancer-controller,
 * guide/ingress/annotations; Elastic Load Balancing, load balancer attributes.
 */
export const awsLoadBalancer: Controller = {
  ...GENERIC,
  named: /^alb$|ingress\.k8s\.aws/,
  prefix: 'alb.ingress.kubernetes.io/',
  group: 'group.name',
  pattern: glob,
  bundle(find) {
    const cell = find('load-balancer-attributes');
    const [, seconds] =
      /(?:^|,)\s*idle_timeout\.timeout_seconds=(\d+)/.exec(cell?.text() ?? '') ?? [];
    const timeout = seconds === undefined ? byDefault('60s', 'ALB') : from(`${seconds}s`, cell);
    return map({ timeout });
  },
  reasons: [
    ['healthcheck-', CHECKS],
    ['healthy-threshold-count', CHECKS],
    ['unhealthy-threshold-count', CHECKS],
    ['success-codes', CHECKS],
    ['target-type', 'a call reaches an instance, whatever is between'],
    ['target-group-attributes', 'write `loadBalancing` of the service'],
    ['load-balancer-attributes', 'only the idle time has a counterpart'],
    ['actions.', 'write the routes of the gateway: an action of its own is not read'],
    ['conditions.', 'write the routes of the gateway: a condition of its own is not read'],
    ['group.', REASON.name],
    ['load-balancer-name', REASON.name],
    ['tags', REASON.label],
    ['listen-ports', REASON.port],
    ['backend-protocol', REASON.port],
    ['ssl-redirect', 'a redirect reaches no service'],
    ['', REASON.security],
  ],
};

/** Load balancer of GKE: 30 s for a response (BackendConfig), and no retries. Source: cloud.google.com, Ingress configuration. */
export const googleLoadBalancer: Controller = {
  ...GENERIC,
  named: /^gce(-internal)?$|ingress-gce/,
  prefix: 'ingress.gcp.kubernetes.io/',
  marks: /^networking\.gke\.io\/|^kubernetes\.io\/ingress\.(global|regional)-static-ip-name$/,
  group: '',
  pattern: glob,
  ofService: backendConfigOf,
  deciding: ['timeoutSec'],
  bundle: (find) => map({ timeout: secondsOf(find('timeoutSec')) ?? byDefault('30s', 'GKE') }),
  reasons: [
    ['kubernetes.io/', 'addresses are not simulated'],
    ['', REASON.security],
  ],
};

/** Traefik repeats nothing and waits without a limit, unless a Middleware or a ServersTransport says so. */
export const traefik: Controller = {
  ...GENERIC,
  named: /traefik/,
  image: /(^|\/)traefik[:@]|(^|\/)traefik$/,
  prefix: 'traefik.ingress.kubernetes.io/',
  reasons: [
    [
      'router.middlewares',
      'the Middleware is in another object: write `middleware` and `policy` of the route',
    ],
    ['router.priority', 'the most exact path goes first: write the routes in another order'],
    ['service.sticky', STICKY],
    ['service.serverstransport', 'the limits are in another object: write `policy` of the route'],
    ['router.tls', REASON.security],
    ['router.', REASON.port],
    ['', REASON.port],
  ],
};

/** nginx of F5, which tries each pod once. Source: nginx/kubernetes-ingress. */
export const nginxOfF5: Controller = {
  ...GENERIC,
  named: /^nginx\.org\/|^nginx$/,
  image: /(^|\/)nginx\/nginx-ingress|nginx-plus-ingress/,
  prefix: 'nginx.org/',
  marks: /^nginx\.com\/|^appprotect(dos)?\.f5\.com\//,
  product: 'nginx',
  isEventLoop: true,
  reasons: [
    ['', 'annotations of nginx.org are not read: write `policy` and `middleware` of the route'],
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
