import { broken } from '../../kernel/invariant.js';

/** States of a frozen process: not frozen, hanging, or paused. */
export const FROZEN = Object.freeze({ no: 0, hang: 1, pause: 2 } as const);

/** What the process of a place does. A process that drains got SIGTERM, and finishes its work. */
export type Phase = 'down' | 'starting' | 'up' | 'leaving' | 'draining';

/** What can happen to a process. */
export type Transition = keyof typeof TRANSITIONS;

/** The transitions that end a running process. */
export type Ending = 'killed' | 'dies' | 'exits' | 'drained' | 'overdue';

interface Rule {
  /** The next phase for each phase in which it may happen. */
  readonly to: Readonly<Partial<Record<Phase, Phase>>>;
  /** What must hold besides the phase. */
  readonly when?: (process: Process) => boolean;
  /** What changes besides the phase. */
  readonly sets?: Partial<Process>;
}

const ENDS = { up: 'down', leaving: 'down', draining: 'down' } as const;
const FALLS = { down: 'down', starting: 'down', ...ENDS } as const;
const ENDING = { leaving: 'leaving', draining: 'draining' } as const;
const RUNNING = { up: 'up', ...ENDING } as const;
const UNWANTED = { down: 'down', starting: 'down', up: 'leaving', ...ENDING } as const;
const WANTED = { down: 'down', ...ENDING } as const;
const NOT_ENDING = { restartRequested: false, replacement: 'none' } as const;

/** Every legal transition. */
export const TRANSITIONS = {
  /** Its start-up begins. */
  starts: { to: { down: 'starting' }, when: (it) => !it.isHeldDown },
  /** Its start-up is over, or takes no time. */
  comesUp: {
    to: { down: 'up', starting: 'up' },
    when: (it) => !it.isHeldDown,
    sets: { isNew: false, drained: false },
  },
  /** Faults end it, and let it start again. */
  killed: { to: FALLS, sets: { killed: true } },
  released: {
    to: { down: 'down' },
    when: ({ killed }) => killed,
    sets: { killed: false, silent: false, restartSuppressed: false },
  },
  /** It ends by itself and stays down for some time. */
  dies: { to: FALLS, when: ({ dying }) => !dying, sets: { dying: true } },
  revives: { to: { down: 'down' }, when: ({ dying }) => dying, sets: { dying: false } },
  /** It ends by itself, and is restarted. */
  exits: { to: ENDS },
  /** Faults ask it to end, and want it again. */
  stopped: {
    to: UNWANTED,
    when: ({ stopRequested }) => !stopRequested,
    sets: { stopRequested: true, ...NOT_ENDING },
  },
  unstopped: {
    to: WANTED,
    when: ({ stopRequested }) => stopRequested,
    sets: { stopRequested: false },
  },
  /** Its place is to be empty, and is to be filled again. */
  removed: { to: UNWANTED, when: ({ absent }) => !absent, sets: { absent: true, ...NOT_ENDING } },
  added: { to: WANTED, when: ({ absent }) => absent, sets: { absent: false } },
  /** The next process in its place is another instance. */
  renewed: { to: { starting: 'starting', ...WANTED, up: 'up' }, sets: { isNew: true } },
  /** A probe asks for its restart. */
  restartRequested: { to: { up: 'leaving' }, sets: { restartRequested: true } },
  /** It gets SIGTERM. */
  signalled: { to: { leaving: 'draining' } },
  /** Its last work is done. */
  drained: { to: { draining: 'down' }, sets: { drained: true } },
  /** Its grace period is over, or it does not drain. */
  overdue: { to: { leaving: 'down', draining: 'down' } },
  /** The results of its probes. */
  ready: { to: RUNNING, when: ({ unready }) => unready, sets: { unready: false } },
  unready: { to: RUNNING, when: ({ unready }) => !unready, sets: { unready: true } },
  /** Another process starts next to it, to take its place. */
  replacementStarts: {
    to: ENDING,
    when: (it) => it.isReplaceable && it.replacement === 'none',
    sets: { replacement: 'starting' },
  },
  replacementReady: {
    to: ENDING,
    when: (it) => it.isReplaceable && it.replacement !== 'ready',
    sets: { replacement: 'ready' },
  },
} satisfies Readonly<Record<string, Rule>>;

