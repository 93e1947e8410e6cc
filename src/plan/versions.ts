import type { Plan, PlanFault } from '../spec/plan/plan.js';
import type { PlanVersions } from '../spec/plan/versions.js';
import { shapeOf, versionNames } from '../spec/scenario/services.js';
import type { Target } from '../spec/scenario/target.js';
import type { Service, Versions } from '../spec/scenario/services.js';
import type { KeyTable } from './keys.js';
import type { LaidComponent, LaidPart, Layout } from './layout.js';

/** The part of an endpoint as another version defines it. */
interface VersionPart {
  readonly number: number;
  readonly part: LaidPart;
}

/** Versions of an endpoint with their own steps or bundles. */
export function versionsOf(part: LaidPart): readonly VersionPart[] {
  const { source, component } = part;
  if (source.kind !== 'endpoint' || source.service.versions === null) return [];
  const { service } = source;
  return service.versions!.others.flatMap((version, index): VersionPart[] => {
    const isSame = version.outbound.size === 0 && version.middleware === null;
    if (!version.endpoints.has(part.name) && isSame) return [];
    const shape = shapeOf(service, version);
    const endpoint = shape.endpoints.get(part.name)!;
    const own = {
      ...part,
      component: { ...component, source: { kind: 'service' as const, host: shape } },
      source: { ...source, endpoint, service: shape },
    };
    return [{ number: index + 1, part: own }];
  });
}

/** The versions of a component; null = it has none. */
export function versionsIn({ source }: LaidComponent): Versions | null {
  return source.kind === 'service' ? source.host.versions : null;
}

/** Number of the version that a call is for; -1 = all versions. */
export function versionNumber(
  component: LaidComponent,
  { version }: Pick<Target, 'version'>,
): number {
  return version === undefined ? -1 : versionNames(versionsIn(component)).indexOf(version);
}

/** By instance of a service: the number of its version. */
export function versionsOfPlaces(
  { counts, rollout }: Versions,
  { zones }: Service,
): readonly number[] {
  if (counts !== null) {
    return counts.flatMap((count, number) => Array.from({ length: count }, () => number));
  }
  const next = rollout === null ? 0 : rollout.to + 1;
  // Both versions have as many places as there can be replicas.
  return zones.map((_, place) => (place < zones.length / 2 ? 0 : next));
}

/**
 * The versions of a component with their numbers; null = all instances are alike. Adds rows of measurements for each
 * version.
 */
export function planVersions(
  { source, name, parts }: LaidComponent,
  keys: KeyTable,
  measured: number[],
  processes: PlanVersions['processes'],
): PlanVersions | null {
  if (source.kind !== 'service' || source.host.versions === null) return null;
  const { rollout } = source.host.versions;
  const names = versionNames(source.host.versions);
  const next = rollout === null ? 0 : rollout.to + 1;
  const ofPlace = versionsOfPlaces(source.host.versions, source.host);
  const sticky = rollout?.sticky ?? null;
  return {
    names,
    ofPlace,
    rowShifts: names.map(() => {
      const shift = measured.length - parts[0]!.id;
      measured.push(...parts.map(({ id }) => id));
      return shift;
    }),
    processes,
    rollout:
      rollout === null
        ? null
        : {
            ...rollout,
            to: next,
            sticky: sticky === null ? -1 : keys.use(sticky, `${name}.rollout`, 'a version'),
          },
  };
}

/**
 * Plans rollouts as faults, because they can do harm and are reported like faults. Only the run knows when one ends, so
 * its span lasts to the horizon.
 */
export function planRollouts(
  layout: Layout,
  { warmupNs, horizonNs }: Pick<Plan, 'warmupNs' | 'horizonNs'>,
): readonly PlanFault[] {
  return layout.components.flatMap(({ id, name, source, parts }): readonly PlanFault[] => {
    const versions = source.kind === 'service' ? source.host.versions : null;
    if (versions === null || versions.rollout === null) return [];
    const { to, atNs } = versions.rollout;
    const fromNs = warmupNs + atNs;
    // A rollout that starts after the end of the run never happens.
    if (fromNs >= horizonNs) return [];
    return [
      {
        ...NO_CHANGES,
        id: `${name}@${versions.others[to].name}`,
        kind: 'rollout',
        parts: parts.map((part) => part.id),
        spans: [{ fromNs, untilNs: horizonNs }],
        chance: { jitterNs: 0, probability: 1, starts: [] },
        stream: `${name}.rollout`,
        rollout: id,
      },
    ];
  });
}

/** Fields of a fault that changes nothing by itself. */
const NO_CHANGES = Object.freeze({
  config: {},
  knobs: [],
  share: 1,
  role: null,
  instances: [],
  select: { kind: 'all' as const },
  links: [],
  loads: [],
  holders: [],
  when: null,
  ramp: null,
});
