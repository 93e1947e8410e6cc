import type { Host } from '../../contracts/scenario/host.js';
import type {
  DisruptionBudget,
  Nodes,
  Requests,
  WrittenBudget,
} from '../../contracts/scenario/nodes.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import { formatSize } from '../../contracts/quantities/size-text.js';
import type { HostOutput } from '../schema/host.js';
import type { WrittenPlatform } from '../../contracts/scenario/platform.js';
import { cursorAt, type Context, type Cursor, type Path } from '../resolve/context.js';
import { sorted } from '../resolve/names.js';
import { resolvePlacement } from '../resolve/placement.js';

const PATH: Path = ['platform', 'nodes'];

/** Resolves `platform.nodes`. */
export function resolveNodes(context: Context, platform: WrittenPlatform): Nodes | null {
  const { nodes, kind } = platform;
  if (nodes === null) return null;
  const here = cursorAt(context, ...PATH);
  if (kind !== 'kubernetes') {
    const message = `nodes place instances as Kubernetes does, and kind is ${kind}: write kind: kubernetes`;
    here.conflict(message);
  }
  const { count, provisioning, graceNs, evictionNs } = nodes;
  const max = nodes.max ?? count;
  if (max < count) {
    const message = `max, ${max}, is less than count, ${count}: raise max or lower count`;
    here.in('max').conflict(message);
  }
  if (provisioning !== null && max <= count) {
    const message = `no node is ever added, because max is ${max}: raise max above count, or remove provisioning`;
    here.in('provisioning').conflict(message);
  }
  const { zones } = resolvePlacement(here, count, nodes.zone, max);
  return {
    count,
    zones,
    milliCpu: milliOf(nodes.cpu ?? Infinity),
    memory: nodes.memory ?? Infinity,
    provisioning: provisioning ?? { kind: 'constant', valueNs: 0 },
    graceNs,
    evictionNs,
  };
}

/** Resolves `resources.requests` as room on a node; as in Kubernetes, nothing is requested by default. */
export function resolveRequests({ resources }: Pick<HostOutput, 'resources'>): Requests {
  const { cpu = null, memory = null } = resources?.requests ?? {};
  return { milliCpu: milliOf(cpu ?? 0), memory: memory ?? 0 };
}

/** Kubernetes counts cores in thousandths, rounded up. */
function milliOf(cores: number): number {
  return Math.ceil(cores * 1000 - 1e-6);
}

/** Resolves `disruptionBudget`; null = none. */
export function resolveBudget(here: Cursor, output: WrittenBudget | null): DisruptionBudget | null {
  if (output === null) return null;
  const { minAvailable, maxUnavailable } = output;
  if ((minAvailable === null) === (maxUnavailable === null)) {
    const message = 'a disruption budget needs exactly one of minAvailable and maxUnavailable';
    here.conflict(message);
  }
  return minAvailable === null
    ? { keeps: 'maxUnavailable', amount: maxUnavailable ?? { count: 1 } }
    : { keeps: 'minAvailable', amount: minAvailable };
}

type Placed = Pick<Scenario, 'platform' | 'services' | 'gateways'>;

const NO_DRAINS =
  'no effect, because it limits drains of nodes and there are none; write `platform: { nodes: { count: 3 } }` for it to act';
const NO_LOSSES =
  'no effect, because there are no nodes to lose; write `platform: { nodes: { count: 3 } }` for it to act';

/** Reports instances that no node can ever hold, and remarks on budgets without nodes. */
export function checkNodes(context: Context, { platform, services, gateways }: Placed): void {
  const { nodes } = platform;
  const hosts = [
    ...[...services.values()]
      .filter(({ environments }) => environments === null)
      .map((own) => [own, 'services', own.name] as const),
    ...[...gateways.values()].map((own) => [own, 'gateways', own.name] as const),
  ];
  for (const [host, ...path] of hosts) {
    const here = cursorAt(context, ...path);
    if (nodes !== null) {
      checkRoom(here, nodes, host);
      checkVersions(here, host);
      continue;
    }
    if (host.disruptionBudget !== null) here.in('disruptionBudget').remark(NO_DRAINS);
    const { lifecycle } = host;
    if (lifecycle?.onNodeLoss === 'wait') here.in('lifecycle', 'onNodeLoss').remark(NO_LOSSES);
  }
}

/** Reports versions with requests of their own: nodes have the same room for all instances of a component. */
function checkVersions(here: Cursor, { name, requests }: Host): void {
  const { services, gateways } = here.output;
  const { versions } = (here.path[0] === 'services' ? services : gateways)![name]!;
  for (const [version, own] of sorted(versions)) {
    if ((own.resources?.requests ?? null) === null) continue;
    const { milliCpu, memory } = resolveRequests(own);
    const message = `nodes have the same room for each instance of ${name}, whatever its version: write requests in ${name} only`;
    const at = here.in('versions', version, 'resources', 'requests');
    if (milliCpu !== requests.milliCpu) at.in('cpu').conflict(message);
    if (memory !== requests.memory) at.in('memory').conflict(message);
  }
}

/** Reports a host whose instances fit on no node, or whose zones have none. */
function checkRoom(here: Cursor, nodes: Nodes, host: Host): void {
  const { milliCpu, memory } = host.requests;
  const at = here.in('resources', 'requests');
  if (milliCpu > nodes.milliCpu) {
    const message = `no node can hold an instance: it requests ${milliCpu / 1000} cores, and platform.nodes.cpu is ${nodes.milliCpu / 1000}`;
    at.in('cpu').conflict(message);
  }
  if (memory > nodes.memory) {
    const message = `no node can hold an instance: it requests ${formatSize(memory)}, and platform.nodes.memory is ${formatSize(nodes.memory)}`;
    at.in('memory').conflict(message);
  }
  const bare = host.zones.find((zone) => !nodes.zones.includes(zone));
  if (bare === undefined) return;
  const where = bare === null ? 'outside every zone' : `in zone ${bare}`;
  const message = `${host.name} has instances ${where}, where no node is: add nodes there with zone, or raise count`;
  here.at(...PATH, 'zone').report('FL411', message);
}
