import { formatNumber, formatShare } from '../../text/figures.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import { isStore } from '../stores.js';
import type { Subject } from '../subject.js';

/** Share of all calls that one service may take and make. */
const MOST = 0.5;

/** How many times the mean of the other services it may own. */
const FACTOR = 3;

/** Number of services below which a system is too small for the rule. */
const FEWEST = 5;

/** A service that does the work of many. */
export const godService: Rule = {
  name: 'god-service',
  severity: 'warning',
  reason:
    'Almost every request depends on it and almost every change affects it, so unrelated features share its capacity, its releases and its outages.',
  remedy: 'Split it by responsibility, each with its own endpoints and data.',
  check: (subject) => {
    const services = [...subject.scenario.services.values()]
      .filter(({ name, external }) => !external && subject.calls.some((it) => it.callee === name))
      .map(({ name }) => sizeOf(name, subject));
    if (services.length < FEWEST) return [];
    return services.flatMap((size) => judge(size, services, subject) ?? []);
  },
};

/** What a service owns, as far as requests use it. */
interface Size {
  readonly name: string;
  readonly endpoints: number;
  readonly databases: number;
  /** Services that call it, and services that it calls. */
  readonly neighbours: number;
}

function sizeOf(name: string, { calls, scenario }: Subject): Size {
  const made = calls.filter(({ caller }) => caller === name);
  const taken = calls.filter(({ callee }) => callee === name);
  const stores = made.filter(({ callee }) => isStore(scenario, callee));
  const callers = taken.map(({ caller }) => caller);
  const callees = made.map(({ callee }) => callee);
  return {
    name,
    endpoints: new Set(taken.map(({ to }) => to)).size,
    databases: new Set(stores.map(({ callee }) => callee)).size,
    neighbours: new Set([...callers, ...callees].filter((it) => scenario.services.has(it))).size,
  };
}

function judge(size: Size, all: readonly Size[], subject: Subject): Finding | null {
  const { name, endpoints, databases } = size;
  const share = shareOfCalls(name, subject);
  const others = all.filter((one) => one !== size);
  const mean = (of: (one: Size) => number): number =>
    others.reduce((sum, one) => sum + of(one), 0) / others.length;
  const isOutsized = (of: (one: Size) => number): boolean => of(size) >= FACTOR * mean(of);
  // A front end has many endpoints and neighbours too, but no data.
  const owns = databases >= 2 && isOutsized((one) => one.databases);
  const isLarge = endpoints >= FACTOR && isOutsized((one) => one.endpoints);
  if (share < MOST || !owns || !isLarge) return null;
  const path = [sectionOf(subject.scenario, name), name];
  return {
    path,
    entities: [name],
    message: `${name} does the work of many services`,
    measured: `${formatShare(share)} of all calls, ${endpoints} endpoints, ${databases} databases, ${size.neighbours} services around it`,
    limit: `below ${FACTOR} times the mean of the others: ${formatNumber(mean((one) => one.endpoints))} for endpoints, ${formatNumber(mean((one) => one.databases))} for databases`,
    fix: splitYaml(name, subject),
  };
}

/** Share of the calls per second, without failures, that a service takes or makes. */
function shareOfCalls(name: string, { calls, traffic }: Subject): number {
  let own = 0;
  let all = 0;
  for (const { from, caller, callee, times } of calls) {
    const perSecond = (traffic.mean.get(from) ?? 0) * times;
    if (perSecond === Infinity) return 0;
    all += perSecond;
    if (caller === name || callee === name) own += perSecond;
  }
  return all === 0 ? 0 : own / all;
}

/** Half of its endpoints in a service of their own. */
function splitYaml(name: string, { scenario }: Subject): string {
  const parts = [...scenario.services.get(name)!.endpoints.keys()];
  const moved = parts.slice(Math.ceil(parts.length / 2));
  return [
    '# in services, with a database of its own',
    `${name}-${moved[0]}:`,
    `  endpoints: { ${moved.map((part) => `${part}: [ ]`).join(', ')} } # from ${name}`,
  ].join('\n');
}
