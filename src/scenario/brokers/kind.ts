import type { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import type { Broker } from '../../contracts/scenario/messaging.js';
import type { Cpu } from '../../contracts/scenario/process.js';
import { list } from '../../text/words.js';
import type { ReferenceEntry } from '../reference-entry.js';
import type { Cursor } from '../resolve/context.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';

/** A kind of broker in one file: its fields, its final form, the faults that can hit it, and its reference page. */
export interface BrokerKind<Schema extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  /** Whether it can hold topics that are logs. */
  readonly hasLogs: boolean;
  /** Schema of its fields, including those of BrokerFields. */
  readonly schema: Schema;
  resolve(place: BrokerPlace<z.output<Schema>>): OwnBroker;
  /** Reason why a fault has no effect on it; undefined if it has one. */
  unfit(kind: FaultKind, output: WrittenFault): string | undefined;
  readonly reference: ReferenceEntry;
}

/** A validated broker of a scenario. */
interface BrokerPlace<Output> {
  readonly here: Cursor;
  readonly output: Output;
}

/** The settings that a kind determines for its brokers. */
interface OwnBroker {
  readonly options: Broker['options'];
  /** Settings of its nodes for logs. Default: no logs. */
  readonly log?: Broker['log'];
  /** Settings of its nodes for queues. Default: no queues. */
  readonly cluster?: Broker['cluster'];
  /** Messages per second that all its queues accept together. Default: no limit. */
  readonly quota?: number;
  /** Cores of a node. Default: no limit. */
  readonly cpu?: Cpu;
}

/** Defines a kind; its type is checked against its own fields. */
export function brokerKind<Schema extends z.ZodObject>(
  kind: BrokerKind<Schema>,
): BrokerKind<Schema> {
  return kind;
}

/** Reason why a fault has no effect on nodes that serve no requests: they support only these kinds. */
export function onlyHitBy(...kinds: readonly string[]): BrokerKind['unfit'] {
  return ({ kind }) =>
    kinds.includes(kind) ? undefined : `its nodes support only the faults ${list(kinds)}`;
}
