import { DerivedCell, type Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { resolve, type Variables } from '../compose/variables.js';
import { processSources } from '../spring/application.js';

/** Share of the variables of a template that the process which fills it has at least. */
const LEAST = 0.5;

/**
 * The process that fills a template with its variables when it starts, as `envsubst` does with `${CART_HOST}`: of all services the one with
 * most of them. undefined = the file has no variables, or no single service has half of them.
 */
export function fillerOf(document: Cell, system: System): Component | undefined {
  const texts = document.leaves().map((leaf) => leaf.text() ?? '');
  const wanted = new Set(
    texts.flatMap((text) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!)),
  );
  if (wanted.size === 0) return undefined;
  const services = [...processSources(system)].filter(([{ section }]) => section === 'services');
  const counted = services.map(([component, { variables }]) => ({
    component,
    count: new Set(variables.map(({ name }) => name).filter((name) => wanted.has(name))).size,
  }));
  const most = Math.max(LEAST * wanted.size, ...counted.map(({ count }) => count));
  const found = counted.filter(({ count }) => count === most);
  return found.length === 1 ? found[0]!.component : undefined;
}

/** Puts the variables of a process into a value; one with a variable that it lacks stays as it is. */
export function fillingWith(
  component: Component | undefined,
  system: System,
): (cell: Cell) => Cell {
  const source = component === undefined ? undefined : processSources(system).get(component);
  const variables: Variables = new Map(source?.variables.map(({ name, value }) => [name, value]));
  return (cell) => {
    const { text, origins, missing } = resolve(cell, variables);
    return missing.length > 0 || origins.length === 1
      ? cell
      : new DerivedCell(cell.path, origins, text);
  };
}
