import { list } from '../../../text/words.js';
import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { fillerOf } from './templates.js';
import { from, guess, map, plain, type Written, type WrittenScalar } from '../../written.js';

/** A container that runs Envoy, with the words that start it and the files that it gets. */
export interface EnvoyProcess {
  readonly component: Component;
  readonly commands: readonly (Cell | undefined)[];
  /** Texts that may name its configuration: mounts, arguments of its build, its command. */
  readonly files: readonly string[];
  /** Configuration that its build copies by convention; undefined = it is not built here. */
  readonly built?: string | undefined;
}

/** Images and builds of Envoy. */
const ENVOY = /(^|[/\\_-])envoy(proxy)?([/\\:@._-]|$)/i;

/** Hardware threads of a machine, if no file says more. */
const THREADS = 4;

/** Notes a container, if its image, its build or its command is that of Envoy; to be called before the phase `settings`. */
export function noteProcess(
  proxy: EnvoyProcess,
  programs: readonly (string | undefined)[],
  system: System,
): void {
  const words = proxy.commands.flatMap(wordsOf).map(({ text }) => text);
  const isEnvoy = [...programs, words[0]].some((text) => text !== undefined && ENVOY.test(text));
  if (isEnvoy) processesOf(system).push(proxy);
}

function processesOf(system: System): EnvoyProcess[] {
  return system.shared('processes of Envoy', () => []);
}

/**
 * The process of a bootstrap: the container that the user names for its file, that mounts it, that has the name of its
 * node, that has its variables, or the only one without a file if this is the only file without a container.
 */
export function processOf(
  document: Cell,
  all: readonly Cell[],
  node: string | undefined,
  system: System,
): EnvoyProcess | undefined {
  const processes = processesOf(system);
  const mapped = system.names.mappedTo(document.file);
  const component = mapped === undefined ? undefined : system.named(mapped);
  const at = (component: Component): EnvoyProcess =>
    processes.find((one) => one.component === component) ?? { component, commands: [], files: [] };
  if (component?.section === 'services') return at(component);
  if (mapped !== undefined) return undefined;
  const ofFile = (one: Cell): EnvoyProcess | undefined =>
    processes.find(({ files }) => files.some((text) => names(text, one.file)));
  const named = processes.find((one) => node !== undefined && system.named(node) === one.component);
  const found = ofFile(document) ?? named;
  if (found !== undefined) return found;
  const unnamed = processes.filter((one) => !all.some((file) => ofFile(file) === one));
  const built = unnamed.find((one) => one.built === document.file);
  if (built !== undefined) return built;
  const filler = fillerOf(document, system);
  if (filler !== undefined) return at(filler);
  const free = unnamed.filter((one) => !all.some((file) => file.file === one.built));
  const isBuilt = ({ file }: Cell): boolean => unnamed.some((one) => one.built === file);
  const others = all.filter((one) => ofFile(one) === undefined && !isBuilt(one));
  return free.length === 1 && others.length === 1 ? free[0] : undefined;
}

/** Whether a text such as `./envoy.yaml:/etc/envoy/envoy.yaml` names a file. */
function names(text: string, file: string): boolean {
  const path = text.split(':')[0]!.replace(/^(\.\/)+/, '');
  return path !== '' && (file === path || file.endsWith(`/${path}`));
}

/**
 * Threads of Envoy handle one request after the other. Without `--concurrency` it has as many as the machine has hardware
 * threads. Source: envoyproxy.io, operations/cli (--concurrency) and arch_overview/intro/threading_model.
 */
export function addThreads(
  { fields, name }: Component,
  proxy: EnvoyProcess | undefined,
  system: System,
): void {
  const threads = threadsOf(proxy?.commands ?? []);
  const known = fields.get('cpu');
  const quota = known?.kind === 'map' ? known.entries.get('quota') : undefined;
  const stated = known?.kind === 'map' ? known.entries.get('cores') : known;
  const cores: Written =
    threads ?? (stated?.kind === 'scalar' && isWhole(stated.value) ? stated : guess(THREADS));
  fields.delete('concurrency');
  fields.set('runtime', plain('eventLoop'));
  fields.set('cpu', quota === undefined ? map({ cores }) : map({ cores, quota }));
  (threads === undefined ? questionsOf(system).threads : questionsOf(system).work).push(name);
}

/** Gateways of which no file says what decides their limit; one question for each kind. */
function questionsOf(system: System): { readonly threads: string[]; readonly work: string[] } {
  return system.shared('questions about Envoy', () => {
    const made = { threads: [] as string[], work: [] as string[] };
    system.later('calls', () => {
      const { threads, work } = made;
      const isKnown = (name: string): boolean => system.components.some((one) => one.name === name);
      const [first, second] = [threads.filter(isKnown), work.filter(isKnown)];
      const asks = 'does one request take there (work of a middleware)?';
      if (first.length > 0)
        system.ask(
          `How many threads run in ${list(first)} (--concurrency, else the hardware threads)? And how much CPU ${asks}`,
        );
      if (second.length > 0)
        system.ask(`Threads of ${list(second)} are known. How much CPU ${asks}`);
    });
    return made;
  });
}

function isWhole(value: WrittenScalar['value']): boolean {
  return typeof value === 'number' && Number.isInteger(value);
}

/** `--concurrency 2` or `--concurrency=2`; 0 means one thread. */
function threadsOf(commands: readonly (Cell | undefined)[]): WrittenScalar | undefined {
  const words = commands.flatMap(wordsOf);
  for (const [k, { text, cell }] of words.entries()) {
    const [, inline] = /^--concurrency=(\d+)$/.exec(text) ?? [];
    const next = text === '--concurrency' ? words[k + 1] : undefined;
    const number = inline ?? (/^\d+$/.test(next?.text ?? '') ? next!.text : undefined);
    if (number !== undefined) return from(Math.max(1, Number(number)), cell, next?.cell);
  }
  return undefined;
}

interface Word {
  readonly text: string;
  readonly cell: Cell;
}

/** The words of a command: a list, or a text. */
function wordsOf(command: Cell | undefined): readonly Word[] {
  if (command === undefined) return [];
  const cells = command.isScalar ? [command] : command.items();
  return cells.flatMap((cell) =>
    (cell.text() ?? '')
      .split(/\s+/)
      .filter((text) => text !== '')
      .map((text) => ({ text, cell })),
  );
}
