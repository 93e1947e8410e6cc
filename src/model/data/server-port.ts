import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Instance } from './instances/instance.js';
import type { Run } from './run.js';

/** The operations of the server for the parts below it: the wire, the resources of instances, running programs. */
export interface ServerPort {
  /** A request has arrived at its instance. */
  arrive(strand: number): void;
  /** Decides what happens to a request that has arrived. */
  receive(strand: number, instance: Instance): void;
  /** Starts a user request on the pseudo-instance of its workload: no queue, no wire. */
  startRoot(strand: number): void;
  /** The program of a job has ended, or was given an outcome instead. */
  finishJob(strand: number, outcome: Outcome): void;
  /** `respond` followed by steps: the answer is sent, the work continues. */
  answerFirst(strand: number, outcome: Outcome): void;
  /** The answer has reached its caller. */
  answerDelivered(strand: number, now: Ns): void;
  /** The answer has arrived after its caller had left. */
  lateAnswer(strand: number): void;
  /** The answer was lost on the wire; the job is freed when the caller gives up. */
  answerLost(strand: number): void;
  /** The notification arrives that the caller has left. */
  cancelNotified(strand: number): void;
  /** Stops a job early; its own calls are abandoned. A caller that still waits gets `outcome`. */
  stopJob(strand: number, outcome: Outcome): void;
  /**
   * Detaches a strand from its current state: every early end goes through here. `notify`: the callees of its calls are
   * notified.
   */
  stop(strand: number, notify: boolean): void;
  /** Stops and frees all branches of a join. */
  stopBranches(parent: number, notify: boolean): void;
  /** Frees the strand of a job after its last use; `answeredNs` -1 = no caller received its answer. */
  freeJob(strand: number, answeredNs: Ns): void;
  freeStrand(strand: number): void;
  /** An admitted request gets a worker, a place in the queue, or is refused. */
  admit(strand: number, instance: Instance): void;
  /** A request that has waited is refused, in a separate event after the current one. */
  drop(strand: number): void;
  /** Answers a request that was refused admission or dropped from the queue. */
  refuse(strand: number, instance: Instance, outcome: Outcome): void;
  /** The other attempt of a tied request has begun. Returns true if this one had not, and is dropped. */
  untie(strand: number): boolean;
  /** Returns false if a queued request is dropped: its caller has left, or its deadline has passed. */
  wanted(strand: number, instance: Instance): boolean;
  /** A request or an answer is lost; the attempt ends only when its caller gives up. */
  lose(strand: number): void;
}

/** A run, and the server for the parts below it. */
export interface ServedRun extends Run {
  readonly server: ServerPort;
}
