/** Endpoint programs: four integers an instruction (opcode, a, b, c). See OP. */
export interface Program {
  readonly code: Int32Array;
  /** Name of the random stream of each instruction, '' where it draws nothing. */
  readonly streams: readonly string[];
  readonly tables: readonly Float64Array[];
}

/** Opcodes. `d` = distribution id, `n` = count id, `r` = loop register (0..3), `t` = table id. */
export const OP = Object.freeze({
  /** a=d. CPU; the strand goes on when it has had it. */
  WORK: 0,
  /** a=d. Time without CPU. */
  WAIT: 1,
  /** a=edge, b=mode (CALL_MODE), c=jump target where mode is JUMP, t where it is ANSWER. */
  CALL: 2,
  /** c=t, see FORK_TABLE. Runs branches at once inside the parent's slot. */
  FORK: 3,
  /** End of a branch. */
  END: 4,
  /** a=branches, c=t: cumulated weight, target, ... */
  CHOOSE: 5,
  /** a=r, b=n (count id), c=target when 0. Draws the number of rounds into the register. */
  SET: 6,
  /** a=r, b=target. Register - 1; jumps back while it is above 0. */
  LOOP: 7,
  /** a=target. */
  JUMP: 8,
  /** a=outcome, b=t of one hint in ns where it is HINTED. Ends the strand (the job, or its branch). */
  DONE: 9,
  /** a=t (probability), b=target when the coin says no. */
  SKIP: 10,
  /** a=t: for each request of the plan's request list 0 or 1; b=target when 0. */
  WHEN: 11,
  /** a=outcome: the answer leaves now, the strand goes on. */
  RESPOND: 12,
  /** a=start of the branch: a strand nobody waits for; the program goes on behind it at b. */
  BACKGROUND: 13,
  /** a=limiter id, b=outcome when refused: ends the strand with it; here as with all middleware that only watches 0. */
  LIMIT: 14,
  /** Ends the strand where this request was executed before, or is being executed. */
  ONCE: 15,
  /** a=limiter, b=its LIMIT, where the decision needs no question to the store. */
  STORE: 16,
  /** a=branches, b=key, c=t as of CHOOSE: by a hash of the value of a key instead of a draw. */
  CHOOSE_BY: 17,
  /** a=gate id, b=outcome when refused: ends the strand with it. */
  GATE: 18,
  /** a=t (ns), b=outcome: the job ends with it so long from now. */
  TIME_LIMIT: 19,
  /** a=check id, b=target when it is known to be allowed, c=outcome when it is known to be refused. */
  KNOWN: 20,
  /** a=check id: the check before it has allowed. */
  KEEP: 21,
  /** a=coalescing id: goes on, or waits for the answer of a request that asks the same. */
  COALESCE: 22,
  /** a=d, CPU for each KiB of what b says, see SIZED. */
  WORK_PER_KIB: 23,
  /** a=t (bytes), b=outcome that ends the strand when its request is larger. */
  OVERSIZE: 24,
  /** a=act id, b=mode (CALL_MODE), c=jump target where mode is JUMP. See PlanAct. */
  ACT: 25,
  /** a=edge of SESSION holds: a transaction waits for its connection. */
  BEGIN: 26,
  /** The transaction around it is committed. */
  COMMIT: 27,
  /** a=d of a constant unit, b=t (that unit in ns): CPU, as much as the act before has found necessary. */
  WORK_FOUND: 28,
  /** a=t (bytes): the answer of the strand is as large as that, whatever its part says. */
  ANSWER_SIZE: 29,
  /** The strand goes on with an answer that is only a makeshift. */
  DEGRADED: 30,
  /** Middleware that only watches would have refused the request. */
  WOULD_REJECT: 31,
  /** a=version; b=target where the instance runs another one. */
  VERSION: 32,
} as const);

/** Layout of a FORK's table; the starts of the branches follow from STARTS on. */
export const FORK_TABLE = Object.freeze({
  /** Count id: each branch so many times; -1 = once. */
  EACH: 0,
  /** Successes needed; -1 = all of them. */
  NEEDED: 1,
  /** bestEffort: go on after so many ns with what has ended; -1 = no limit. Such a join never fails. */
  WITHIN_NS: 2,
  /** Branches under way at once at most; -1 = all. */
  MAX_CONCURRENT: 3,
  /** Where the parent goes on. */
  AFTER: 4,
  /** CALL_MODE of a failed join, and its jump target. */
  MODE: 5,
  TARGET: 6,
  STARTS: 7,
} as const);

/** What a CALL does with a failure. */
export const CALL_MODE = Object.freeze({
  /** The strand ends with the relayed outcome. */
  END: 0,
  /** It is ignored. */
  OPTIONAL: 1,
  /** The program goes on at c. */
  JUMP: 2,
  /** The strand ends with the outcome as it is (a client sees what it saw, no status of its own). */
  PASS: 3,
  /** The strand ends with the status that t has for the kind of outcome, 0 = with the relayed outcome. */
  ANSWER: 4,
  /** It is the answer of a check: c=t, see CHECK_TABLE. */
  CHECK: 5,
  /** As JUMP, and the outcome is kept for the instruction there, an ACT that takes it. */
  KEEP: 6,
  /** The program goes on at c, and the act there looks at how the call has ended. */
  TAKEN: 7,
  /** The program goes on; the outcome stands in the strand's `answer`. */
  REPLY: 8,
} as const);

/** What a WORK_PER_KIB works on; PROTOCOL is added where only what has come over the wire counts. */
export const SIZED = Object.freeze({ REQUEST: 0, ANSWER: 1, PROTOCOL: 2 } as const);

/** Layout of the table of a check. */
export const CHECK_TABLE = Object.freeze({
  /** Outcome of a request that the check refuses. */
  REFUSAL: 0,
  /** Check id whose cache keeps the refusal, -1 = none. */
  CACHE: 1,
  /** Where the program goes on when the check gave no answer; -1 = the request ends by that. */
  ALLOW: 2,
  /** 0 = it acts; else it only watches, 1 = refusals alone count as such, 2 = failures too. */
  DRY: 3,
} as const);
