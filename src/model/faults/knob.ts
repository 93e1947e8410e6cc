import type { Distribution } from '../../kernel/distribution.js';
import { invariant } from '../../kernel/invariant.js';
import type { StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanComponent, PlanFault, PlanLoad } from '../../contracts/plan/plan.js';
import type { Delivery } from '../../contracts/scenario/discovery.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Instance } from '../data/instances/instance.js';
import type { DelayMemory } from '../data/edges/link.js';
import type { Outages } from '../platform/outages.js';
import type { World } from '../modules/world.js';
import type { Injected, InjectionSubject, Tokens } from '../resources/serving/injections.js';

/** How the edits that several faults hold of one knob combine into one value. */
const COMBINE = {
  product: (a: number, b: number): number => a * b,
  sum: (a: number, b: number): number => a + b,
  max: Math.max,
  min: Math.min,
  /** Shares of requests or messages: each fault hits its share of what the others leave. */
  union: (a: number, b: number): number => 1 - (1 - a) * (1 - b),
  /** Each fault acts separately, so there is no combined value. */
  each(): number {
    invariant(false, 'a knob whose edits act apart has no value');
    return NaN;
  },
} as const;

/**
 * A quantity that faults change, such as the speed of an instance. A fault never touches state: while it is active it
 * holds edits of knobs. The board calls the knob for each subject that the fault hits, with the edits that all active
 * faults hold there. A knob lives in a file of `patterns/knobs` and defines how edits combine, which subjects it
 * changes, what these need, and how reports describe it.
 *
 * `More`: the fields of an edit beside its value; null = none.
 */
export interface Knob<More = unknown> {
  readonly name: string;
  readonly combine: keyof typeof COMBINE;
  /** The value without any edit. */
  readonly neutral: number;
  /** Knobs whose effects its edits have too: they count as edits of those. */
  readonly actsAs?: readonly Knob<never>[];
  /** How it stops a process: kills it, shuts it down gracefully, or freezes it. Null: the process continues. */
  readonly stops: 'kill' | 'ask' | 'hold' | null;
  /** Connections to what it hits get no answer. */
  readonly isSilent?: true;
  /** Whether messages of a link are lost or late. Null: neither. */
  readonly messages: 'lost' | 'late' | null;
  /** Its effect remains after the end of the fault: lost entries, or connections that are never returned. */
  readonly outlasts: boolean;
  /** The most that an edit explains of the trouble of what it hits. Null: its value sets no bound. */
  bounds(edit: KnobEdit<More>): Bounds | null;
  /** Why an edit has no effect on a component, or would last forever; null if it works. */
  need(edit: KnobEdit<More>, name: string, has: Resources): string | null;
  /** The edit in words, as a clause: `psp hangs`. '' = another knob of the same fault describes it. */
  words(edit: KnobEdit<More>, target: TargetWords): string;

  /** Applies the edits to a subject of each sort. A fault that hits a sort without a method breaks an invariant. */
  instance?(controls: Controls, instance: Instance, held: Held): void;
  node?(controls: Controls, node: number, held: Held): void;
  part?(controls: Controls, part: number, held: Held): void;
  /** `held` returns the edits for messages in a DIRECTION. */
  link?(controls: Controls, link: number, held: (direction: number) => Held): void;
  load?(controls: Controls, load: number, held: Held): void;
  /** The arrival rate of a workload after the edit; `rate`: its rate before. Absent: the rate stays the same. */
  rateOf?(rate: number, edit: KnobEdit<More>): number;
  /** A topic or a queue, by the id of its component. */
  holder?(controls: Controls, component: number, held: Held): void;
  /** The responses that an edit makes an instance or a part give to requests that arrive. */
  injects?(one: HeldEdit<More>, subject: InjectionSubject): Injected;
  /** Runs once, at the start of a fault. */
  begin?(controls: Controls, fault: PlanFault, edit: KnobEdit<More>): void;

  /**
   * Why it has no effect on links; null if it works. `value`: that of the edit.
   */
  needOfLinks?(has: LinkFacts, value: number): string | null;
  /** Why it has no effect on a load; null if it works. */
  needOfLoad?(name: string, load: PlanLoad): string | null;
  /**
   * Why it has no effect on a topic that is a log; null if it works. `field`: the fault's field to blame; absent = its
   * target.
   */
  needOfLog?(log: LogSubject): LogNeed | null;
  /** Why it has no effect on a Kafka node. */
  readonly idleAtKafka?: string;
}

/** The most that an edit does by itself to each request or message that it hits, on average. */
export interface Bounds {
  /** Share of the requests that it makes fail, from 0 to 1. */
  readonly failed: number;
  /** Factor on the time of the work, at least 1; Infinity = it may stop. */
  readonly slower: number;
  /** Time that it adds to a message. */
  readonly lateNs: Ns;
}

/** Properties that at least one of the links has. */
export interface LinkFacts {
  /** A message of the affected direction has a size. */
  readonly isSized: boolean;
  /** Calls use connections of a bundle, and responses have a size. */
  readonly sendsDataOnConnections: boolean;
  /** The callee closes such connections itself. */
  readonly closes: boolean;
}

