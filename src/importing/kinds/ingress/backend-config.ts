import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';

/** BackendConfigs of GKE: settings of the load balancer for the pods of a Service, by `namespace/name`. */
function backendConfigsOf(system: System): Map<string, Cell> {
  return system.shared('BackendConfigs', () => new Map<string, Cell>());
}

/** Settings of GKE for a Service. Source: cloud.google.com, Customize Ingress with BackendConfig parameters. */
export const backendConfigs: DocumentKind = {
  recognises: resource(/^cloud\.google\.com$/, 'BackendConfig'),
  read(document, system) {
    const name = document.get('metadata', 'name')?.text() ?? '';
    backendConfigsOf(system).set(`${namespaceOf(document)}/${name}`, document);
    system.later('policies', () => {
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        'spec.timeoutSec': 'no Ingress leads to a Service with this BackendConfig',
        'spec.healthCheck': 'write `healthChecks` of the service',
        'spec.connectionDraining': 'write `lifecycle.drain` of the service',
        'spec.sessionAffinity': 'no session is the default, or no Ingress leads to its Service',
        'spec.cdn': 'write `cache` in `middleware` of the gateway',
      });
      document.list(REASON.security);
    });
  },
};

/** The BackendConfig that a Service names in its annotation, which is JSON: that of all ports, else the first one. */
export function backendConfigOf(
  service: string,
  namespace: string,
  system: System,
): Cell | undefined {
  const found = clusterOf(system).services.find(
    (one) => one.name === service && one.namespace === namespace,
  );
  const annotations = found?.document.get('metadata', 'annotations');
  const text =
    annotations?.get('cloud.google.com/backend-config') ??
    annotations?.get('beta.cloud.google.com/backend-config');
  const [, name] = /"(?:default|[\w-]+)"\s*:\s*"([\w.-]+)"/.exec(text?.text() ?? '') ?? [];
  return backendConfigsOf(system).get(`${namespace}/${name}`)?.get('spec');
}