const NO_PROCESS = { down: true, shut: true, leaving: false, unready: false, ...NOT_ENDING };

/** What follows from the phase. */
const IN_PHASE: Readonly<Record<Phase, Partial<Process>>> = {
  down: NO_PROCESS,
  starting: NO_PROCESS,
  up: { down: false, shut: false },
  leaving: { leaving: true },
  draining: { leaving: true, shut: true },
};

/**
 * The state of the process of one place: its phase, and the orders that hold it down. Only `take` changes it. Fields
 * that follow from others are there for code that reads them at every event.
 */
export class Process {
  readonly id: number;
  readonly phase: Phase = 'down';
  /** No process runs. */
  readonly down: boolean = true;
  /** It takes no new requests: it is down, or drains. */
  readonly shut: boolean = true;
  /** It is asked to end, and still runs. */
  readonly leaving: boolean = false;
  /** Its platform ends it to restart it, so its callers are not informed. */
  readonly restartRequested: boolean = false;
  /** State of the process that takes its place while it is leaving. */
  readonly replacement: 'none' | 'starting' | 'ready' = 'none';
  /** Its probes report that it is not ready. */
  readonly unready: boolean = false;
  /** It ended after all its work was done. */
  readonly drained: boolean = false;
  /** The next process in its place is another instance, with nothing on its node yet. */
  readonly isNew: boolean = false;
  /** Faults hold it down; its host may have vanished too (silence instead of refusals), or not restart it meanwhile. */
  readonly killed: boolean = false;
  readonly silent: boolean = false;
  readonly restartSuppressed: boolean = false;
  /** It has ended by itself, and stays down for some time. */
  readonly dying: boolean = false;
  /** Faults ask it to end. */
  readonly stopRequested: boolean = false;
  /** The desired number of instances does not include it. */
  readonly absent: boolean = false;
  /** How it is frozen: by its collector or, without a collection, by faults. */
  readonly frozen: number = FROZEN.hang;
  readonly frozenByFaults: number = FROZEN.no;
  readonly collecting: boolean = false;

  constructor(id: number) {
    this.id = id;
    // Changed once here: V8 treats a field that no instance has ever changed as constant, and the first fault that
    // changes it would discard nearly all optimized code.
    this.freeze(FROZEN.no, false);
  }

  /** It is asked to end, or not to start. */
  get isStopped(): boolean {
    return this.stopRequested || this.absent;
  }

  /** Nothing may start it now. */
  get isHeldDown(): boolean {
    return this.killed || this.dying || this.isStopped;
  }

  /** Another process may start next to it. */
  get isReplaceable(): boolean {
    return !this.isStopped && !this.restartRequested;
  }

  /** Something happens to it; `more` is what else changes. */
  take(transition: Transition, more: Partial<Process> = {}): void {
    const { to, when, sets }: Rule = TRANSITIONS[transition];
    const phase = to[this.phase];
    if (phase === undefined || when?.(this) === false) {
      broken('illegal-process-transition', `${transition} of instance ${this.id}: ${this.state}`);
    }
    Object.assign(this, { phase }, IN_PHASE[phase], sets, more);
  }

  /** Sets what freezes it. */
  freeze(frozenByFaults: number, collecting: boolean): void {
    const frozen = collecting ? FROZEN.pause : frozenByFaults;
    Object.assign(this, { frozen, frozenByFaults, collecting });
  }

  /** The state in words. */
  private get state(): string {
    const { phase, killed, dying, stopRequested, absent, replacement } = this;
    const orders = { killed, dying, stopRequested, absent };
    const active = Object.entries(orders).flatMap(([name, isOn]) => (isOn ? [name] : []));
    return [
      phase,
      ...active,
      ...(replacement === 'none' ? [] : [`replacement ${replacement}`]),
    ].join(', ');
  }
}
