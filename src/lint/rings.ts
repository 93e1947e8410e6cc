/**
 * The strongly connected sets of a graph: a number for each node, equal for two nodes if each reaches the other.
 * Tarjan's algorithm with an explicit stack, because a chain can be as long as the number of services.
 */
export function ringsOf(
  nodes: Iterable<string>,
  next: (node: string) => readonly string[],
): ReadonlyMap<string, number> {
  const rings = new Map<string, number>();
  /** Order of discovery, and the earliest node on the path that each one reaches. */
  const found = new Map<string, number>();
  const earliest = new Map<string, number>();
  const open: string[] = [];
  const enter = (node: string): Step => {
    found.set(node, found.size);
    earliest.set(node, found.get(node)!);
    open.push(node);
    return { node, targets: next(node), at: 0 };
  };
  const lower = (node: string, to: number): void => {
    if (to < earliest.get(node)!) earliest.set(node, to);
  };
  for (const start of nodes) {
    if (found.has(start)) continue;
    const path = [enter(start)];
    while (path.length > 0) {
      const step = path[path.length - 1];
      if (step.at < step.targets.length) {
        const target = step.targets[step.at++];
        if (!found.has(target)) path.push(enter(target));
        else if (!rings.has(target)) lower(step.node, found.get(target)!);
        continue;
      }
      path.pop();
      if (path.length > 0) lower(path[path.length - 1].node, earliest.get(step.node)!);
      if (earliest.get(step.node) === found.get(step.node)) close(step.node, open, rings);
    }
  }
  return rings;
}

interface Step {
  readonly node: string;
  readonly targets: readonly string[];
  /** Next target to follow. */
  at: number;
}

/** Gives the nodes that were found since this one, which all reach it, its number. */
function close(node: string, open: string[], rings: Map<string, number>): void {
  const number = rings.size;
  const members = open.splice(open.lastIndexOf(node));
  for (const member of members) rings.set(member, number);
}
