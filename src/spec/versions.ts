import type { Ns } from '../kernel/time.js';
import type { CompareOp } from './compare.js';
import type { Lifecycle } from './resources.js';
import type { Bundle, Endpoint, Service } from './scenario.js';

export const ROLLOUT_KINDS = ['rolling', 'recreate', 'blueGreen', 'canary'] as const;

/** What a version has of its own; everything else is that of its service. */
export interface ServiceVersion {
  readonly name: string;
  readonly title: string | null;
  /** Those that are not as in the service. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly outbound: ReadonlyMap<string, Bundle>;
  /** null = that of the service. */
  readonly lifecycle: Lifecycle | null;
}

/** The versions of a service. */
export interface Versions {
  /** What runs at the beginning: the service itself is as this version is. */
  readonly first: string;
  /** The other ones, by name. */
  readonly others: readonly ServiceVersion[];
  /** How many there are of each at the beginning, `first` before `others`; null = all are `first`. */
  readonly counts: readonly number[] | null;
  readonly rollout: Rollout | null;
}

/** So many, or a share of the replicas. */
export interface Amount {
  readonly unit: 'percent' | 'pods';
  readonly value: number;
}

export type RolloutStep =
  /** Share of the requests that the new version gets. */
  | { readonly step: 'weight'; readonly weight: number }
  /** null = to the end of the run. */
  | { readonly step: 'pause'; readonly forNs: Ns | null }
  /** Share of the replicas that the new version has, whatever its weight. */
  | { readonly step: 'scale'; readonly share: number };

/** One of the two versions of a rollout, as an analysis names it. */
export type Side = 'canary' | 'stable';

export interface RolloutMetric {
  readonly side: Side;
  readonly name: 'success' | 'latency' | 'successLatency';
  /** Of a latency; '' elsewhere. */
  readonly statistic: string;
}

/** Something that has to hold for the new version in each interval. */
export interface RolloutExpectation {
  readonly text: string;
  readonly metric: RolloutMetric;
  readonly op: CompareOp;
  /** Seconds or a share; a factor where `of` is there. */
  readonly limit: number;
  readonly of: RolloutMetric | null;
}

/** Looks at a new version that gets requests (Argo Rollouts docs/features/analysis.md, Flagger how-it-works.md). */
export interface RolloutAnalysis {
  readonly expect: readonly RolloutExpectation[];
  readonly intervalNs: Ns;
  /** So many looks may fail. */
  readonly failureLimit: number;
  /** A look at fewer requests says nothing. */
  readonly minSamples: number;
}

/** How one version takes the place of another. */
export interface Rollout {
  /** Index of the version in `others`. */
  readonly to: number;
  /** From the end of the warm-up. */
  readonly atNs: Ns;
  readonly kind: (typeof ROLLOUT_KINDS)[number];
  readonly maxSurge: Amount;
  readonly maxUnavailable: Amount;
  readonly minReadyNs: Ns;
  /** Of `blueGreen`: replicas of the new version before it gets requests; null = all. */
  readonly preview: number | null;
  readonly autoPromotion: boolean;
  readonly scaleDownDelayNs: Ns;
  readonly steps: readonly RolloutStep[];
  readonly analysis: RolloutAnalysis | null;
  readonly onFailure: 'rollback' | 'pause' | 'continue';
  /** A key: all requests of a value go to one version. */
  readonly sticky: string | null;
  readonly routing: 'weighted' | 'replicas';
}

/** What became of a rollout. */
export type RolloutResult = 'running' | 'promoted' | 'rolledBack';

/** A rollout with the numbers of what it is about. */
export interface PlanRollout extends Omit<Rollout, 'to' | 'sticky'> {
  /** Number of the new version among those of the component; the old one is 0. */
  readonly to: number;
  /** Key index, or -1. */
  readonly sticky: number;
}

/** The versions of a component. */
export interface PlanVersions {
  /** That of the beginning first. */
  readonly names: readonly string[];
  /** By place: number of the version that it is for. */
  readonly ofPlace: readonly number[];
  readonly lifecycles: readonly (Lifecycle | null)[];
  readonly rollout: PlanRollout | null;
}

/** The service as each of its versions has it, the first one before the others. */
export function shapesOf(service: Service): readonly Service[] {
  const { versions } = service;
  if (versions === null) return [service];
  return [service, ...versions.others.map((version) => shapeOf(service, version))];
}

/** The service as one of its versions has it. */
export function shapeOf(service: Service, version: ServiceVersion): Service {
  return {
    ...service,
    endpoints: new Map([...service.endpoints, ...version.endpoints]),
    outbound: new Map([...service.outbound, ...version.outbound]),
    lifecycle: version.lifecycle ?? service.lifecycle,
    versions: null,
  };
}

/** How many that is of so many replicas: a share of surplus is rounded up, one of what is missing down. */
export function amountOf({ unit, value }: Amount, replicas: number, isSurge: boolean): number {
  if (unit === 'pods') return value;
  const exact = (replicas * value) / 100;
  return isSurge ? Math.ceil(exact - 1e-9) : Math.floor(exact + 1e-9);
}

/** Whether the platform of a component adds instances and takes them away: it has more places than it has of them. */
export function comesAndGoes({
  autoscaling,
  versions,
}: {
  readonly autoscaling: unknown;
  readonly versions: Pick<PlanVersions, 'rollout'> | null;
}): boolean {
  return autoscaling !== null || (versions?.rollout ?? null) !== null;
}
