import type { Subscriber } from '../../../contracts/scenario/messaging.js';
import type { Counter } from '../../data/figures/meters.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import type { Member } from './member.js';

/** Callbacks of a group for changes of its assignment. */
export interface AssignmentListener {
  /** A member reads the partition, starting at the committed offset. */
  given(partition: number, member: Member): void;
  /** The partition has no reader from now on. */
  taken(partition: number): void;
  /** A member may poll. */
  go(member: Member): void;
  /** A member is about to lose partitions in its own poll, so it has no record in flight. */
  parting(member: Member): void;
  /** The group has members, or has lost its last one. */
  hasMembers(any: boolean): void;
}

/** What the coordinator of a group gets at the start of a run. */
export interface MembershipSetup {
  readonly world: BackgroundRun;
  readonly spec: Subscriber;
  readonly members: readonly Member[];
  readonly partitions: number;
  readonly listener: AssignmentListener;
  readonly rebalances: Counter;
  /** The group has no members at the start of the run. */
  readonly isEmpty: boolean;
}

/** A member that sends no heartbeats, until its session ends. */
export interface Ghost {
  readonly id: number;
  readonly member: number;
  /** The coordinator's name for it: the member itself, or one from before its process died. */
  readonly identity: number;
}
