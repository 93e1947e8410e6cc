import { REASON } from '../../reasons.js';
import { map } from '../../written.js';
import { secondsOf } from '../kubernetes/quantities.js';
import { backendConfigOf } from './backend-config.js';
import { byDefault, GENERIC, type Controller } from './controller.js';
import { bySession } from '../sticky.js';

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

/** Those that run Envoy: 15 s for each route. */
export const envoys: Controller = {
  ...GENERIC,
  named: /contour|istio|cilium|ambassador|gloo/,
  product: 'envoy',
};
