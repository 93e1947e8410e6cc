import type { z } from 'zod';
import { invariant } from '../kernel/invariant.js';
import type { StreamKey } from '../kernel/rng.js';
import type { BackoffConfig } from '../contracts/scenario/backoff.js';
import type { FaultKind } from '../model/faults/kind.js';
import type { KnobEdit } from '../model/faults/knob.js';
import type { BalancerKind } from '../contracts/patterns/balancer.js';
import type { OutlierKind } from '../contracts/patterns/outlier.js';
import type { PolicyKind } from '../contracts/patterns/policy.js';
import type { PolicyName, PolicyTraits } from '../contracts/patterns/policy-traits.js';
import { Backoff } from './mechanisms/backoff.js';
import * as patterns from './index.js';
import { layerNames, orderPresets, presetOrder } from './layers.js';

export { layerNames, orderPresets, presetOrder };

// Each pattern has its own schema type; readers of the registry only know that it has one.
const all = Object.values(patterns) as readonly (
  PolicyKind | FaultKind | BalancerKind | OutlierKind
)[];

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Every kind of every policy of this version, sorted by policy and kind. */
export const policyKinds: readonly PolicyKind[] = all
  .filter((pattern): pattern is PolicyKind => 'policy' in pattern)
  .sort((a, b) => byText(a.policy, b.policy) || byText(a.kind, b.kind));

/** Every kind of fault of this version, sorted by kind. */
export const faultKinds: readonly FaultKind[] = all
  .filter((pattern): pattern is FaultKind => 'edits' in pattern)
  .sort((a, b) => byText(a.kind, b.kind));

/** Every load balancer of this version, sorted. */
export const balancerKinds: readonly BalancerKind[] = all
  .filter((pattern): pattern is BalancerKind => 'balancer' in pattern)
  .sort((a, b) => byText(a.balancer, b.balancer));

/** Every outlier detection of this version, sorted. */
export const outlierKinds: readonly OutlierKind[] = all
  .filter((pattern): pattern is OutlierKind => 'outlier' in pattern)
  .sort((a, b) => byText(a.outlier, b.outlier));

/** Names of the policies of this version, sorted; includes `deadline`. */
export const policyNames: readonly string[] = [...new Set(policyKinds.map((k) => k.policy))];

const policiesByName = new Map<string, PolicyKind>();
const faultsByName = byName(faultKinds, ({ kind }) => kind, 'fault-kind-twice');
const balancersByName = byName(balancerKinds, ({ balancer }) => balancer, 'balancer-kind-twice');
const outliersByName = byName(outlierKinds, ({ outlier }) => outlier, 'outlier-kind-twice');
register();

/** A kind of a policy, or its default kind if none is given; undefined if it does not exist. */
export function policyKind(policy: string, kind: string | undefined): PolicyKind | undefined {
  return policiesByName.get(kind === undefined ? policy : `${policy}/${kind}`);
}

/** The traits of a policy as configured in a layer. */
export function policyTraits<P extends PolicyName>(
  policy: P,
  { kind, config }: { readonly kind: string; readonly config: unknown },
): PolicyTraits[P] {
  const found = policyKind(policy, kind);
  invariant(found !== undefined, 'layer-of-unknown-kind');
  // The schema of this kind produced the configuration, and the kind belongs to this policy.
  return found!.traits(config as never) as PolicyTraits[P];
}

/** The kind of fault with this name; undefined if there is none. */
export function faultKind(kind: string): FaultKind | undefined {
  return faultsByName.get(kind);
}

/** Whether a fault of this kind on a replicated database, named as a whole, means the primary: it acts on processes. */
export function meansPrimary({ targets, ofEveryNode, ofWhole, changesRoles }: FaultKind): boolean {
  return targets.includes('instance') && (ofEveryNode ?? ofWhole ?? changesRoles) !== true;
}

/** The edits that a fault applies at a strength, full by default; none for kinds without edits, such as a rollout. */
export function editsOf(
  {
    kind,
    config,
    share,
  }: { readonly kind: string; readonly config: unknown; readonly share: number },
  strength = 1,
): readonly KnobEdit[] {
  return faultKind(kind)?.edits(config, strength, share) ?? [];
}

/** The load balancer with this name; undefined if there is none. */
export function balancerKind(kind: string): BalancerKind | undefined {
  return balancersByName.get(kind);
}

/** The outlier detection with this name, or the default one; undefined if there is none. */
export function outlierKind(name: string | undefined): OutlierKind | undefined {
  return name === undefined
    ? outlierKinds.find(({ isDefault }) => isDefault)
    : outliersByName.get(name);
}

/** The delays of a back-off, drawn from a stream. */
export function delaysOf(config: BackoffConfig, key: StreamKey): Backoff {
  return new Backoff(config, key);
}

/** The default kind under this key of a bundle, with its schema; null if there is none. */
export function impliedKind(
  key: string,
): { readonly kind: string; readonly schema: z.ZodType } | null {
  const policy = policyKind(key, undefined);
  if (policy !== undefined) return policy;
  if (key !== 'outlierDetection') return null;
  const { outlier, schema } = outlierKind(undefined)!;
  return { kind: outlier, schema };
}

/** Builds the lookup map of the policies and asserts the laws that they obey. */
function register(): void {
  for (const kind of policyKinds) {
    const name = `${kind.policy}/${kind.kind}`;
    checkNames([kind.policy, kind.kind]);
    invariant(!policiesByName.has(name), 'policy-kind-twice');
    invariant(kind.policy === 'deadline' || layerNames.includes(kind.policy), 'policy-no-layer');
    policiesByName.set(name, kind);
    if (!kind.isDefault) continue;
    invariant(!policiesByName.has(kind.policy), 'policy-with-two-defaults');
    policiesByName.set(kind.policy, kind);
  }
  for (const policy of policyNames) {
    invariant(policiesByName.has(policy), 'policy-without-default');
  }
  invariant(outlierKinds.filter(({ isDefault }) => isDefault).length === 1, 'outlier-no-default');
}

/** The kinds by their names, each of which is unique. */
function byName<T>(
  kinds: readonly T[],
  nameOf: (kind: T) => string,
  twice: string,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const kind of kinds) {
    const name = nameOf(kind);
    checkNames([name]);
    invariant(!found.has(name), twice);
    found.set(name, kind);
  }
  return found;
}

function checkNames(names: readonly string[]): void {
  for (const name of names) invariant(/^[a-z][A-Za-z0-9]*$/.test(name), 'name-not-camel-case');
}
