import { list, plural } from '../text/words.js';
import { consumersOf, silentBrokers } from './message-brokers.js';
import type { Cell } from './cell.js';
import type { Component, System } from './system.js';
import { guess, list as listOf, map, plain } from './written.js';

/** Names that a question lists in full. */
const NAMES_MAX = 3;

/** Processes on which no port is open, with what shows it: users reach none of them. */
function closedIn(system: System): Map<Component, Cell> {
  return system.shared('processes without a port', () => new Map<Component, Cell>());
}

/** Notes a process on which no port is open. */
export function noteClosed(component: Component, place: Cell, system: System): void {
  closedIn(system).set(component, place);
}

/**
 * Processes without a port that nothing calls have no load of users, where these have another entrance that leads on: messages, jobs or a
 * schedule make them work. The only one that names a broker handles its messages, as a guess; of the others the card asks.
 */
export function settleWorkers(system: System): void {
  const closed = closedIn(system);
  const isOpen = ({ entry, section }: Component): boolean =>
    entry !== null || section === 'gateways';
  if (!system.edges.some(({ from }) => isOpen(from) && !closed.has(from))) return;
  const workers = system
    .entrances()
    .filter((one) => closed.has(one) && !isOpen(one) && one.section === 'services');
  for (const one of workers) system.inner.set(one, closed.get(one)!);
  const handling = silentBrokers(system).flatMap((broker) => handlerOf(broker, workers, system));
  const others = workers.filter((one) => !handling.includes(one)).map(({ name }) => name);
  if (others.length === 0) return;
  const rest = others.length - NAMES_MAX;
  const names = rest > 1 ? [...others.slice(0, NAMES_MAX), plural(rest, 'other')] : others;
  system.ask(
    `Which messages, jobs or schedule start the work of ${list(names)}? No port is open there and no file names a caller, so the scenario has no load for ${others.length === 1 ? 'it' : 'them'}.`,
  );
}

/** Makes the only worker that names a broker the one that handles its messages. */
function handlerOf(
  broker: Component,
  workers: readonly Component[],
  system: System,
): readonly Component[] {
  const users = system.edges.filter(({ to }) => to === broker);
  const own = users.filter(({ from }) => workers.includes(from));
  const [only] = own;
  if (only === undefined || own.length > 1 || users.length === 1) return [];
  const [key, called] = consumersOf(broker);
  const { from, origins } = only;
  system.dropEdges(
    (edge) => edge === only,
    () => null,
  );
  const target = { ...guess(system.targetOf(from)), origins };
  broker.fields.set(key, listOf([map({ [called]: plain(from.name), call: target })]));
  system.subscribed.add(from);
  system.ask(
    `Does ${from.name} handle the messages of ${broker.name}, and all of them? It has no port and no caller, so the scenario guesses it.`,
  );
  return [from];
}
