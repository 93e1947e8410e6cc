import { listBelow, REASON } from '../../reasons.js';
import { guess, plain } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { istioMesh } from './mesh.js';

/** Gateways: the entrance of a mesh. */
export const gateways: DocumentKind = {
  recognises: resource(/^networking\.istio\.io$/, 'Gateway'),
  read(document, system) {
    const mesh = istioMesh(system);
    system.later('parts', () => {
      const name = document.get('metadata', 'name');
      const wanted = name?.text() ?? 'gateway';
      const component = system.add(wanted, {
        namespace: namespaceOf(document),
        section: 'gateways',
        product: 'envoy',
        origins: name === undefined ? [] : [name],
      });
      component.fields.set('replicas', guess(2));
      mesh.gateways.set(wanted, component);
    });
    listBelow(document, {
      apiVersion: REASON.kind,
      kind: REASON.kind,
      metadata: REASON.name,
      'spec.selector': REASON.label,
      'spec.servers': REASON.port,
    });
  },
};

/** Services outside the mesh. */
export const serviceEntries: DocumentKind = {
  recognises: resource(/^networking\.istio\.io$/, 'ServiceEntry'),
  read(document, system) {
    istioMesh(system);
    const namespace = namespaceOf(document);
    for (const host of document.get('spec', 'hosts')?.items() ?? []) {
      const wanted = host.text();
      if (wanted === undefined || wanted.includes('*')) continue;
      system.later('parts', () => {
        const component = system.add(wanted, { namespace, origins: [host] });
        component.fields.set('external', plain(true));
        system.addHost(wanted, namespace, component);
      });
    }
    listBelow(document, {
      apiVersion: REASON.kind,
      kind: REASON.kind,
      metadata: REASON.name,
      'spec.hosts': 'a pattern names no single service',
      'spec.ports': REASON.port,
      'spec.location': 'a service outside is external, wherever it is',
      'spec.resolution': 'addresses are not simulated',
      'spec.endpoints': 'addresses are not simulated',
      'spec.addresses': 'addresses are not simulated',
      'spec.exportTo': REASON.label,
      'spec.subjectAltNames': REASON.security,
    });
  },
};
