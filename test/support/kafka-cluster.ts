import { engine } from '../../src/kernel/engine.js';
import { samplers } from '../../src/kernel/distribution.js';
import { PHASE } from '../../src/kernel/phase.js';
import { FROZEN } from '../../src/model/data/instances/process.js';
import type { Instance, Resident } from '../../src/model/data/instances/instance.js';
import type { KafkaTopic } from '../../src/model/modules/messaging/kafka.js';
import type { Messages } from '../../src/model/modules/messaging/messages.js';
import { Writes } from '../../src/model/modules/messaging/writes.js';
import type { Publication } from '../../src/model/modules/messaging/writes.js';
import type { World } from '../../src/model/modules/world.js';
import type { PlanBroker } from '../../src/contracts/plan/messaging.js';
import type { Producer } from '../../src/contracts/scenario/producer.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { timetable } from './timetable.js';

export interface ClusterOptions {
  readonly nodes?: number;
  readonly partitions?: number;
  readonly replication?: number;
  readonly minInsync?: number;
  readonly unclean?: boolean;
  readonly electionNs?: number;
  /** From the leader to each follower; -1 = at once. */
  readonly copyNs?: number;
  /** Service time of a request at a node, and messages that it accepts per second. */
  readonly serviceNs?: number;
  readonly maxThroughput?: number;
  readonly producer?: Partial<Producer>;
  /** Messages that arrive twice. */
  readonly twice?: readonly number[];
}

/** A process that nothing but a test starts, stops and ends. */
export type Node = { -readonly [Key in 'id' | 'down' | 'frozen']: Instance[Key] } & {
  readonly residents: Resident[];
};

const nodeOf = (id: number): Node => ({ id, down: false, frozen: FROZEN.no, residents: [] });

export const PRODUCER: Producer = {
  version: '3.3',
  acks: 'all',
  lingerNs: 5,
  batchBytes: 16_384,
  bufferBytes: 1_000_000,
  maxBlockNs: 1000,
  requestTimeoutNs: 300,
  deliveryTimeoutNs: 5000,
  retries: 1_000_000,
  backoffNs: 10,
  backoffMaxNs: 40,
  idempotence: true,
};

/** Id of the first of two services that publish; nodes have ids from 0 on. */
export const SERVICE = 50;

