import { broken, invariant } from '../../../kernel/invariant.js';

/** States of a frozen process: not frozen, hanging, or paused. */
export const FROZEN = Object.freeze({ no: 0, hang: 1, pause: 2 } as const);

/** What the process of a place does. A draining process has received SIGTERM and finishes its work. */
export type Phase = 'down' | 'starting' | 'up' | 'leaving' | 'draining';

/** The transitions of a process. */
export type Transition = keyof typeof TRANSITIONS;

/** The transitions that end a running process. */
export type Ending = 'killed' | 'dies' | 'hostLost' | 'exits' | 'drained' | 'overdue';

interface Rule {
  /** The next phase, for each phase in which the transition is legal. */
  readonly to: Readonly<Partial<Record<Phase, Phase>>>;
  /** Further condition, besides the phase. */
  readonly when?: (process: Process) => boolean;
  /** Further changes, besides the phase. */
  readonly sets?: Partial<Process>;
}

const ENDS = { up: 'down', leaving: 'down', draining: 'down' } as const;
const FALLS = { down: 'down', starting: 'down', ...ENDS } as const;
const ENDING = { leaving: 'leaving', draining: 'draining' } as const;
const RUNNING = { up: 'up', ...ENDING } as const;
const UNWANTED = { down: 'down', starting: 'down', up: 'leaving', ...ENDING } as const;
const WANTED = { down: 'down', ...ENDING } as const;
const NOT_ENDING = { restartRequested: false, replacement: 'none' } as const;

export const TRANSITIONS = {
  /** Start-up begins. */
  starts: { to: { down: 'starting' }, when: (it) => !it.isHeldDown },
  /** Start-up is complete, or takes no time. */
  comesUp: {
    to: { down: 'up', starting: 'up' },
    when: (it) => !it.isHeldDown,
    sets: { isNew: false, drained: false },
  },
  /** Faults end it, and later allow it to start. */
  killed: { to: FALLS, sets: { killed: true } },
  released: {
    to: { down: 'down' },
    when: ({ killed }) => killed,
    sets: { killed: false, silent: false, restartSuppressed: false },
  },
  /** Its node dies; later that is noticed, and the node comes back or it is made elsewhere. */
  hostLost: { to: FALLS, when: ({ hostDown }) => !hostDown, sets: { hostDown: true } },
  hostNoticed: { to: { down: 'down' }, when: ({ hostDown }) => hostDown, sets: { hostGone: true } },
  hostBack: {
    to: { down: 'down' },
    when: ({ hostDown }) => hostDown,
    sets: { hostDown: false, hostGone: false },
  },
  /** It ends by itself and stays down for some time. */
  dies: { to: FALLS, when: ({ dying }) => !dying, sets: { dying: true } },
  revives: { to: { down: 'down' }, when: ({ dying }) => dying, sets: { dying: false } },
  /** It ends by itself and is restarted. */
  exits: { to: { starting: 'down', ...ENDS } },
  /** Faults shut it down, and later allow it to start. */
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
  /** Its place is emptied, and later filled again. */
  removed: { to: UNWANTED, when: ({ absent }) => !absent, sets: { absent: true, ...NOT_ENDING } },
  added: { to: WANTED, when: ({ absent }) => absent, sets: { absent: false } },
  /** The next process in its place is a new instance. */
  renewed: { to: { starting: 'starting', ...WANTED, up: 'up' }, sets: { isNew: true } },
  restartRequested: { to: { up: 'leaving' }, sets: { restartRequested: true } },
  /** It receives SIGTERM. */
  signalled: { to: { leaving: 'draining' } },
  /** Its last work is complete. */
  drained: { to: { draining: 'down' }, sets: { drained: true } },
  /** Its grace period has expired, or it does not drain. */
  overdue: { to: { leaving: 'down', draining: 'down' } },
  /** The results of its probes. */
  ready: { to: RUNNING, when: ({ unready }) => unready, sets: { unready: false } },
  unready: { to: RUNNING, when: ({ unready }) => !unready, sets: { unready: true } },
  /** A replacement starts next to it. */
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
  /** The node of the replacement dies. */
  replacementLost: {
    to: ENDING,
    when: ({ replacement }) => replacement !== 'none',
    sets: { replacement: 'none' },
  },
} satisfies Readonly<Record<string, Rule>>;

const NO_PROCESS = { down: true, shut: true, leaving: false, unready: false, ...NOT_ENDING };

