import type { Cell } from './cell.js';
import { from, map, type WrittenMap } from './written.js';

/** A target of a route, with its share of the requests. */
export interface Target {
  /** A component, or a version of it. */
  readonly name: string;
  readonly share: number;
  /** Where the share is written. */
  readonly origins: readonly (Cell | undefined)[];
}

/**
 * The targets of a route, each name once: a stable and a canary Service may lead to the same pods. None if no target
 * gets a request.
 */
export function targetsIn<T extends Target>(all: readonly T[]): readonly T[] {
  const byName = new Map<string, T>();
  for (const target of all) {
    const known = byName.get(target.name);
    const share = target.share + (known?.share ?? 0);
    const origins = [...(known?.origins ?? []), ...target.origins];
    byName.set(target.name, { ...target, ...known, share, origins });
  }
  const found = [...byName.values()];
  return found.some(({ share }) => share > 0) ? found : [];
}

/** Their shares, by name. */
export function sharesOf(targets: readonly Target[]): WrittenMap {
  return map(targets.map(({ name, share, origins }) => [name, from(share, ...origins)] as const));
}
