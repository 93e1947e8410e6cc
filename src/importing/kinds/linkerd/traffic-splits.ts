import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { sharesOf, targetsIn } from '../../targets.js';
import { from, list, map, plain } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { meshOf } from '../mesh.js';
import { linkerdMesh } from './mesh.js';

/** Shares of the calls of a service, of the Service Mesh Interface: of Linkerd where no other mesh is in the files. */
export const trafficSplits: DocumentKind = {
  recognises: resource(/^split\.smi-spec\.io$/, 'TrafficSplit'),
  read(document, system) {
    system.later('routes', () => {
      addSplit(document, system);
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        'spec.service': 'no service of these files has this name, or all calls stay with it',
        'spec.backends': 'no service of these files has this name, or it gets all calls',
        'spec.matches': 'write `match` of the route, which has headers alone',
      });
    });
  },
};

function addSplit(document: Cell, system: System): void {
  const namespace = namespaceOf(document);
  const service = document.get('spec', 'service');
  const callee = system.find(service?.text() ?? '', namespace);
  const targets = targetsIn(
    (document.get('spec', 'backends')?.items() ?? []).flatMap((backend) => {
      const name = backend.get('service');
      const weight = backend.get('weight');
      const component = system.find(name?.text() ?? '', namespace);
      if (component?.section !== 'services' || name === undefined) return [];
      if (component !== callee) system.inner.set(component, name);
      const part = system.partAt(name.text()!, namespace);
      return [{ name: part, share: shareOf(weight), origins: [weight, name] }];
    }),
  );
  const [first] = targets;
  if (callee?.section !== 'services' || first === undefined) return;
  if (targets.length === 1 && first.name === callee.name) return;
  if (meshOf(system).products.length === 0) linkerdMesh(system);
  const to = targets.length === 1 ? from(first.name, ...first.origins) : sharesOf(targets);
  meshOf(system).routes.set(callee, list([map({ name: plain('split'), to }, [service])]));
}

/** `500m` is half, as a quantity of Kubernetes. */
function shareOf(cell: Cell | undefined): number {
  const [, digits = '0', unit = ''] = /^(\d+(?:\.\d+)?)(m?)$/.exec(cell?.text() ?? '') ?? [];
  return Number(digits) * (unit === 'm' ? 1 : 1000);
}
