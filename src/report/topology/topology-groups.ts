import { formatCount } from '../../text/figures.js';
import { byCodeUnit, groupedBy } from '../../text/order.js';
import { plural } from '../../text/words.js';
import { groupsOf, type GraphEdge, type GraphNode, type Groups } from './topology-layout.js';

/** Components and connections that a drawing can show legibly. More of them also take too long to place. */
const NODES_MAX = 100;
const EDGES_MAX = 300;

/** Boxes and connections of a drawing of groups. */
const BOXES_MAX = 60;
const LINES_MAX = 150;

/** A topology, and the boxes that its author asks for. */
export interface Topology {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly groups?: Groups;
}

/** A topology of groups. */
export interface Condensed extends Topology {
  /** What a box is, in a sentence. */
  readonly note: string;
}

/** Whether a topology is too large to draw each component. */
export function isCrowded({ nodes, edges }: Topology): boolean {
  return nodes.length > NODES_MAX || edges.length > EDGES_MAX;
}

/**
 * The topology with a box for each group of components: the groups of the scenario, else components whose names begin
 * alike, else those that are equally far from the users. Workloads stay on their own if they are few.
 */
export function condensed(topology: Topology): Condensed {
  for (const { groupOf, words } of waysToGroup(topology)) {
    const groups = groupedBy(topology.nodes, groupOf);
    const edges = between(topology, groupOf);
    const isLegible = groups.size <= BOXES_MAX && edges.length <= LINES_MAX;
    const largest = Math.max(...[...groups.values()].map(({ length }) => length));
    // One box with nearly everything in it shows nothing.
    if (isLegible && largest <= 0.75 * topology.nodes.length) {
      return drawn(topology, groups, edges, words);
    }
  }
  const { groupOf, words } = byDistance(topology, BANDS.at(-1)!);
  return drawn(topology, groupedBy(topology.nodes, groupOf), between(topology, groupOf), words);
}

interface Grouping {
  /** The name of the group of a component. */
  readonly groupOf: (node: GraphNode) => string;
  /** What the components of a group have in common. */
  readonly words: string;
}

/** Numbers of distances that become one box each. */
const BANDS = [40, 20, 10] as const;

function waysToGroup(topology: Topology): readonly Grouping[] {
  return [
    ...byScenario(topology),
    ...[1, 2].map((words) => byName(topology, words)),
    ...BANDS.map((bands) => byDistance(topology, bands)),
  ];
}

function byScenario({ nodes, groups = {} }: Topology): readonly Grouping[] {
  const own = new Map(
    groupsOf(nodes, groups).flatMap(({ name, members }) =>
      members.map((member) => [member, name] as const),
    ),
  );
  if (own.size === 0) return [];
  const words = 'of the same group in report.groups';
  return [{ groupOf: ({ name }) => own.get(name) ?? name, words }];
}

/** Users are drawn one by one, unless there are too many of them. */
const USERS_MAX = 20;

function isAlone({ nodes }: Topology): (node: GraphNode) => boolean {
  const users = nodes.filter(({ kind }) => kind === 'workload').length;
  return ({ kind }) => kind === 'workload' && users <= USERS_MAX;
}

/** By the first words of the names: `payments-api` and `payments-db` are in `payments-`. */
function byName(topology: Topology, words: number): Grouping {
  const alone = isAlone(topology);
  const beginning = new RegExp(`^(?:[^-_/:]+[-_/:]){${words}}`, 'u');
  return {
    groupOf: (node) => (alone(node) ? node.name : (beginning.exec(node.name)?.[0] ?? node.name)),
    words: 'whose names begin alike',
  };
}

/** By the number of calls from the users; adjacent distances share a box if there are too many. */
function byDistance(topology: Topology, bands: number): Grouping {
  const alone = isAlone(topology);
  const distances = distancesIn(topology);
  const most = Math.max(0, ...distances.values()) + 1;
  const width = Math.ceil(most / bands);
  const groupOf = (node: GraphNode): string => {
    const distance = distances.get(node.name);
    if (alone(node)) return node.name;
    if (distance === undefined) return 'not called';
    const first = Math.floor(distance / width) * width;
    const last = Math.min(most - 1, first + width - 1);
    return first === last
      ? plural(first, 'call')
      : `${formatCount(first)}-${formatCount(last)} calls`;
  };
  return { groupOf, words: 'at the same distance from the users, in calls' };
}

/** Number of calls on the shortest way from a workload. */
function distancesIn({ nodes, edges }: Topology): ReadonlyMap<string, number> {
  const calls = groupedBy(edges, ({ from }) => from);
  const distances = new Map<string, number>();
  for (const { name, kind } of nodes) if (kind === 'workload') distances.set(name, 0);
  // A map yields the entries that are added while it is walked.
  for (const [name, distance] of distances) {
    for (const { to } of calls.get(name) ?? []) {
      if (!distances.has(to)) distances.set(to, distance + 1);
    }
  }
  return distances;
}

function between({ nodes, edges }: Topology, groupOf: Grouping['groupOf']): readonly GraphEdge[] {
  const groups = new Map(nodes.map((node) => [node.name, groupOf(node)]));
  const lines = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const from = groups.get(edge.from);
    const to = groups.get(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    const key = JSON.stringify([from, to]);
    const isMessage = edge.isMessage === true && lines.get(key)?.isMessage !== false;
    lines.set(key, { from, to, isMessage });
  }
  return [...lines.values()];
}

function drawn(
  { nodes }: Topology,
  groups: ReadonlyMap<string, readonly GraphNode[]>,
  edges: readonly GraphEdge[],
  words: string,
): Condensed {
  const boxes = [...groups].sort(([a], [b]) => byCodeUnit(a, b));
  // A group of one component is that component.
  const names = new Map(
    boxes.map(([group, [first, ...others]]) => [group, others.length === 0 ? first!.name : group]),
  );
  return {
    nodes: boxes.map(([group, members]) => boxOf(names.get(group)!, members)),
    edges: edges.map((edge) => ({
      ...edge,
      from: names.get(edge.from)!,
      to: names.get(edge.to)!,
    })),
    note: `${plural(nodes.length, 'component')}. A box with a number holds those ${words}.`,
  };
}

function boxOf(name: string, members: readonly GraphNode[]): GraphNode {
  const [first] = members;
  if (members.length === 1) return first!;
  const isAlike = members.every(({ kind }) => kind === first!.kind);
  const noun = isAlike && first!.kind === 'service' ? 'service' : 'component';
  return {
    name,
    kind: isAlike ? first!.kind : 'service',
    external: members.every(({ external }) => external),
    below: [plural(members.length, noun)],
  };
}
