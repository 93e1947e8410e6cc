import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { guess } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';

/** Gateways by `namespace/name`. */
export function gatewaysOf(system: System): Map<string, Component> {
  return system.shared('gateway-api', () => new Map<string, Component>());
}

/** What carries out a gateway, by the name of its class. Istio, Contour, Cilium and Envoy Gateway run Envoy. */
const PRODUCTS: readonly (readonly [RegExp, string])[] = [
  [/nginx/i, 'nginx'],
  [/kong/i, 'kong'],
];

/** Gateways of the Gateway API: the entrance of a cluster. */
export const apiGateways: DocumentKind = {
  recognises: resource(/^gateway\.networking\.k8s\.io$/, 'Gateway', 'GatewayClass'),
  read(document, system) {
    const isClass = document.get('kind')?.text() === 'GatewayClass';
    const className = document.get('spec', 'gatewayClassName');
    const name = document.get('metadata', 'name');
    if (!isClass) {
      system.later('parts', () => {
        const wanted = name?.text() ?? 'gateway';
        const product = PRODUCTS.find(([pattern]) => pattern.test(className?.text() ?? ''));
        const component = system.add(wanted, {
          namespace: namespaceOf(document),
          section: 'gateways',
          product: product?.[1] ?? 'envoy',
          origins: name === undefined ? [] : [name],
        });
        component.fields.set('replicas', guess(2));
        gatewaysOf(system).set(`${namespaceOf(document)}/${wanted}`, component);
      });
    }
    listBelow(document, {
      apiVersion: REASON.kind,
      kind: REASON.kind,
      metadata: REASON.name,
      'spec.gatewayClassName': 'says which program carries out the gateway',
      'spec.controllerName': 'says which program carries out the gateway',
      'spec.description': REASON.name,
      'spec.parametersRef': 'the values are in another object',
      'spec.listeners': REASON.port,
      'spec.addresses': 'addresses are not simulated',
      'spec.infrastructure': REASON.program,
      'spec.allowedListeners': REASON.label,
      'spec.tls': REASON.security,
      status: 'the state of the moment is no setting',
    });
  },
};
