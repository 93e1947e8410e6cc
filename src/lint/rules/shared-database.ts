import { isOwnWork } from '../beside-steps.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';

/** A database that several services write to. */
export const sharedDatabase: Rule = {
  name: 'shared-database',
  severity: 'warning',
  reason:
    'Services that share a database share its outages, locks, connections and schema. None of them can be changed or protected alone.',
  remedy: 'Give each service its own database, and give the others its API or its events.',
  check: (subject) =>
    [...subject.scenario.databases.keys()].flatMap((name) => shared(subject, name) ?? []),
};

function shared(subject: Subject, name: string): Finding | null {
  const { operations } = subject.scenario.databases.get(name)!;
  // The one that fills a view and those that read it share it on purpose.
  const calls = subject.graph.takenBy(name).filter((call) => !isOwnWork(call));
  const callers = sorted(calls.map(({ caller }) => caller));
  const writing = new Set(
    calls
      .filter(({ to }) => operations.get(to.slice(name.length + 1))?.write === true)
      .map(({ caller }) => caller),
  );
  const writers = callers.filter((caller) => writing.has(caller));
  if (callers.length < 2 || writers.length === 0) return null;
  const readers = callers.filter((caller) => !writing.has(caller));
  const reads = readers.length === 0 ? '' : `, read by ${readers.join(', ')}`;
  return {
    path: ['databases', name],
    entities: [name, ...callers],
    message: `${name} belongs to several services`,
    measured: `written by ${writers.join(', ')}${reads}`,
    limit: 'one service',
    fix: throughOwner(subject, name, writers[0]!, callers),
  };
}

/**
 * Replaces the queries of other services by calls to the first service that writes: to an endpoint that has the same
 * queries, or to a new one.
 */
function throughOwner(
  { calls, scenario }: Subject,
  name: string,
  owner: string,
  callers: readonly string[],
): string {
  const own = calls.filter(({ callee }) => callee === name);
  const partsOf = (caller: string): readonly string[] =>
    sorted(own.filter((call) => call.caller === caller).map(({ from }) => from));
  const operationsOf = (part: string): readonly string[] =>
    sorted(own.filter(({ from }) => from === part).map(({ to }) => to));
  const idOf = (part: string): string => operationsOf(part).join();
  const taken = scenario.services.get(owner)?.endpoints;
  const added = new Map<string, readonly string[]>();
  const answering = (part: string): string => {
    const known = partsOf(owner).find((candidate) => idOf(candidate) === idOf(part));
    if (known !== undefined) return known;
    const operations = operationsOf(part);
    const short = operations.map((operation) => operation.slice(name.length + 1)).join('-');
    const endpoint = taken?.has(short) === true ? `${name}-${short}` : short;
    added.set(endpoint, operations);
    return `${owner}.${endpoint}`;
  };
  const stepsOf = (endpoint: string, steps: readonly string[]): readonly string[] => [
    `      ${endpoint}:`,
    `        steps: [ ${steps.join(', ')} ]`,
  ];
  const others = callers.filter((caller) => caller !== owner);
  const lines = others.flatMap((caller) => [
    `  ${caller}:`,
    '    endpoints:',
    ...partsOf(caller).flatMap((part) =>
      stepsOf(part.slice(caller.length + 1), [`call: ${answering(part)}`]),
    ),
  ]);
  const more = [...added].flatMap(([endpoint, operations]) =>
    stepsOf(
      endpoint,
      operations.map((operation) => `query: ${operation}`),
    ),
  );
  const head = more.length === 0 ? [] : [`  ${owner}:`, '    endpoints:'];
  return ['services:', ...lines, ...head, ...more].join('\n');
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
