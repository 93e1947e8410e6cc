import { get, items, text, type MapNode } from '../../scenario/located.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';

/** A fault whose length can be changed. */
export interface Length {
  readonly id: string;
  /** As in the file. */
  readonly seconds: number;
  /** Largest multiple of it that leaves time in which the run shows whether the system comes back; at least 1. */
  readonly most: number;
}

/**
 * The length of a fault that is written with one `for`; null for any other fault. `share`: largest part of the time from
 * its start to the end of the run that it may take.
 */
export function lengthOf(
  { id, spans, when }: Fault,
  written: MapNode,
  durationNs: Ns,
  share: number,
): Length | null {
  const [span] = spans;
  if (span === undefined || spans.length > 1 || when !== null || !hasLength(written, id))
    return null;
  if (span.untilNs === null) return null;
  const now = span.untilNs - span.fromNs;
  // No factor makes a crash of 0 s last longer.
  if (now === 0) return null;
  const room = (share * (durationNs - span.fromNs)) / now;
  return { id, seconds: now / NS_PER_SECOND, most: Math.max(1, room) };
}

/** The path of the length of a fault, as patches write it. */
export function lengthPath(id: string): string {
  return `faults[${id}].for`;
}

function hasLength(written: MapNode, id: string): boolean {
  const all = items(get(written, 'faults'));
  const length = get(
    all.find((one) => text(get(one, 'id')) === id),
    'for',
  );
  return length !== undefined && /^[\d.]+[a-z]+$/.test(text(length) ?? '');
}
