import type { LaidComponent, Layout } from './layout.js';

/** The event stores in component order. */
export function storesOf(layout: Layout): readonly LaidComponent[] {
  return layout.components.filter(({ kind }) => kind === 'eventStore');
}

/** Component ids of the persistent subscriptions of an event store. */
export function subscriptionsOf({ components }: Layout, store: string): readonly number[] {
  return components.flatMap(({ id, source }) =>
    source.kind === 'queue' && source.spec.source === store ? [id] : [],
  );
}

/** Index of a store in the plan. */
export function indexOfStore(layout: Layout, name: string): number {
  return storesOf(layout).findIndex((component) => component.name === name);
}