/** A topic that is a log. */
export interface LogSubject {
  readonly name: string;
  /** Share of the messages that the fault hits. */
  readonly share: number;
  readonly hasBroker: boolean;
}

export interface LogNeed {
  readonly code: 'FL208' | 'FL410';
  readonly field?: string;
  readonly message: string;
}

/** One edit that a fault holds while it is active. */
export interface KnobEdit<More = unknown> {
  readonly knob: Knob<More>;
  /** If the knob is a number, the `strength` 0..1 of a ramp is already applied. */
  readonly value: number;
  readonly more: More;
  /** Only for links: the messages that it affects, seen from the target of the fault. */
  readonly direction?: 'both' | 'to' | 'from';
  /** Only for instances: the time for which each keeps the edit after the end of the fault, drawn per instance. */
  readonly recovery?: Distribution | 'never';
}

/** An edit of a knob that needs only a value. */
export function edit(
  knob: Knob<null>,
  value: number,
  rest: Pick<KnobEdit, 'direction' | 'recovery'> = {},
): KnobEdit<null> {
  return { knob, value, more: null, ...rest };
}

/** One fault while it is active. */
export interface Active {
  readonly fault: PlanFault;
  /** Index in the plan; or OVER. */
  readonly index: number;
  readonly instances: readonly number[];
  readonly nodes: readonly number[];
  edits: readonly KnobEdit[];
  readonly key: StreamKey;
  /** By link: the correlation state of its message delays. */
  readonly memories: Map<number, DelayMemory>;
  /** By link: the bytes of responses by connection since the start. */
  readonly passed: Map<number, Map<number, number>>;
  /** By subject: the remaining tokens of the limit that this fault imposes. */
  readonly tokens: Map<number, Tokens>;
}

/** An edit and the fault that holds it. */
export interface HeldEdit<More = unknown> {
  readonly edit: KnobEdit<More>;
  readonly active: Active;
}

/** The edits that faults hold of one subject, in the order in which the faults became active. */
export class Held {
  readonly all: readonly HeldEdit[];

  constructor(hitting: readonly Active[]) {
    this.all = hitting.flatMap((active) => active.edits.map((edit) => ({ edit, active })));
  }

  /** The edits of one knob. */
  of<More>(knob: Knob<More>): readonly HeldEdit<More>[] {
    return this.all.filter(({ edit }) =>
      isOf(edit.knob, knob as Knob),
    ) as readonly HeldEdit<More>[];
  }

  /** The combined value of all edits of one knob; the neutral value without edits. */
  effective(knob: Knob): number {
    const combine = COMBINE[knob.combine];
    return this.of(knob).reduce((value, { edit }) => combine(value, edit.value), knob.neutral);
  }

  isOn(knob: Knob): boolean {
    return this.effective(knob) > 0;
  }
}

function isOf(own: Knob, knob: Knob): boolean {
  return own === knob || own.actsAs?.includes(knob as Knob<never>) === true;
}

/** The parts of a run that knobs change. */
export interface Controls {
  readonly world: World;
  readonly outages: Outages;
}

/**
 * Resources of a component that faults can affect. `cores`: Infinity = unlimited; for a function, those of its
 * environments.
 */
export interface Resources {
  readonly cores: number;
  readonly memory: PlanComponent['memory'];
  /** It presents a certificate on some connection: as the callee, or as a caller with mutual TLS. */
  readonly showsCertificate: boolean;
  /** It compares its wall clock with times that others or it itself wrote down. */
  readonly readsClock: boolean;
  /** It compares the times in tokens with its wall clock. */
  readonly checksTokens: boolean;
  /** It is a service or a gateway, whose processes end when asked. */
  readonly isHost: boolean;
  readonly probes: PlanComponent['probes'];
  readonly isScaled: boolean;
  /** It has a rollout. */
  readonly isRolled: boolean;
  /** How its callers look it up in a registry, or how the registry is asked; null = not at all. */
  readonly lookup: Delivery['by'] | null;
  /** It is inside a service mesh. */
  readonly isMeshed: boolean;
  /** It is a database that keeps its rows on several nodes. */
  readonly isReplicated: boolean;
  /** Some component or workload calls it. */
  readonly isCalled: boolean;
  /** It takes connections from a pool, so it can leak them. */
  readonly takesConnections: boolean;
  /** The disk that its requests use: for reads, for writes, and whether any of them waits for it. */
  readonly disk: { readonly reads: boolean; readonly writes: boolean; readonly waits: boolean };
  /** Its nodes hold queues, as those of RabbitMQ do. */
  readonly holdsQueues: boolean;
  /** It is a function, whose requests run in environments. */
  readonly inEnvironments: boolean;
  /** Largest number of requests that one of its processes holds, in progress and queued. */
  readonly mostRequests: number;
}

/** The target of a fault in words. */
export interface TargetWords {
  readonly fault: Fault;
  readonly words: string;
  /** Whether the target takes a plural verb. */
  readonly isMany: boolean;
  /** ` for 10 % of the requests` if the fault hits a share of them, else ''. */
  readonly part: string;
  /** The target with the matching form of a verb. */
  does(one: string, many: string): string;
}