/** The way of messages to a topic on a cluster, and nothing else. Times are in ns. */
export function cluster(options: ClusterOptions = {}) {
  const { nodes: count = 3, partitions = 1, replication = count, minInsync = 1 } = options;
  const { unclean = false, electionNs = 100, copyNs = 2, serviceNs = 2 } = options;
  const { maxThroughput = Infinity, twice = [] } = options;
  const table = timetable();
  samplers.reset();
  const latency = copyNs < 0 ? -1 : samplers.add({ kind: 'constant', valueNs: copyNs });
  const nodes = Array.from({ length: count }, (_, id) => nodeOf(id));
  const services = [nodeOf(SERVICE), nodeOf(SERVICE + 1)];
  const instances: Node[] = [];
  for (const one of [...nodes, ...services]) instances[one.id] = one;
  const kept = new Map<string, () => number>();
  const releases: number[] = [];
  const told: { waiter: number; stamp: number; outcome: Outcome; at: number }[] = [];
  const log: { message: number; partition: number; at: number }[] = [];
  const lost: number[] = [];
  const cuts: (readonly [partition: number, from: number])[] = [];
  const led: (readonly [at: number, partition: number, isLed: boolean])[] = [];
  const repeated: number[] = [];
  const requests: { id: number; node: number; at: number; context: unknown }[] = [];
  const looks: number[] = [];
  const lengths = Array.from({ length: partitions }, () => 0);

  // Requests in progress at a node: held while it is paused or hangs, lost when it dies.
  const running = new Map<number, number>();
  const held: number[] = [];
  const end = (id: number, outcome: Outcome): void => {
    const node = running.get(id);
    if (node === undefined) return;
    if (outcome === OUTCOME.ok && nodes[node]!.frozen !== FROZEN.no) {
      held.push(id);
      return;
    }
    running.delete(id);
    engine.soon(PHASE.COMPLETION, endedOp, id, outcome, 0);
  };
  const endedOp = engine.define('ended', (id, outcome) => writes.taskEnded(id, outcome as Outcome));
  const doneOp = engine.define('done', (id) => end(id, OUTCOME.ok));
  const world = {
    plan: {
      seed: 7,
      components: [
        { name: 'cluster', firstInstance: 0, instances: count, connectProgram: -1 },
        { name: 'jobs', firstInstance: 0, instances: 0, connectProgram: -1 },
      ],
    },
    replication: 0,
    journal: { tell: () => {} },
    instances,
    kept,
    outages: { terminations: { look: ({ id }: Instance) => looks.push(id) } },
    tasks: {
      register: () => 77,
      start: (owner: number, id: number, node: number, part: number, context: unknown) => {
        if (owner !== 77 || part !== 5) throw new Error('work of somebody else');
        requests.push({ id, node, at: engine.now, context });
        running.set(id, node);
        engine.at(engine.now + serviceNs, PHASE.COMPLETION, doneOp, id, 0, 0);
      },
    },
  };
  const holders: number[] = [];
  const messages = {
    holders,
    bytes: [] as number[],
    lineageA: [] as number[],
    lineageB: [] as number[],
    release: (message: number) => {
      if (--holders[message]! < 0) throw new Error('released twice');
      releases.push(message);
    },
    contextOf: (a: number, b: number, tries: number) => [a, b, tries],
  };
  const producer = { ...PRODUCER, ...options.producer };
  const topic = {
    spec: { component: 1, spec: { producer, replication, minInsyncReplicas: minInsync } },
    partitions: lengths,
    partitionOf: (message: number) => message % partitions,
    appendTo: (message: number, partition: number) => {
      log.push({ message, partition, at: engine.now });
      lengths[partition]!++;
    },
    comesTwice: (message: number) => twice.includes(message),
    repeat: (message: number) => repeated.push(message),
    lose: (message: number) => lost.push(message),
    cut: (partition: number, from: number) => cuts.push([partition, from]),
    reachable: (partition: number, isLed: boolean) => led.push([engine.now, partition, isLed]),
  };
  const broker = {
    component: 0,
    part: 5,
    spec: { maxThroughput, electionNs, uncleanElection: unclean },
    latency,
  };
  const writes = new Writes({
    world: world as unknown as World,
    messages: messages as unknown as Messages,
    topic: topic as unknown as KafkaTopic,
    broker: broker as unknown as PlanBroker,
    lines: new Float64Array(count),
    notify: (waiter, stamp, outcome) => void told.push({ waiter, stamp, outcome, at: engine.now }),
  });

  const freeze = (node: Node, frozen: number): void => {
    const before = node.frozen;
    if (node.down || before === frozen) return;
    node.frozen = frozen;
    if (frozen === FROZEN.no) for (const id of held.splice(0)) end(id, OUTCOME.ok);
    const each = (act: (resident: Resident) => void): void => node.residents.forEach(act);
    if (frozen === FROZEN.pause) each((own) => own.paused?.());
    if (before === FROZEN.pause) each((own) => own.resumed?.());
    if (before === FROZEN.hang || frozen === FROZEN.hang) each((own) => own.hung?.());
  };
  let next = 0;
  return {
    writes,
    nodes,
    services,
    told,
    log,
    lost,
    cuts,
    led,
    repeated,
    requests,
    releases,
    looks,
    holders,
    lengths,
    /** Requests that are kept. */
    kept: () => kept.get('requests.1')!(),
    at: table.at,
    run: (until = 1e9) => table.run(until),
    /** Publishes now; gives the numbers of the messages, and whether the publisher has to wait. */
    publish: (more: Partial<Publication> & { count?: number; bytes?: number } = {}) => {
      const { count: own = 1, bytes = 0, ...rest } = more;
      const list = Array.from({ length: own }, () => next++);
      for (const message of list) {
        holders[message] = 0;
        messages.bytes[message] = bytes;
        messages.lineageA[message] = 1000 + message;
        messages.lineageB[message] = 2000 + message;
      }
      const waits = writes.publish({
        messages: list,
        instance: SERVICE,
        keyed: true,
        acks: null,
        confirm: true,
        waiter: list[0]!,
        stamp: 3 * list[0]!,
        ...rest,
      });
      return { list, waits };
    },
    die: (node: Node) => {
      if (node.down) return;
      node.down = true;
      node.frozen = FROZEN.no;
      for (const [id, own] of [...running]) {
        if (nodes[own] === node) end(id, OUTCOME.reset);
      }
      for (const resident of node.residents) resident.died();
    },
    start: (node: Node) => {
      if (!node.down) return;
      node.down = false;
      for (const resident of node.residents) resident.started();
    },
    pause: (node: Node) => freeze(node, FROZEN.pause),
    hang: (node: Node) => freeze(node, FROZEN.hang),
    thaw: (node: Node) => freeze(node, FROZEN.no),
  };
}
