import { powi } from '../../kernel/math.js';
import { formatShare } from '../../text/figures.js';
import { componentOf, type Call } from '../calls.js';
import { Circles } from '../circles.js';
import { isHard, reach, requestsOf } from '../reach.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { namesText, wayText, yamlAt } from '../words.js';

/** Share of the services that one request may need. */
const MOST = 0.75;

/** Number of services below which a system is too small for the rule. */
const FEWEST = 5;

/** Assumed availability of each service. */
const EACH = 0.999;

/** Services that are only available together. */
export const distributedMonolith: Rule = {
  name: 'distributed-monolith',
  severity: 'warning',
  reason:
    'The services fail together, and are changed and deployed together, so the system has the costs of distribution without its benefits.',
  remedy:
    'Let a request need few services: publish events, keep local copies, and give the other calls a fallback.',
  check: (subject) => [...wideRequests(subject), ...mutualNeeds(subject)],
};

/** The request that needs the most services, if it needs most of those in use. */
function wideRequests(subject: Subject): readonly Finding[] {
  const used = ownServices(subject, new Set(subject.calls.map(({ to }) => to)));
  if (used.length < FEWEST) return [];
  let widest: { readonly request: string; readonly needed: readonly string[] } | null = null;
  for (const request of requestsOf(subject)) {
    const needed = ownServices(subject, reach(subject, [request], isNeeded));
    if (needed.length > (widest?.needed.length ?? 0)) widest = { request, needed };
  }
  if (widest === null || widest.needed.length < Math.max(FEWEST, MOST * used.length)) return [];
  const { request, needed } = widest;
  const parts = reach(subject, [request], isNeeded);
  const calls = subject.calls.filter((call) => parts.has(call.from) && isNeeded(call));
  // The request itself is what users wait for, and a gateway only passes it on.
  const isInside = ({ from }: Call): boolean => !isEntrance(componentOf(from), subject);
  const last = calls.findLast(isInside) ?? calls[calls.length - 1]!;
  return [
    {
      path: pathOf(request, subject),
      entities: [request, ...needed],
      message: `${request} needs ${namesText(needed)} at the same time`,
      measured: `${needed.length} of ${used.length} services without a fallback, all up ${formatShare(powi(EACH, needed.length))} of the time if each is up 99.9 %`,
      limit: `below ${formatShare(MOST)} of the services`,
      fix: yamlAt(last.path, 'background: true'),
    },
  ];
}

function isEntrance(component: string, { scenario }: Subject): boolean {
  return scenario.workloads.has(component) || scenario.gateways.has(component);
}

function isNeeded(call: Call): boolean {
  return call.times > 0 && isHard(call);
}

function ownServices({ scenario }: Subject, parts: ReadonlySet<string>): readonly string[] {
  const names = new Set([...parts].map(componentOf));
  return [...names].filter((name) => scenario.services.get(name)?.external === false).sort();
}

function pathOf(request: string, { scenario }: Subject): Finding['path'] {
  const workload = componentOf(request);
  const { requests } = scenario.workloads.get(workload)!;
  const index = requests.findIndex(({ name }) => `${workload}.${name}` === request);
  return ['workloads', workload, 'requests', index];
}

/** Services that need each other. If their workers can block each other, `sync-cycle` reports it. */
function mutualNeeds(subject: Subject): readonly Finding[] {
  const seen = new Set<string>();
  const circles = new Circles(subject, isNeeded);
  return [...subject.scenario.services.values()].flatMap(({ name }) => {
    const circle = blocks(name, subject) ? null : circles.of(name);
    if (circle === null) return [];
    const members = [...new Set(circle.map(({ caller }) => caller))].sort();
    if (members.length < 2 || members.some((member) => blocks(member, subject))) return [];
    if (seen.has(members.join())) return [];
    seen.add(members.join());
    const last = circle[circle.length - 1];
    return {
      path: last.path,
      entities: members,
      message: `${namesText(members)} need each other: ${wayText([circle[0].from, ...circle.map(({ to }) => to)])}`,
      measured: `${members.length} services in a cycle of calls`,
      limit: 'no cycle',
      fix: yamlAt(last.path, 'background: true'),
    };
  });
}

function blocks(component: string, { scenario }: Subject): boolean {
  const host = scenario.services.get(component) ?? scenario.gateways.get(component);
  return host?.runtime === 'threads' && host.concurrency < Infinity;
}
