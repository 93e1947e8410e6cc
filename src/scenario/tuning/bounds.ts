/** What the product of a setting accepts. */
export interface Bounds {
  /** Unit: s, of counts 1. */
  readonly min: number;
  readonly max: number;
  /** Whole seconds, in a field that counts them. */
  readonly isWhole: boolean;
}

/** Kubernetes: `periodSeconds` and `timeoutSeconds` of a probe are whole numbers, at least 1 (pkg/apis/core/validation). */
const PROBE: Bounds = { min: 1, max: 2_147_483_647, isWhole: true };

/** Kubernetes: `stabilizationWindowSeconds` is 0 to 3600 (pkg/apis/autoscaling/validation). No part of a time is 0. */
const STABILIZATION: Bounds = { min: 1, max: 3600, isWhole: true };

/**
 * Bounds of fields, named as those of `CHOSEN`. Kafka: a broker refuses the session of a member outside of
 * group.min.session.timeout.ms, 6 s, and group.max.session.timeout.ms, 30 min (GroupCoordinatorConfig). SQS:
 * VisibilityTimeout is 0 to 43,200 whole seconds, maxReceiveCount 1 to 1,000.
 */
const BOUNDS: Readonly<Record<string, Bounds>> = {
  'subscribers[].sessionTimeout': { min: 6, max: 1800, isWhole: false },
  visibilityTimeout: { min: 1, max: 43_200, isWhole: true },
  maxReceiveCount: { min: 1, max: 1000, isWhole: true },
  'autoscaling.scaleUp.stabilization': STABILIZATION,
  'autoscaling.scaleDown.stabilization': STABILIZATION,
  'probes.liveness.period': PROBE,
  'probes.liveness.timeout': PROBE,
  'probes.readiness.period': PROBE,
  'probes.readiness.timeout': PROBE,
};

/** The bounds of a field; undefined where its product accepts any value, or the present one is outside of them. */
export function boundsOf(field: string, present: number): Bounds | undefined {
  const bounds = Object.hasOwn(BOUNDS, field) ? BOUNDS[field] : undefined;
  return bounds !== undefined && fitted(present, bounds) === present ? bounds : undefined;
}

/** The accepted value that is closest to a number. */
export function fitted(number: number, { min, max, isWhole }: Bounds): number {
  const own = Math.min(max, Math.max(min, number));
  return isWhole ? Math.round(own) : own;
}
