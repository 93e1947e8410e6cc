import { policyTraits } from '../../patterns/registry.js';
import type { Middleware } from '../../contracts/scenario/middleware.js';
import { mostOf } from '../demand.js';
import { partsOf } from '../mixture.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatRate, formatShare } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/** Share of refused requests from which a finding is worth its line. */
const SOME = 0.01;

/** A limiter that admits one request at a time, far above the load of requests that come at random times. */
export const limitWithoutBurst: Rule = {
  name: 'limit-without-burst',
  severity: 'warning',
  reason:
    'Such a limiter refuses each request that comes sooner after the last one than its rate allows. Requests come at random times, so some do at any load.',
  remedy: 'Give it a `burst` of the requests that may come together, such as those of a second.',
  check: (subject) => {
    const { services, gateways, workloads } = subject.scenario;
    // Requests at constant intervals keep their distance.
    if ([...workloads.values()].every(({ arrivals }) => arrivals.kind === 'constant')) return [];
    return [...services, ...gateways].flatMap(([name, { middleware }]) =>
      middleware.flatMap((own) => judge(own, name, subject) ?? []),
    );
  },
};

function judge(
  { rateLimit, when, at }: Middleware,
  owner: string,
  subject: Subject,
): Finding | null {
  if (rateLimit === null || when !== null || 'key' in (rateLimit.config as object)) return null;
  const { perSecond, longestWaitNs, atOnce } = policyTraits('rateLimit', rateLimit);
  if (perSecond === null || longestWaitNs > 0 || atOnce !== 1) return null;
  const load = partsOf(subject, owner).reduce(
    (sum, { part }) => sum + (subject.traffic.mean.get(part) ?? 0),
    0,
  );
  const states = rateLimit.scope === 'instance' ? mostOf(subject.scenario, owner) : 1;
  const each = load / states;
  // After each request the next ones are refused for 1 / rate: of Poisson arrivals this share.
  const refused = each / (each + perSecond);
  if (!(refused >= SOME) || each >= perSecond) return null;
  return {
    path: [...at, 'rateLimit'],
    entities: [owner],
    message: `the rate limit of ${owner} refuses ${formatShare(refused)} of its requests at ${formatShare(each / perSecond)} of its rate`,
    measured: `1 request at once, ${formatRate(perSecond)}`,
    limit: `a burst, for ${formatRate(each)} that come at random times`,
    fix: yamlAt([...at, 'rateLimit'], `burst: ${Math.max(2, Math.ceil(perSecond))}`),
  };
}
