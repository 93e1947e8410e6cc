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

/** The others ask the first that writes, instead of the database itself. */
function throughOwner(
  { calls }: Subject,
  name: string,
  owner: string,
  callers: readonly string[],
): string {
  const partOf = (caller: string): readonly string[] => {
    const own = calls.filter((call) => call.caller === caller && call.callee === name);
    return [...new Set(own.map(({ from }) => from.slice(caller.length + 1)))].sort();
  };
  const [first] = partOf(owner);
  const others = callers.filter((caller) => caller !== owner);
  const lines = others.flatMap((caller) => [
    `  ${caller}:`,
    '    endpoints:',
    ...partOf(caller).flatMap((part) => [
      `      ${part}:`,
      `        steps: [ call: ${owner}.${first} ]`,
    ]),
  ]);
  return ['services:', ...lines].join('\n');
}
