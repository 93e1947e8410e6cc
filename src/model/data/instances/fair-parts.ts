/** Other threads that compete for the cores. */
export interface Stress {
  /** null = one for each core. */
  readonly threads: number | null;
  /** Part of a core that each of them wants. */
  readonly load: number;
}

/** A group of other threads. */
export interface Others {
  readonly threads: number;
  readonly load: number;
}

/** No other threads. */
export const ALONE: readonly Others[] = [];

/**
 * The part of a core that each of n threads gets if every core also runs one thread with the demand `load`. Above 1
 * each gets all it wants.
 */
function fairPart(n: number, cores: number, load: number): number {
  const rest = (cores * (1 - load)) / n;
  const equal = cores / (n + cores);
  return rest > equal ? rest : equal;
}

/**
 * The same beside several groups of threads, in ascending order of their loads: a group that wants no more than an equal
 * part gets it, the others share the rest.
 */
function fairPartOfSeveral(n: number, cores: number, others: readonly Others[]): number {
  let left = cores;
  let sharing = n;
  for (const { threads } of others) sharing += threads;
  for (const { threads, load } of others) {
    if (load * sharing >= left) break;
    left -= threads * load;
    sharing -= threads;
  }
  return left / sharing;
}

/** The groups of other threads, in ascending order of their loads. */
export function othersOf(
  cores: number,
  background: number,
  stress: readonly Stress[],
): readonly Others[] {
  const groups = stress.map(({ threads, load }) => ({ threads: threads ?? cores, load }));
  if (background > 0) {
    const threads = Math.ceil(background);
    groups.push({ threads, load: background / threads });
  }
  const busy = groups.filter(({ load }) => load > 0).sort((a, b) => a.load - b.load);
  return busy.length === 0 ? ALONE : busy;
}

/** The cores that all of them want. */
export function coresOf(others: readonly Others[]): number {
  return others.reduce((sum, { threads, load }) => sum + threads * load, 0);
}

/** The part of a core that each of n threads gets beside the others. */
export function fairPartBeside(n: number, cores: number, others: readonly Others[]): number {
  const { threads, load } = others[0];
  if (others.length === 1 && threads === cores) return fairPart(n, cores, load);
  return fairPartOfSeveral(n, cores, others);
}
