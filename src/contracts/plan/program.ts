/** Compiled endpoint programs: four integers per instruction (opcode, a, b, c). See OP. */
export interface Program {
  readonly code: Int32Array;
  /** Name of the random stream of each instruction; '' = it draws nothing. */
  readonly streams: readonly string[];
  readonly tables: readonly Float64Array[];
}

/** In place of a count id: the number of messages that the task handles. */
export const MESSAGES = -2;
/** The same for branches whose failure may be that of their message alone. */
export const MESSAGES_APART = -3;

/** Opcodes. `d` = distribution id, `n` = count id, `r` = loop register (0..3), `t` = table id. */
export const OP = Object.freeze({
  /** a=d. CPU; the strand continues when the work is done. */
  WORK: 0,
  /** a=d. Time without CPU. */
  WAIT: 1,
  /** a=edge, b=mode (CALL_MODE), c=jump target for mode JUMP, t for ANSWER. */
  CALL: 2,
  /** c=t, see FORK_TABLE. Runs branches concurrently within the parent's slot. */
  FORK: 3,
  /** End of a branch. */
  END: 4,
  /** a=branches, c=t: cumulative weight, target, ... */
  CHOOSE: 5,
  /** a=r, b=n (count id, or MESSAGES), c=target if 0. Draws the number of rounds into the register. */
  SET: 6,
  /** a=r, b=target. Decrements the register; jumps back while it is above 0. */
  LOOP: 7,
  /** a=target. */
  JUMP: 8,
  /** a=outcome, b=t of one hint in ns if HINTED. Ends the strand (the job, or its branch). */
  DONE: 9,
  /** a=t (probability), b=target if the draw skips the step. */
  SKIP: 10,
  /** a=t: 0 or 1 for each request of the plan's request list; b=target if 0. */
  WHEN: 11,
  /** a=outcome: sends the response now; the strand continues. */
  RESPOND: 12,
  /** a=start of the branch, which becomes a background strand; the program continues at b. */
  BACKGROUND: 13,
  /** a=limiter id, b=outcome of a refusal, which ends the strand; 0 for middleware in a dry run, here and below. */
  LIMIT: 14,
  /** Ends the strand if this request was executed before, or is in execution. */
  ONCE: 15,
  /** a=limiter, b=its LIMIT, used if the decision needs no query to the store. */
  STORE: 16,
  /** a=branches, b=key, c=t as in CHOOSE: chooses by a hash of the key's value instead of a draw. */
  CHOOSE_BY: 17,
  /** a=gate id, b=outcome of a refusal, which ends the strand. */
  GATE: 18,
  /** a=t (ns), b=outcome: the job ends with it after this time. */
  TIME_LIMIT: 19,
  /** a=check id, b=target if the request is known to be allowed, c=outcome if it is known to be refused. */
  KNOWN: 20,
  /** a=check id: caches that the preceding check has allowed the request. */
  KEEP: 21,
  /** a=coalescing id: continues, or waits for the response of an equal request in flight. */
  COALESCE: 22,
  /** a=d, CPU per KiB of the message that b selects, see SIZED. */
  WORK_PER_KIB: 23,
  /** a=t (bytes), b=outcome, which ends the strand if its request is larger. */
  OVERSIZE: 24,
  /** a=act id, b=mode (CALL_MODE), c=jump target for mode JUMP. See PlanAct. */
  ACT: 25,
  /** a=edge of SESSION holds: a transaction waits for its connection. */
  BEGIN: 26,
  /** Commits the enclosing transaction. */
  COMMIT: 27,
  /** a=d of a constant unit, b=t (that unit in ns): CPU in the amount that the preceding act has determined. */
  WORK_FOUND: 28,
  /** a=t (bytes): size of the strand's response, overriding its part. */
  ANSWER_SIZE: 29,
  /** The strand continues with a degraded response. */
  DEGRADED: 30,
  /** Middleware in a dry run would have refused the request. */
  WOULD_REJECT: 31,
  /** a=version; b=target if the instance runs another one. */
  VERSION: 32,
  /** a=t: by configuration, where the program continues. */
  CONFIGURED: 33,
  /** b=outcome if the token of the request is refused by the wall clock of the instance. */
  TOKEN: 34,
  /**
   * a=r of a loop over MESSAGES whose round has failed, with the outcome kept as by KEEP; b=CALL_MODE, unless its
   * message fails alone; c=where the program continues if the handler stops at it.
   */
  MISSED: 35,
} as const);

/**
 * Layout of the table of a FORK; the starts of the branches follow at STARTS, then for each of them whether the answer is
 * complete without it: 1, or 0.
 */
export const FORK_TABLE = Object.freeze({
  /** Count id, MESSAGES or MESSAGES_APART: number of copies of each branch; -1 = one. */
  EACH: 0,
  /** Successes needed; -1 = all of them. For bestEffort: of the branches, how many the answer needs to be complete. */
  NEEDED: 1,
  /**
   * bestEffort: continue after this time in ns with the branches that have ended; -1 = no limit. Such a join
   * never fails; without the success of each branch that the answer needs the strand continues with a degraded response.
   */
  WITHIN_NS: 2,
  /** Largest number of concurrent branches; -1 = all. */
  MAX_CONCURRENT: 3,
  /** Where the parent continues. */
  AFTER: 4,
  /** CALL_MODE of a failed join, and its jump target. */
  MODE: 5,
  TARGET: 6,
  STARTS: 7,
} as const);

/** Number of different branches of a FORK, given its table. */
export function branchesOf(table: ArrayLike<number>): number {
  return (table.length - FORK_TABLE.STARTS) / 2;
}

/** How a CALL handles a failure. */
export const CALL_MODE = Object.freeze({
  /** The strand ends with the relayed outcome. */
  END: 0,
  /** The failure is ignored. */
  OPTIONAL: 1,
  /** The program continues at c. */
  JUMP: 2,
  /** The strand ends with the unchanged outcome: a client sees it as it is, without a status of its own. */
  PASS: 3,
  /** The strand ends with the status that t lists for the kind of outcome; 0 = with the relayed outcome. */
  ANSWER: 4,
  /** The outcome is the response of a check: c=t, see CHECK_TABLE. */
  CHECK: 5,
  /** As JUMP, and the outcome is kept for the ACT at that address. */
  KEEP: 6,
  /** The program continues at c, where an act examines the outcome. */
  TAKEN: 7,
  /** The program continues; the outcome is in the strand's `answer`. */
  REPLY: 8,
} as const);

/** Messages that a WORK_PER_KIB works on. PROTOCOL is added if only bytes received over the wire count. */
export const SIZED = Object.freeze({ REQUEST: 0, ANSWER: 1, PROTOCOL: 2 } as const);

/** Layout of the table of a check. */
export const CHECK_TABLE = Object.freeze({
  /** Outcome of a request that the check refuses. */
  REFUSAL: 0,
  /** Check id of the cache that keeps the refusal; -1 = none. */
  CACHE: 1,
  /** Where the program continues if the check gave no response; -1 = the request ends with that failure. */
  ALLOW: 2,
  /** 0 = enforced; else a dry run: 1 = only refusals count as would-reject, 2 = failures too. */
  DRY: 3,
} as const);
