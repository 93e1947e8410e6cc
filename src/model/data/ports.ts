import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { CallContext } from '../../contracts/patterns/policy.js';
import type { Instance } from './instances/instance.js';

// The operations of the path of a call that lower floors use. Types only: a run has the path itself in their place.

/** The operations of calls for the parts below the path of a call: its layers, connections and transactions. */
export interface CallsPort extends CallContext {
  /** Op of the timers of layers; lanes for them are owned by `frames`. */
  readonly timerOp: number;
  /** The answer of the frame's attempt has arrived; its strand is free already. */
  answer(frame: number, outcome: Outcome): void;
  /** The owner abandons the entire call; every layer releases its resources. */
  drop(frame: number, notify: boolean): void;
  /**
   * Sends a call that was held back; its layers have stayed entered. Returns PENDING, or the outcome if it was settled
   * without time passing.
   */
  sendHeld(frame: number, ownerStamp: number): Outcome;
  /** Ends a held call without sending it: its layers are left with the outcome, and no strand receives it. */
  endHeld(frame: number, outcome: Outcome): void;
}

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

/** The operations of the interpreter for the parts that strands wait for, and for its own instructions. */
export interface InterpreterPort {
  /** A strand continues: at once, or when its instance resumes. */
  resume(strand: number): void;
  /** The CPU work of a strand is done. */
  workDone(strand: number): void;
  /** CPU work of `times` the drawn demand: returns true if it takes no time, false if the strand has to wait for it. */
  work(strand: number, pc: number, sampler: number, times: number): boolean;
  sleep(strand: number, wakes: number): void;
  /** An act that was PENDING has its outcome. */
  acted(strand: number, outcome: Outcome): void;
  /** Makes a call for a step; returns PENDING, or its outcome. */
  call(strand: number, pc: number, edgeId: number): Outcome;
  /** Applies the outcome of the CALL before pc; returns false if the strand has ended. */
  settled(strand: number, outcome: Outcome): boolean;
  /** Applies the failure mode of a failed step; returns false if the strand has ended. */
  failed(strand: number, outcome: Outcome, mode: number, target: number): boolean;
  /** A strand that waited for others continues in a separate event, through the instant ring. */
  wake(strand: number): void;
  /** A strand that waited for others gets its answer. */
  answer(strand: number, outcome: Outcome): void;
  /** Ends the strand: a branch is joined, a job answered. */
  end(strand: number, outcome: Outcome): void;
  yieldWorker(strand: number, instance: Instance): void;
}
