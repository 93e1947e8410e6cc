import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import {
  ConnectWork,
  type ServerWork,
  type Working,
} from '../../resources/connections/connect-work.js';

/** A producer, and its process; null = one that never dies. */
interface Homed {
  readonly home: Instance | null;
}

/** One producer's connection to one node. */
interface Dial {
  /** Deaths of the node and of the producer's process before it was opened. */
  readonly nodeEpoch: number;
  readonly homeEpoch: number;
  isOpen: boolean;
  /** Requests that wait for it. */
  readonly waiting: (() => void)[];
}

/**
 * Connections of the producers of a topic to the nodes, which cost the nodes CPU. A client connects to a node with its
 * first request to it (NetworkClient.ready, initiateConnect), so a new leader meets all producers at once.
 */
export class ProducerDials {
  private readonly dials = new Map<number, Dial>();
  private readonly nodes: readonly Instance[];
  private readonly works: readonly (ServerWork | null)[];

  constructor(
    world: Run & { readonly tasks: Working },
    broker: number,
    /** Partitions of the topic: at the start node p mod nodes leads partition p. */
    private readonly partitions: number,
    private readonly producers: readonly Homed[],
  ) {
    const component = world.plan.components[broker];
    const { firstInstance, instances } = component;
    this.nodes = world.instances.slice(firstInstance, firstInstance + instances);
    const work = new ConnectWork(world.tasks);
    this.works = this.nodes.map((node) => work.of(component, node));
  }

  /** True if a producer has no open connection to a node yet; `then` runs when it has one, or the node has died. */
  waits(producer: number, node: number, then: () => void): boolean {
    const dial = this.dialOf(producer, node);
    if (dial.isOpen) return false;
    dial.waiting.push(then);
    return true;
  }

  private dialOf(producer: number, node: number): Dial {
    const key = producer * this.nodes.length + node;
    const nodeEpoch = this.nodes[node].epoch;
    const homeEpoch = this.producers[producer].home?.epoch ?? 0;
    const known = this.dials.get(key);
    if (known?.nodeEpoch === nodeEpoch && known.homeEpoch === homeEpoch) return known;
    // The processes of the start have long been connected to the leaders of then.
    const isFirst = known === undefined && nodeEpoch === 0 && homeEpoch === 0;
    const isOpen = isFirst && node < this.partitions;
    const dial: Dial = { nodeEpoch, homeEpoch, isOpen, waiting: [] };
    this.dials.set(key, dial);
    if (isOpen) return dial;
    const done = (): void => {
      dial.isOpen = true;
      for (const then of dial.waiting.splice(0)) then();
    };
    if (this.works[node]?.(key, nodeEpoch, done) !== true) dial.isOpen = true;
    return dial;
  }
}

/** The connections of the producers of a topic; null if they cost nothing. */
export function producerDials(
  world: Run & { readonly tasks: Working },
  broker: number,
  partitions: number,
  producers: readonly Homed[],
): ProducerDials | null {
  const { connectProgram } = world.plan.components[broker];
  return connectProgram < 0 ? null : new ProducerDials(world, broker, partitions, producers);
}
