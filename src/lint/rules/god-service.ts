import { sumOf } from '../../stats/sums.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
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
      .filter(({ name, external }) => !external && subject.graph.takenBy(name).length > 0)
      .map(({ name }) => sizeOf(name, subject));
    if (services.length < FEWEST) return [];
    const sums = {
      databases: sumOf(services.map(({ databases }) => databases)),
      endpoints: sumOf(services.map(({ endpoints }) => endpoints)),
    };
    const shares = sharesOfCalls(subject);
    return services.flatMap((size) => {
      const means = {
        databases: (sums.databases - size.databases) / (services.length - 1),
        endpoints: (sums.endpoints - size.endpoints) / (services.length - 1),
      };
      return judge(size, means, shares.get(size.name) ?? 0, subject) ?? [];
    });
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

function sizeOf(name: string, { graph, scenario }: Subject): Size {
  const made = graph.madeBy(name);
  const taken = graph.takenBy(name);
  const stores = made.filter(({ pool }) => pool !== null);
  const callers = taken.map(({ caller }) => caller);
  const callees = made.map(({ callee }) => callee);
  return {
    name,
    endpoints: new Set(taken.map(({ to }) => to)).size,
    databases: new Set(stores.map(({ callee }) => callee)).size,
    neighbours: new Set([...callers, ...callees].filter((it) => scenario.services.has(it))).size,
  };
}

/** `means`: those of the other services. */
function judge(
  { name, endpoints, databases, neighbours }: Size,
  means: Pick<Size, 'endpoints' | 'databases'>,
  share: number,
  subject: Subject,
): Finding | null {
  // A front end has many endpoints and neighbours too, but no data.
  const owns = databases >= 2 && databases >= FACTOR * means.databases;
  const isLarge = endpoints >= FACTOR && endpoints >= FACTOR * means.endpoints;
  if (share < MOST || !owns || !isLarge) return null;
  const path = [sectionOf(subject.scenario, name), name];
  return {
    path,
    entities: [name],
    message: `${name} does the work of many services`,
    measured: `${formatShare(share)} of all calls, ${endpoints} endpoints, ${databases} databases, ${neighbours} services around it`,
    limit: `below ${FACTOR} times the mean of the others: ${formatNumber(means.endpoints)} for endpoints, ${formatNumber(means.databases)} for databases`,
    fix: splitYaml(name, subject),
  };
}

/** Share of the calls per second, without failures, that each service takes or makes; empty if it is unknown. */
function sharesOfCalls({ calls, traffic }: Subject): ReadonlyMap<string, number> {
  const own = new Map<string, number>();
  let all = 0;
  for (const { from, caller, callee, times } of calls) {
    const perSecond = (traffic.mean.get(from) ?? 0) * times;
    if (perSecond === Infinity) return new Map();
    all += perSecond;
    for (const name of new Set([caller, callee])) own.set(name, (own.get(name) ?? 0) + perSecond);
  }
  return all === 0 ? new Map() : new Map([...own].map(([name, sum]) => [name, sum / all]));
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
