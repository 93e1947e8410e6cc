import { groupedBy } from '../../text/order.js';
import type { ComponentEdge, VariantData } from './variant-data.js';

interface ByComponent {
  readonly from: ReadonlyMap<number, readonly ComponentEdge[]>;
  readonly into: ReadonlyMap<number, readonly ComponentEdge[]>;
}

/** Computed on first use. */
const known = new WeakMap<VariantData['edges'], ByComponent>();

/** The component edges of a caller, in the order of their names. */
export function edgesFrom({ edges }: VariantData, component: number): readonly ComponentEdge[] {
  return byComponent(edges).from.get(component) ?? [];
}

/** The component edges to a callee, in the order of their names. */
export function edgesInto({ edges }: VariantData, component: number): readonly ComponentEdge[] {
  return byComponent(edges).into.get(component) ?? [];
}

function byComponent(edges: VariantData['edges']): ByComponent {
  let found = known.get(edges);
  if (found === undefined) {
    found = {
      from: groupedBy(edges, ({ from }) => from),
      into: groupedBy(edges, ({ to }) => to),
    };
    known.set(edges, found);
  }
  return found;
}
