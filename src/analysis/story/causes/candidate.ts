import type { CauseRef } from '../../../contracts/result/cause.js';
import type { Lane } from '../../measure/lanes.js';
import type { Scene } from '../scene.js';
import type { Suspect } from './suspects.js';

/** A planned change or growth of a load, in requests per second. */
export interface Growth {
  readonly workload: number;
  readonly before: number;
  readonly after: number;
  /** The step in which it rises; the first step of a load that grows all the time. */
  readonly step: number;
  readonly isSudden: boolean;
  /** Of a load that rises again and again: the time between two rises. Unit: ns. */
  readonly everyNs?: number;
  /** Of work that starts at a written instant: `the request of deploy`. */
  readonly started?: string;
}

/** A possible cause of a degradation, and where in the walk from the users to their callees it was found. */
export interface Candidate {
  readonly ref: CauseRef;
  /** The fault, if it is one. */
  readonly suspect: Suspect | null;
  /** The component at which it acts; null = unknown. */
  readonly lane: Lane | null;
  /** The step from which it counts. */
  readonly from: number;
  /** Of a load: by how much it grows. */
  readonly growth?: Growth;
  /** The measurement that speaks for it. */
  readonly evidence: string;
  /** Its words, where its kind and subject alone say too little. */
  readonly text?: string;
}

/** A candidate and its part of some harm, from 0 to 1. */
export interface Part {
  readonly candidate: Candidate;
  readonly part: number;
}

/** Identity of a cause: two candidates with the same key are one cause. */
export function keyOf({ kind, subject, resource }: CauseRef): string {
  return `${kind} ${subject} ${resource ?? ''}`;
}

/** The candidate of a fault, or of the component that rolls out. */
export function named({ data }: Scene, suspect: Suspect, lane: Lane | null): Candidate {
  const { fault, from } = suspect;
  const { id, rollout } = fault;
  const ref: CauseRef =
    rollout === null
      ? { kind: 'fault', subject: id }
      : { kind: 'rollout', subject: data.plan.components[rollout].name };
  return { ref, suspect, lane, from, evidence: '' };
}

/** Divides a part of the harm by weights. Equal weights get equal parts. */
export function divided(
  part: number,
  weights: readonly { readonly candidate: Candidate; readonly weight: number }[],
): readonly Part[] {
  const all = weights.reduce((sum, { weight }) => sum + weight, 0);
  if (!(all > 0)) return [];
  return weights.map(({ candidate, weight }) => ({ candidate, part: (part * weight) / all }));
}
