import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { map } from '../../written.js';
import { namespaceOf, resource, textsOf, type DocumentKind } from '../kind.js';
import { clusterOf, isSelectedBy, type Cluster } from './cluster.js';
import { amountOf } from './quantities.js';

/** How many pods a drain of a node may stop at once. */
export const disruptionBudgets: DocumentKind = {
  recognises: resource(/^policy$/, 'PodDisruptionBudget'),
  read(document, system) {
    const cluster = clusterOf(system);
    system.later('settings', () => {
      for (const component of selectedBy(document, cluster, system)) limit(document, component);
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        'spec.selector': REASON.label,
        'spec.unhealthyPodEvictionPolicy': 'a drain counts ready pods alone',
        status: 'the state of the moment is no setting',
      });
      document.list(
        'no workload of these files has the labels of this budget, or it is a database',
      );
    });
  },
};

function selectedBy(
  document: Cell,
  { pods, components }: Cluster,
  { components: all }: System,
): readonly Component[] {
  const selector = textsOf(document.get('spec', 'selector', 'matchLabels'));
  const isMeant = isSelectedBy({ namespace: namespaceOf(document), selector });
  const found = pods
    .filter(isMeant)
    .flatMap((each) => components.get(`${each.namespace}/${each.name}`) ?? []);
  const chosen = new Set(found);
  return all.filter((one) => chosen.has(one) && one.section === 'services' && !one.isLoad);
}

/** The two numbers exclude each other in Kubernetes too. */
function limit(document: Cell, { fields }: Component): void {
  for (const key of ['minAvailable', 'maxUnavailable']) {
    const cell = document.get('spec', key);
    const value = amountOf(cell);
    if (value === undefined || fields.has('disruptionBudget')) continue;
    fields.set('disruptionBudget', map({ [key]: value }));
  }
}
