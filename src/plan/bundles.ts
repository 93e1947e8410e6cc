import { invariant } from '../kernel/invariant.js';
import { NO_POLICY, type Bundle } from '../contracts/scenario/steps.js';
import { canonical } from './canonical.js';
import { hasPools, type LaidComponent, type LaidPart } from './layout.js';

/** A call without any policy. */
export const NO_BUNDLE: Bundle = Object.freeze({ ...NO_POLICY, id: '' });

/**
 * The bundle of a call: that of the step, request or route; else the caller's bundle for this part, else for this
 * component, else its default. Bundles are not merged. Defaults apply to services and gateways only, because the
 * clients of a database are configured at the database. The bundle of a workload is the default of its calls.
 */
export function governing(caller: LaidComponent, callee: LaidPart, own: Bundle | null): Bundle {
  if (own !== null) return own;
  const { source } = caller;
  const covered = !hasPools(callee.component);
  if (source.kind === 'workload') return (covered ? source.workload.policy : null) ?? NO_BUNDLE;
  if (!('host' in source) || source.host === null || !('outbound' in source.host)) return NO_BUNDLE;
  const { outbound } = source.host;
  // The policies for a service also hold for the balancer in front of it.
  const behind = callee.component.source;
  const { name } = callee.component;
  const named = (behind.kind === 'gateway' ? behind.host.balances : null) ?? name;
  return (
    outbound.get(`${named}.${callee.name}`) ??
    outbound.get(named) ??
    (covered ? outbound.get('default') : undefined) ??
    NO_BUNDLE
  );
}

/** The bundles in use, by id. */
export class Bundles {
  private readonly byId = new Map<string, Bundle>();

  /** Registers a bundle and returns its id. Two different bundles with one id would silently share their state. */
  use(bundle: Bundle): string {
    const known = this.byId.get(bundle.id);
    if (known === undefined) this.byId.set(bundle.id, bundle);
    else if (known !== bundle) {
      invariant(canonical(known) === canonical(bundle), 'bundle-identity-ambiguous');
    }
    return bundle.id;
  }

  get(id: string): Bundle {
    return this.byId.get(id)!;
  }

  ids(): readonly string[] {
    return [...this.byId.keys()];
  }
}
