import type { Plan, PlanFault } from '../contracts/plan/plan.js';
import type { PlanVersions } from '../contracts/plan/versions.js';
import { gatewayShapesOf } from '../language/gateway-shapes.js';
import type { Host } from '../contracts/scenario/host.js';
import { shapesOf, versionNames, type Versions } from '../contracts/scenario/services.js';
import type { Target } from '../contracts/scenario/target.js';
import type { KeyTable } from './keys.js';
import { hostOf, type LaidComponent, type LaidPart, type Layout } from './layout.js';

/** A part as another version defines it. */
interface VersionPart {
  readonly number: number;
  readonly part: LaidPart;
}

/** Versions of an endpoint or route with steps, bundles or middleware of their own. */
export function versionsOf(part: LaidPart): readonly VersionPart[] {
  const versions = versionsIn(part.component);
  if (versions === null) return [];
  return versions.others.flatMap((version, index): VersionPart[] => {
    const isSame = version.outbound.size === 0 && version.middleware === null;
    if (!version.endpoints.has(part.name) && isSame) return [];
    const own = shapedPart(part, index + 1);
    return own === null ? [] : [{ number: index + 1, part: own }];
  });
}

/** A part as a version defines it; null = the part is the same in all versions. */
function shapedPart(part: LaidPart, version: number): LaidPart | null {
  const { source, component } = part;
  if (source.kind === 'endpoint') {
    const service = shapesOf(source.service)[version]!;
    return {
      ...part,
      component: { ...component, source: { kind: 'service', host: service } },
      source: { ...source, endpoint: service.endpoints.get(part.name)!, service },
    };
  }
  if (source.kind !== 'route') return null;
  const gateway = gatewayShapesOf(source.gateway)[version]!;
  const route = gateway.routes.find(({ name }) => name === part.name)!;
  return {
    ...part,
    component: { ...component, source: { kind: 'gateway', host: gateway } },
    source: { ...source, route, gateway },
  };
}

/** A component as each of its versions defines it, the initial one first; itself if it has none. */
export function shapesIn(component: LaidComponent): readonly LaidComponent[] {
  const { source } = component;
  if (source.kind === 'service') {
    return shapesOf(source.host).map((host) => ({ ...component, source: { ...source, host } }));
  }
  if (source.kind !== 'gateway') return [component];
  return gatewayShapesOf(source.host).map((host) => ({
    ...component,
    source: { ...source, host },
  }));
}

/** The versions of a component; null = it has none. */
export function versionsIn({ source }: LaidComponent): Versions | null {
  return source.kind === 'service' || source.kind === 'gateway' ? source.host.versions : null;
}

/** Number of the version that a call is for; -1 = all versions. */
export function versionNumber(
  component: LaidComponent,
  { version }: Pick<Target, 'version'>,
): number {
  return version === undefined ? -1 : versionNames(versionsIn(component)).indexOf(version);
}

/** By instance of a component: the number of its version. */
function versionsOfPlaces(
  { counts, rollout }: Versions,
  { zones }: Pick<Host, 'zones'>,
): readonly number[] {
  if (counts !== null) {
    return counts.flatMap((count, number) => Array.from({ length: count }, () => number));
  }
  const next = rollout === null ? 0 : rollout.to + 1;
  // Both versions have as many places as there can be replicas.
  return zones.map((_, place) => (place < zones.length / 2 ? 0 : next));
}

/** Whether an instance runs a version; null = any. */
export function runsVersion(
  component: LaidComponent,
  place: number,
  version: string | null,
): boolean {
  if (version === null) return true;
  const versions = versionsIn(component);
  if (versions === null) return false;
  const number = versionsOfPlaces(versions, hostOf(component)!)[place]!;
  return versionNames(versions)[number] === version;
}

/**
 * The versions of a component with their numbers; null = all instances are alike. Adds rows of measurements for each
 * version.
 */
export function planVersions(
  component: LaidComponent,
  keys: KeyTable,
  measured: number[],
  processes: PlanVersions['processes'],
): PlanVersions | null {
  const { name, parts } = component;
  const versions = versionsIn(component);
  if (versions === null) return null;
  const { rollout } = versions;
  const names = versionNames(versions);
  const next = rollout === null ? 0 : rollout.to + 1;
  const ofPlace = versionsOfPlaces(versions, hostOf(component)!);
  const sticky = rollout?.sticky ?? null;
  return {
    names,
    ...(versions.labels !== undefined && { labels: names.map((one) => versions.labels!.get(one)) }),
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
            sticky: keys.use(sticky, `${name}.rollout`, 'a version'),
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
  return layout.components.flatMap((component): readonly PlanFault[] => {
    const { id, name, parts } = component;
    const versions = versionsIn(component);
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
export const NO_CHANGES = Object.freeze({
  config: {},
  knobs: [],
  share: 1,
  role: null,
  instances: [],
  nodes: [],
  select: { kind: 'all' as const },
  links: [],
  loads: [],
  holders: [],
  when: null,
  ramp: null,
});
