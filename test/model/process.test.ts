import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../src/kernel/invariant.js';
import { FROZEN, Process, TRANSITIONS } from '../../src/model/data/instances/process.js';
import type { Phase, Transition } from '../../src/model/data/instances/process.js';

const PHASES: readonly Phase[] = ['down', 'starting', 'up', 'leaving', 'draining'];
const EVENTS = Object.keys(TRANSITIONS) as Transition[];

/** The legal transitions as they were decided: the phases before and after, in the order of PHASES; `-` is illegal. */
const DECIDED: Readonly<Record<Transition, string>> = {
  starts: 'starting - - - -',
  comesUp: 'up up - - -',
  killed: 'down down down down down',
  released: 'down - - - -',
  hostLost: 'down down down down down',
  hostNoticed: 'down - - - -',
  hostBack: 'down - - - -',
  dies: 'down down down down down',
  revives: 'down - - - -',
  exits: '- down down down down',
  stopped: 'down down leaving leaving draining',
  unstopped: 'down - - leaving draining',
  removed: 'down down leaving leaving draining',
  added: 'down - - leaving draining',
  renewed: 'down starting up leaving draining',
  restartRequested: '- - leaving - -',
  signalled: '- - - draining -',
  drained: '- - - - down',
  overdue: '- - - down down',
  ready: '- - up leaving draining',
  unready: '- - up leaving draining',
  replacementStarts: '- - - leaving draining',
  replacementReady: '- - - leaving draining',
  replacementLost: '- - - leaving draining',
};

/** A transition with what its caller adds. */
type Step = readonly [event: Transition, more?: Partial<Process>];

const STEPS: readonly Step[] = [
  ...EVENTS.map((event): Step => [event]),
  ['killed', { silent: true, restartSuppressed: false }],
  ['killed', { silent: false, restartSuppressed: true }],
];

const textOf = (process: Process): string => JSON.stringify({ ...process });

const after = (path: readonly Step[]): Process => {
  const process = new Process(3);
  for (const [event, more] of path) process.take(event, more);
  return process;
};

/** Takes a step, or returns null if that is refused. */
function next(path: readonly Step[], [event, more]: Step): Process | null {
  const process = after(path);
  const before = textOf(process);
  try {
    process.take(event, more);
    return process;
  } catch (error) {
    expect(error).toBeInstanceOf(InvariantError);
    expect(textOf(process)).toBe(before);
    return null;
  }
}

/** A state that can be reached, with a path to it and the steps that are legal there. */
interface Reached {
  readonly process: Process;
  readonly path: readonly Step[];
  readonly legal: ReadonlyMap<Step, Process>;
}

/** All states that can be reached from a place without a process. */
function walk(): readonly Reached[] {
  const states = new Map<string, Reached>();
  const open: (readonly Step[])[] = [[]];
  for (const path of open) {
    const process = after(path);
    if (states.has(textOf(process))) continue;
    const legal = new Map<Step, Process>();
    for (const step of STEPS) {
      const result = next(path, step);
      if (result === null) continue;
      legal.set(step, result);
      open.push([...path, step]);
    }
    states.set(textOf(process), { process, path, legal });
  }
  return [...states.values()];
}

const states = walk();

describe('the transitions of a process', () => {
  it('are those decided, from each phase to one other', () => {
    for (const event of EVENTS) {
      const found = PHASES.map((phase) => {
        const reached = states.filter(({ process }) => process.phase === phase);
        const results = reached.flatMap(({ legal }) =>
          [...legal].flatMap(([[taken], { phase: to }]) => (taken === event ? [to] : [])),
        );
        return [...new Set(results)].join('|') || '-';
      });
      expect([event, found.join(' ')]).toEqual([event, DECIDED[event]]);
    }
  });

  it('are refused with instance, state and transition', () => {
    const process = after([['comesUp'], ['stopped'], ['unstopped'], ['replacementStarts']]);
    expect(() => process.take('comesUp')).toThrow(
      'a process takes a legal transition (comesUp of instance 3: leaving, replacement starting)',
    );
    const held = after([['killed'], ['dies'], ['stopped'], ['removed']]);
    expect(() => held.take('starts')).toThrow(
      '(starts of instance 3: down, killed, dying, stopRequested, absent)',
    );
  });

  it('that repeat an order, or take back one that was not given, are refused', () => {
    const twice: readonly Step[] = [['dies'], ['stopped'], ['removed']];
    for (const step of twice) expect(next([step], step)).toBeNull();
    const back: readonly Step[] = [['released'], ['revives'], ['unstopped'], ['added']];
    for (const step of back) expect(next([], step)).toBeNull();
    expect(next([['comesUp']], ['ready'])).toBeNull();
    expect(next([['comesUp'], ['unready']], ['unready'])).toBeNull();
  });

  it('reach 448 states', () => {
    expect(states.length).toBe(448);
  });
});

/** What holds in every state. */
const LAWS: Readonly<Record<string, (process: Process) => boolean>> = {
  'without a process it is down and shut, and neither leaving nor unready': (it) =>
    it.down === (it.phase === 'down' || it.phase === 'starting') &&
    (!it.down || (it.shut && !it.leaving && !it.unready)),
  'a running process is shut only while it drains': (it) =>
    it.down || it.shut === (it.phase === 'draining'),
  'it is leaving until it has drained': (it) =>
    it.leaving === (it.phase === 'leaving' || it.phase === 'draining'),
  'nothing holds down what starts or is up': (it) =>
    !(it.phase === 'starting' || it.phase === 'up') || !it.isHeldDown,
  'what is leaving is not killed': (it) => !it.leaving || !(it.killed || it.dying),
  'a restart is requested only from a process that is leaving, and wanted': (it) =>
    !it.restartRequested || (it.leaving && !it.isStopped),
  'only a process that is leaving, and wanted, is replaced': (it) =>
    it.replacement === 'none' || (it.leaving && it.isReplaceable),
  'a host that has vanished, or restarts nothing, has been killed': (it) =>
    it.killed || !(it.silent || it.restartSuppressed),
  'a process that has drained is down': (it) => !it.drained || it.down,
};

describe('every state of a process', () => {
  for (const [law, holds] of Object.entries(LAWS)) {
    it(law, () => {
      for (const { process, path } of states)
        expect([path.join(), holds(process)]).toEqual([path.join(), true]);
    });
  }

  it('leads back to a process that is up', () => {
    for (const { process } of states) {
      if (process.leaving) process.take('overdue');
      if (process.killed) process.take('released');
      if (process.hostDown) process.take('hostBack');
      if (process.dying) process.take('revives');
      if (process.stopRequested) process.take('unstopped');
      if (process.absent) process.take('added');
      if (process.phase !== 'up') process.take('comesUp');
      expect([process.phase, process.isHeldDown, process.isNew]).toEqual([
        'up',
        false,
        process.isNew,
      ]);
    }
  });
});

describe('what freezes a process', () => {
  it('is its collector, or else faults, in every phase', () => {
    const process = new Process(0);
    expect(process.frozen).toBe(FROZEN.no);
    for (const byFaults of [FROZEN.no, FROZEN.hang, FROZEN.pause]) {
      process.freeze(byFaults, true);
      expect(process.frozen).toBe(FROZEN.pause);
      process.freeze(byFaults, false);
      expect(process.frozen).toBe(byFaults);
      process.take('killed');
      expect(process.frozen).toBe(byFaults);
    }
  });
});
