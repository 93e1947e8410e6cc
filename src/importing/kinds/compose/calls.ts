import { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { connectAddresses } from '../kubernetes/addresses.js';
import { configureProcess } from '../spring/application.js';
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
  for (const { service, origin, isRun } of dependencies(container, values)) {
    const callee = system.find(service.toLowerCase());
    if (callee === undefined || isRun) continue;
    const isKnown = system.edges.some(({ from, to }) => from === component && to === callee);
    if (isKnown) origin.list('the order in which containers start; an address says that it calls');
    else system.connect(component, callee, origin);
  }
}

/** Settings of Spring in the environment, as in `application.yml`: threads, the pool of the database. */
export function settingsOf(
  container: Container,
  component: Component,
  values: Values,
  system: System,
): void {
  const variables = environmentOf(container, values).map(({ name, text, origins }) => {
    const [{ file, line }] = origins as [Cell];
    const entry = new Map([
      ['name', new Cell('name', file, line, name)],
      ['value', new Derived(name, origins, text)],
    ]);
    return new Cell(name, file, line, entry);
  });
  const [first] = variables;
  if (first === undefined) return;
  configureProcess(new Cell('environment', first.file, first.line, variables), component, system);
}

/** A value with its variables put in. Its use is the use of the values that it is from. */
class Derived extends Cell {
  constructor(
    name: string,
    private readonly origins: readonly Cell[],
    text: string,
  ) {
    super(name, origins[0]!.file, origins[0]!.line, text);
  }

  override put(): void {
    for (const origin of this.origins) origin.put();
  }

  override list(reason: string): void {
    for (const origin of this.origins) origin.list(reason);
  }
}

interface Variable {
  readonly name: string;
  readonly origins: readonly Cell[];
  readonly text: string;
}

/** Variables as a mapping or as `NAME=value`. A name alone takes its value from the `.env` file. */
function environmentOf(container: Container, values: Values): readonly Variable[] {
  const last = new Map<string, Variable>();
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