/** Fields that are derived from the phase. */
const IN_PHASE: Readonly<Record<Phase, Partial<Process>>> = {
  down: NO_PROCESS,
  starting: NO_PROCESS,
  up: { down: false, shut: false },
  leaving: { leaving: true },
  draining: { leaving: true, shut: true },
};

/**
 * The state of the process of one place: its phase, and the orders that keep it down. Only `take` changes it. Derived
 * fields are stored for code that reads them at every event.
 */
export class Process {
  readonly phase: Phase = 'down';
  /** No process runs. */
  readonly down: boolean = true;
  /** It takes no new requests: it is down, or drains. */
  readonly shut: boolean = true;
  /** It is being shut down and still runs. */
  readonly leaving: boolean = false;
  /** Its platform restarts it, so its callers are not informed. */
  readonly restartRequested: boolean = false;
  /** State of its replacement while it is leaving. */
  readonly replacement: 'none' | 'starting' | 'ready' = 'none';
  /** Its probes report that it is not ready. */
  readonly unready: boolean = false;
  /** It ended after all its work was done. */
  readonly drained: boolean = false;
  /** The next process in its place is a new instance, without an image on its node. */
  readonly isNew: boolean = false;
  /**
   * Faults keep it down. Its host may have vanished too (silence instead of refusals), or its restart may be
   * suppressed.
   */
  readonly killed: boolean = false;
  readonly silent: boolean = false;
  readonly restartSuppressed: boolean = false;
  /** Its node is dead; the platform has noticed that. */
  readonly hostDown: boolean = false;
  readonly hostGone: boolean = false;
  /** It ended by itself and stays down for some time. */
  readonly dying: boolean = false;
  /** Faults shut it down. */
  readonly stopRequested: boolean = false;
  /** The desired number of instances does not include it. */
  readonly absent: boolean = false;
  /** How it is frozen: by its garbage collector or, outside a collection, by faults. */
  readonly frozen: number = FROZEN.hang;
  readonly frozenByFaults: number = FROZEN.no;
  readonly collecting: boolean = false;

  constructor(readonly id: number) {
    // Changed once here: V8 treats a field that no instance has ever changed as constant, and the first fault that
    // changes it would discard nearly all optimized code.
    this.freeze(FROZEN.no, false);
  }

  /** It is being shut down, or must not start. */
  get isStopped(): boolean {
    return this.stopRequested || this.absent;
  }

  /** It must not start now. */
  get isHeldDown(): boolean {
    return this.killed || this.dying || this.hostDown || this.isStopped;
  }

  /** A replacement may start next to it. */
  get isReplaceable(): boolean {
    return !this.isStopped && !this.restartRequested;
  }

  /** Applies a transition; `more`: further fields to change. */
  take(transition: Transition, more: Partial<Process> = {}): void {
    const { to, when, sets }: Rule = TRANSITIONS[transition];
    const phase = to[this.phase];
    if (phase === undefined || when?.(this) === false) {
      broken(
        'a process takes a legal transition',
        `${transition} of instance ${this.id}: ${this.state}`,
      );
    }
    Object.assign(this, { phase }, IN_PHASE[phase], sets, more);
    invariant(
      this.down === (phase === 'down' || phase === 'starting'),
      'a process is down before it is up and after it has ended',
    );
    invariant(!this.leaving || !this.down, 'only a process that runs is leaving');
    invariant(
      this.replacement === 'none' || this.leaving,
      'only a process that is leaving has a replacement',
    );
  }

  /** Sets whether faults and the garbage collector freeze it. */
  freeze(byFaults: number, collecting: boolean): void {
    // The value of a fault may be a double. A field that was a small integer until then would get another class, and
    // V8 would discard all code that reads an instance.
    const frozenByFaults = byFaults | 0;
    const frozen = collecting ? FROZEN.pause : frozenByFaults;
    Object.assign(this, { frozen, frozenByFaults, collecting });
    invariant(
      collecting === (frozen === FROZEN.pause) || frozenByFaults === FROZEN.pause,
      'a process is paused by its collector or by a fault',
    );
  }

  /** The state in words. */
  private get state(): string {
    const { phase, killed, dying, hostDown, stopRequested, absent, replacement } = this;
    const orders = { killed, dying, hostDown, stopRequested, absent };
    const active = Object.entries(orders).flatMap(([name, isOn]) => (isOn ? [name] : []));
    return [
      phase,
      ...active,
      ...(replacement === 'none' ? [] : [`replacement ${replacement}`]),
    ].join(', ');
  }
}
