import { pathText, type Path } from '../scenario/located.js';
import type { Call } from './calls.js';
import type { Finding } from './rule.js';
import { servicesOr } from './service-section.js';
import { isStore } from './stores.js';
import type { Subject } from './subject.js';
import { plural } from '../text/words.js';
import { yamlAt } from './words.js';

/** A bundle that a caller has for several calls. */
interface Shared {
  readonly id: string;
  readonly caller: string;
  readonly path: Path;
  readonly covers: (call: Call) => boolean;
}

/**
 * Bundles of callers that no call uses, because each has one of its own: the bundle of a step replaces that of its
 * caller, and `callee.endpoint` replaces `callee`. No field of one is merged into another.
 */
export function idleOutbound(subject: Subject): readonly Finding[] {
  return sharedIn(subject).flatMap(({ id, caller, path, covers }): readonly Finding[] => {
    const covered = subject.calls.filter((call) => call.caller === caller && covers(call));
    const [first] = covered;
    const isIdle = covered.every(({ bundle }) => bundle !== '' && bundle !== id);
    if (first === undefined || !isIdle) return [];
    const name = path.slice(2).map(String).join('.');
    return [
      {
        path,
        entities: [caller, first.callee],
        message: `${name} of ${caller} changes nothing: each call has a policy of its own, which replaces it`,
        measured: `${plural(covered.length, 'call')}, as with the policy at ${pathText(first.policyPath)}`,
        limit: 'a call without a policy of its own, or these fields in that policy',
        fix: yamlAt(path.slice(0, -1), `${String(path[path.length - 1])}: null`),
      },
    ];
  });
}

function sharedIn({ scenario, hosts, written }: Subject): readonly Shared[] {
  const ofHosts = hosts.flatMap(({ name: caller, outbound }) => {
    const section = scenario.gateways.has(caller)
      ? 'gateways'
      : servicesOr(scenario.services.get(caller)!);
    return [...outbound].map(([key, { id }]): Shared => {
      const covers = (call: Call): boolean => {
        const named = scenario.gateways.get(call.callee)?.balances ?? call.callee;
        if (key === 'default') return !isStore(scenario, call.callee);
        return named === key || `${named}${call.to.slice(call.callee.length)}` === key;
      };
      return { id, caller, path: [section, caller, 'outbound', key], covers };
    });
  });
  const ofUsers = [...scenario.workloads.values()].flatMap(({ name: caller, policy }): Shared[] =>
    policy === null
      ? []
      : [
          {
            id: policy.id,
            caller,
            path: ['workloads', caller, 'policy'],
            covers: ({ callee }) => !isStore(scenario, callee),
          },
        ],
  );
  return [...ofHosts, ...ofUsers].filter(({ path }) => written(path));
}
