import { listBelow, REASON } from '../../reasons.js';
import { namespaceOf, resource, textsOf, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';

/** Services: the name by which others reach pods. */
export const services: DocumentKind = {
  recognises: resource(/^$/, 'Service'),
  read(document, system) {
    const spec = document.get('spec');
    clusterOf(system).services.push({
      name: document.get('metadata', 'name')?.text() ?? 'unnamed',
      namespace: namespaceOf(document),
      selector: textsOf(spec?.get('selector')),
      document,
    });
    const address = 'addresses are not simulated';
    listBelow(document, {
      apiVersion: REASON.kind,
      kind: REASON.kind,
      metadata: REASON.name,
      'spec.selector': REASON.label,
      'spec.ports': REASON.port,
      'spec.type': 'only LoadBalancer and NodePort make an entrance from outside',
      'spec.clusterIP': address,
      'spec.clusterIPs': address,
      'spec.externalName': address,
      'spec.ipFamilies': address,
      'spec.ipFamilyPolicy': address,
      'spec.loadBalancerIP': address,
      'spec.loadBalancerClass': address,
      'spec.loadBalancerSourceRanges': address,
      'spec.externalIPs': address,
      'spec.externalTrafficPolicy': address,
      'spec.publishNotReadyAddresses': 'callers find only instances that are ready',
      'spec.sessionAffinity': 'a call has no address of a client that could stay with an instance',
      'spec.sessionAffinityConfig':
        'a call has no address of a client that could stay with an instance',
    });
  },
};
