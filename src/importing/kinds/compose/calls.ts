import { DerivedCell, type Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { connectAddresses, connectArguments } from '../kubernetes/addresses.js';
import type { Variable } from '../spring/layers.js';
import type { Container } from './container.js';
import type { Values } from './values.js';

/**
 * Calls that the file suggests: addresses in the environment; and the services that have to run before this one,
 * if no address names them, because programs often know the names of their services.
 */
export function callsOf(
  container: Container,
  component: Component,
  values: Values,
  system: System,
): void {
  for (const { name, origins, text } of environmentOf(container, values)) {
    connectAddresses(component, name, text, '', system, origins);
  }
  const commands = [...container.all('entrypoint'), ...container.all('command')];
  const inserted = commands.map((command) => values.inserted(command));
  connectArguments(component, inserted, '', system);
  for (const { service, origin, isRun } of dependencies(container, values)) {
    const callee = system.find(service.toLowerCase());
    if (callee === undefined || isRun) continue;
    const isKnown = system.edges.some(({ from, to }) => from === component && to === callee);
    if (isKnown) origin.list('the order in which containers start; an address says that it calls');
    else system.connect(component, callee, origin);
  }
}

/** The environment of a process, in which Spring may have settings. */
export function variablesOf(container: Container, values: Values): readonly Variable[] {
  return environmentOf(container, values).map(({ name, origins, text }) => ({
    name,
    value: new DerivedCell(name, origins, text),
  }));
}

interface Given {
  readonly name: string;
  readonly origins: readonly Cell[];
  readonly text: string;
}

/** Variables as a mapping or as `NAME=value`. A name alone takes its value from the `.env` file. */
function environmentOf(container: Container, values: Values): readonly Given[] {
  const last = new Map<string, Given>();
  for (const path of container.environmentFiles()) {
    for (const [name, value] of values.variablesIn(path)?.entries() ?? [])
      last.set(name, { name, text: values.text(value) ?? '', origins: [value] });
  }
  for (const cell of container.all('environment')) {
    const pairs = cell
      .entries()
      .map(([name, value]) => ({ name, value, isBare: value.value === null }));
    const lines = cell.items().map((value) => {
      const [name = ''] = (value.text() ?? '').split('=', 1);
      return { name, value, isBare: name === value.text() };
    });
    for (const { name, value, isBare } of [...pairs, ...lines]) {
      const own = isBare ? values.variable(name) : values.text(value);
      last.get(name)?.origins[0]!.list('a later definition overrides it');
      if (own === undefined) continue;
      const start = `${name}=`;
      const text = own.startsWith(start) ? own.slice(start.length) : own;
      const elsewhere = isBare ? values.cellOf(name) : undefined;
      last.set(name, {
        name,
        text,
        origins: elsewhere === undefined ? [value] : [value, elsewhere],
      });
    }
  }
  return [...last.values()];
}

interface Dependency {
  readonly service: string;
  readonly origin: Cell;
  /** It runs once before the service starts and takes no calls. */
  readonly isRun: boolean;
}

function dependencies(container: Container, values: Values): readonly Dependency[] {
  const cells = [...container.all('depends_on'), ...container.all('links')];
  return cells.flatMap((cell) => [
    ...cell.items().flatMap((item) => {
      const service = values.text(item)?.split(':')[0];
      return service ? [{ service, origin: item, isRun: false }] : [];
    }),
    ...cell.entries().map(([service, how]) => {
      const condition = how.get('condition');
      const isRun = values.text(condition) === 'service_completed_successfully';
      return { service, origin: condition ?? how, isRun };
    }),
  ]);
}
