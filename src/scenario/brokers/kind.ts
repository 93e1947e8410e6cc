import type { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import type { Broker } from '../../spec/scenario/messaging.js';
import type { Cpu } from '../../spec/scenario/resources.js';
import type { ReferenceEntry } from '../reference-entry.js';
import type { Context, Path } from '../resolve/context.js';
import type { FaultOutput } from '../schema/fault.js';

/** One kind of broker, in one file: its fields, what lives on it, which faults hit it, and its reference page. */
export interface BrokerKind<Schema extends z.ZodObject = z.ZodObject> {
  /** Word of its field `kind`. */
  readonly kind: string;
  /** Topics that are logs live on it. */
  readonly hasLogs: boolean;
  /** Its fields in a scenario, among them those of BrokerFields. */
  readonly schema: Schema;
  resolve(place: BrokerPlace<z.output<Schema>>): OwnBroker;
  /** Why a fault has no effect on it; undefined where it has one. */
  unfit(kind: FaultKind, output: FaultOutput): string | undefined;
  readonly reference: ReferenceEntry;
}

/** One broker of a scenario. */
export interface BrokerPlace<Output> {
  readonly context: Context;
  readonly output: Output;
  readonly path: Path;
}

/** What a kind says of one of its brokers. */
export interface OwnBroker {
  readonly options: Broker['options'];
  /** Nodes of logs. Defaults to none. */
  readonly log?: Broker['log'];
  /** Nodes of queues. Defaults to none. */
  readonly cluster?: Broker['cluster'];
  /** Messages that its queues take in a second, all together. Defaults to no limit. */
  readonly quota?: number;
  /** Cores of a node. Defaults to no limit. */
  readonly cpu?: Cpu;
}

/** Checks a kind against its own fields. */
export function brokerKind<Schema extends z.ZodObject>(
  kind: BrokerKind<Schema>,
): BrokerKind<Schema> {
  return kind;
}

/** Faults of nodes that answer no requests. */
const OF_NODES: ReadonlySet<string> = new Set(['crash', 'pause']);

/** Why a fault has no effect on nodes that only hold queues. */
export function unfitForNodes({ kind }: FaultKind): string | undefined {
  return OF_NODES.has(kind)
    ? undefined
    : `its nodes support only the faults ${[...OF_NODES].join(' and ')}`;
}
