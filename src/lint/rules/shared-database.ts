import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { callersOf } from './pools-exceed-server.js';

/** A database that several services write. */
export const sharedDatabase: Rule = {
  name: 'shared-database',
  severity: 'warning',
  reason:
    'Services that share a database share its outages, its locks, its connections and its schema, so none ' +
    'of them can be changed or saved alone.',
  remedy: 'Give each service a database of its own, and the others its interface or its events.',
  check: (subject) =>
    [...subject.scenario.databases.keys()].flatMap((name) => shared(subject, name)),
};

function shared(subject: Subject, name: string): readonly Finding[] {
  const { operations } = subject.scenario.databases.get(name)!;
  const callers = callersOf(subject, name);
  const writers = callers.filter((caller) =>
    subject.calls.some(
      (call) =>
        call.caller === caller &&
        call.callee === name &&
        operations.get(call.to.slice(name.length + 1))?.write === true,
    ),
  );
  if (callers.length < 2 || writers.length === 0) return [];
  const readers = callers.filter((caller) => !writers.includes(caller));
  const reads = readers.length === 0 ? '' : `, read by ${readers.join(', ')}`;
  return [
    {
      path: ['databases', name],
      entities: [name, ...callers],
      message: `${name} belongs to several services`,
      measured: `written by ${writers.join(', ')}${reads}`,
      limit: 'one service',
      fix: throughOwner(subject, name, writers[0]!, callers),
    },
  ];
}

/** The others ask the first that writes, instead of the database itself: for what it does already, or for a new endpoint. */
function throughOwner(
  { calls, scenario }: Subject,
  name: string,
  owner: string,
  callers: readonly string[],
): string {
  const operationsOf = (from: string): readonly string[] =>
    calls.filter((call) => call.from === from && call.callee === name).map(({ to }) => to);
  const partsOf = (caller: string): readonly string[] => {
    const own = calls.filter((call) => call.caller === caller && call.callee === name);
    return [...new Set(own.map(({ from }) => from))].sort();
  };
  const taken = scenario.services.get(owner)?.endpoints ?? new Map<string, unknown>();
  const added = taken.has('read') ? `read-${name}` : 'read';
  const isSame = (a: readonly string[], b: readonly string[]): boolean =>
    b.every((operation) => a.includes(operation));
  const moved = new Set<string>();
  const answering = (part: string): string => {
    const operations = operationsOf(part);
    const known = partsOf(owner).find((own) => {
      const has = operationsOf(own);
      return isSame(has, operations) && isSame(operations, has);
    });
    if (known !== undefined) return known;
    for (const operation of operations) moved.add(operation);
    return `${owner}.${added}`;
  };
  const others = callers.filter((caller) => caller !== owner);
  const lines = others.flatMap((caller) => [
    `  ${caller}:`,
    '    endpoints:',
    ...partsOf(caller).flatMap((part) => [
      `      ${part.slice(caller.length + 1)}:`,
      `        steps: [ call: ${answering(part)} ]`,
    ]),
  ]);
  const steps = [...moved].map((operation) => `query: ${operation}`).join(', ');
  const own = [`  ${owner}:`, '    endpoints:', `      ${added}:`, `        steps: [ ${steps} ]`];
  return ['services:', ...lines, ...(moved.size === 0 ? [] : own)].join('\n');
}
