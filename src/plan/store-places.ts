import type { LaidComponent, Layout } from './layout.js';

/** The event stores, in the order of their names. */
export function storesOf(layout: Layout): readonly LaidComponent[] {
  return layout.components.filter(({ kind }) => kind === 'eventStore');
}

/** Place of a store in the plan's list. */
export function indexOfStore(layout: Layout, name: string): number {
  return storesOf(layout).findIndex((component) => component.name === name);
}
