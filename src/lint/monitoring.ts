import type { Reference } from '../contracts/scenario/expression.js';
import { componentOf } from './calls.js';
import { isHard, isWaitedFor, reach, requestsOf } from './reach.js';
import type { Subject } from './subject.js';

/** A component that users' requests wait for. */
export interface Dependency {
  readonly name: string;
  /** A budget, an expectation or the focus of the report shows its failure. */
  readonly isMonitored: boolean;
}

/** The services, gateways and stores that users' requests wait for. */
export function dependenciesOf(subject: Subject): readonly Dependency[] {
  const { scenario } = subject;
  const used = new Set([...reach(subject, requestsOf(subject), isWaitedFor)].map(componentOf));
  const monitored = monitoredIn(subject);
  return [...used]
    .filter((name) => !scenario.workloads.has(name))
    .map((name) => ({ name, isMonitored: monitored === null || monitored.has(name) }));
}

/**
 * Components whose failure some figure shows: those that a budget names, and those on which a named one depends
 * without a fallback. Null = all.
 */
function monitoredIn(subject: Subject): ReadonlySet<string> | null {
  const { scenario, budgets } = subject;
  const named: Named[] = scenario.report.focus.flatMap((text) => text.split('->').map(nameIn));
  const degraded: Named[] = [];
  for (const { subject: of, name } of budgets) {
    if (of.kind === 'cascade') return null;
    if (of.kind === 'edge') named.push(of.from, of.to);
    // Responses of a fallback are counted as degraded, so a figure of them shows the failure of the call itself.
    else if (of.kind === 'component') (name.includes('degraded') ? degraded : named).push(of.at);
  }
  if (named.some(({ component }) => component === 'all')) return null;
  const parts = [
    ...reach(subject, partsNamed(named, subject), isHard),
    ...reach(subject, partsNamed(degraded, subject), isWaitedFor),
  ];
  return new Set(parts.map(componentOf));
}

type Named = Pick<Reference, 'component' | 'part'>;

function nameIn(text: string): Named {
  const [component, part = null] = text.trim().split('.');
  return { component, part };
}

/** The parts of these components. A saga, queue or view has none: those of the components around it count. */
function partsNamed(named: readonly Named[], { calls, namers }: Subject): readonly string[] {
  const parts = [...new Set(calls.flatMap(({ from, to }) => [from, to]))];
  const owners = new Set(parts.map(componentOf));
  const around = (name: string): readonly string[] =>
    [...namers()].flatMap(([one, users]) => {
      if (one === name) return users.map((user) => user.name);
      return users.some((user) => user.name === name) ? [one] : [];
    });
  const all = new Set(
    named.flatMap(({ component, part }) => {
      if (!owners.has(component)) return around(component);
      return part === null ? component : `${component}.${part}`;
    }),
  );
  return parts.filter((it) => all.has(componentOf(it)) || all.has(it));
}
