import { describe, expect, it } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { PHASE } from '../../src/kernel/phase.js';
import { derive, lineage, streamKey } from '../../src/kernel/rng.js';
import { Probes } from '../../src/model/platform/probes.js';
import type { Instance } from '../../src/model/data/instances/instance.js';
import { strands } from '../../src/model/data/strands/strands.js';
import type { TaskContext } from '../../src/model/data/strands/task-context.js';
import type { TaskOwner } from '../../src/model/resources/tasks.js';
import type { World } from '../../src/model/modules/world.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { FORCED_RESULT } from '../../src/contracts/scenario/probes.js';
import type { PlanProbe } from '../../src/contracts/plan/probes.js';
import type { ProbeKind } from '../../src/contracts/scenario/probes.js';

type Rule = Partial<PlanProbe>;

/** An open probe: its time, kind, and instance. */
interface Question {
  readonly owner: number;
  readonly record: number;
  readonly instance: number;
  readonly context: TaskContext;
  readonly way: 'ask' | 'start';
}

/**
 * A probe every 100 ns, a timeout of 40, and one failure or success changes the state. `told` has the notifications;
 * no probe gets a response by itself.
 */
function watched(
  rules: Partial<Record<ProbeKind, Rule>>,
  replicas = 1,
  priorities: readonly number[] = [0],
  down: readonly number[] = [],
) {
  engine.reset();
  strands.reset();
  const told: string[] = [];
  const tell = (text: string): void => void told.push(`${engine.now} ${text}`);
  const full = (rule: Rule | undefined): PlanProbe | null =>
    rule === undefined
      ? null
      : {
          periodNs: 100,
          timeoutNs: 40,
          failureThreshold: 1,
          successThreshold: 1,
          failOpenBelow: null,
          initialDelayNs: 0,
          endpoint: null,
          usesWorkers: false,
          terminationGraceNs: null,
          part: 6,
          program: 60,
          ...rule,
        };
  const probes = {
    startup: full(rules.startup),
    liveness: full(rules.liveness),
    readiness: full(rules.readiness),
  };
  const instances = Array.from({ length: replicas }, (_, index) => ({
    id: index + 1,
    component: 1,
    index,
    down: down.includes(index),
    silent: false,
    forcedResults: [0, 0, 0],
    process: { probes },
  }));
  const questions: Question[] = [];
  const owners: TaskOwner[] = [];
  let strand = -1;
  const put =
    (way: 'ask' | 'start') =>
    (owner: number, record: number, to: unknown, _part: number, context: TaskContext) => {
      const instance = way === 'ask' ? (to as Instance).id : (to as number);
      questions.push({ owner, record, instance, context, way });
      tell(`asks ${instance}`);
      return strand;
    };
  const world = {
    plan: {
      seed: 7,
      priorities,
      components: [
        { name: 'none', probes: null, initial: 1 },
        { name: 'api', probes, initial: replicas },
      ],
    },
    replication: 3,
    instances: [
      { id: 0, component: 0, index: 0, down: false, process: { probes: null } },
      ...instances,
    ],
    tasks: {
      register: (owner: TaskOwner) => owners.push(owner) - 1,
      ask: put('ask'),
      start: put('start'),
    },
    server: { cancelNotified: (own: number) => tell(`gives ${own} up`) },
  };
  const own = new Probes(world as unknown as World, {
    fails: ({ id }, graceNs) => tell(`fails ${id} ${graceNs}`),
    readinessChanged: ({ id }, ready) => tell(`turns ${id} ${ready}`),
  });
  const acts: (() => void)[] = [];
  const op = engine.define('act', (index) => acts[index]!());
  return {
    own,
    told,
    questions,
    owners,
    a: instances[0]! as unknown as Instance & { silent: boolean; forcedResults: number[] },
    strandOf: (next: number) => (strand = next),
    /** Responds to the last probe, or to one this number of probes before it. */
    answer: (isGood: boolean, back = 0) => {
      const { owner, record } = questions.at(-1 - back)!;
      owners[owner]!.taskEnded(record, isGood ? OUTCOME.ok : OUTCOME.serverError);
    },
    at: (time: number, act: () => void, phase: number = PHASE.ARRIVAL) =>
      engine.at(time, phase, op, acts.push(act) - 1, 0, 0),
    run: (until: number) => engine.run(until, Infinity),
  };
}

describe('questions', () => {
  it('come at every period, spread over the instances that run at the beginning', () => {
    const { told, at, run, answer } = watched({ liveness: {} }, 3);
    for (const time of [0, 33, 66, 100, 133, 166]) at(time, () => answer(true));
    run(170);
    expect(told).toEqual([
      '0 asks 1',
      '33 asks 2',
      '66 asks 3',
      '100 asks 1',
      '133 asks 2',
      '166 asks 3',
    ]);
  });

  it('are not sent to instances that are down, have no probes, or have vanished', () => {
    const { own, told, at, run, a } = watched({ liveness: { failureThreshold: 9 } }, 2, [0], [1]);
    own.started({ id: 0 } as Instance);
    at(150, () => (a.silent = true));
    at(250, () => (a.silent = false));
    run(350);
    expect(told).toEqual(['0 asks 1', '100 asks 1', '300 asks 1']);
  });

  it('are one at a time: one that is due while another is open comes with its end', () => {
    const { told, at, run, answer } = watched({ liveness: { timeoutNs: 500 } });
    at(230, () => answer(true));
    at(240, () => answer(true));
    run(310);
    expect(told).toEqual(['0 asks 1', '230 asks 1', '300 asks 1']);
  });

  it('begin after their delay', () => {
    const { own, a, told, at, run } = watched({
      liveness: { initialDelayNs: 150, failureThreshold: 9 },
    });
    at(50, () => own.stopped(a));
    at(60, () => own.started(a));
    run(300);
    expect(told).toEqual(['60 turns 1 true', '260 asks 1']);
  });

  it('begin after their delay, that instant included, where the process was there from the start', () => {
    const { told, run } = watched({ liveness: { initialDelayNs: 200, failureThreshold: 9 } });
    run(310);
    expect(told).toEqual(['200 asks 1', '300 asks 1']);
  });

  it('of a process that starts come behind what is due in its phase', () => {
    const { own, a, told, at, run } = watched({ liveness: { failureThreshold: 9 } });
    at(50, () => own.stopped(a));
    at(60, () => own.started(a));
    at(60, () => told.push('another'));
    at(60, () => told.push('a later phase'), PHASE.SAMPLE);
    run(65);
    expect(told.slice(1)).toEqual(['60 turns 1 true', 'another', '60 asks 1', 'a later phase']);
  });

  it('of a process that starts come behind the timers of its instant', () => {
    const { own, a, told, at, run } = watched({ liveness: { failureThreshold: 9 } });
    at(50, () => own.stopped(a));
    at(60, () => own.started(a), PHASE.FAULT);
    at(60, () => told.push('done'), PHASE.COMPLETION);
    at(60, () => told.push('timer'), PHASE.TIMER);
    run(65);
    expect(told.slice(1)).toEqual(['60 turns 1 true', 'done', 'timer', '60 asks 1']);
  });

  it('that wait in line are answered as the others', () => {
    const { told, at, run, answer } = watched({ liveness: { usesWorkers: true } });
    at(10, () => answer(false));
    run(90);
    expect(told).toEqual(['0 asks 1', '10 fails 1 null']);
  });

  it('wait in line where they need a worker, and hit by faults where an endpoint answers', () => {
    const self = watched({ liveness: {} });
    self.run(0);
    const endpoint = watched({ liveness: { endpoint: 'health', usesWorkers: true } });
    endpoint.run(0);
    const [one, other] = [self.questions[0]!, endpoint.questions[0]!];
    expect([one.way, other.way, one.instance, other.instance]).toEqual(['start', 'ask', 1, 1]);
    const ownerOf = (owner: number): unknown => {
      const { silent, takesErrors = false } = self.owners[owner]!;
      return { silent, takesErrors };
    };
    expect(ownerOf(one.owner)).toEqual({ silent: true, takesErrors: false });
    expect(ownerOf(other.owner)).toEqual({ silent: true, takesErrors: true });
  });

  it('draw by their number, and are in no tree of requests', () => {
    const { questions, at, run, answer } = watched({ readiness: {} }, 2);
    derive(8, 9, 10);
    for (const time of [0, 50]) at(time, () => answer(true));
    run(110);
    const key = streamKey(7, 3, 'probe/api/readiness/0');
    // The second one of the first instance.
    derive(key.a, key.b, 2);
    const { a, b } = lineage;
    expect(questions[2]!.context).toEqual({
      request: 0,
      arrival: 0,
      attempt: 1,
      messages: 1,
      level: 0,
      traceRoot: 0,
      traceOrigin: 0,
      traceConsumer: 0,
      traceLinks: null,
      traceParent: 0,
      deadline: Infinity,
      priority: 0,
      rootA: a,
      rootB: b,
      callA: a,
      callB: b,
      lineageA: a,
      lineageB: b,
      operation: 0,
      operationA: 0,
      operationB: 0,
    });
  });

  it('have the priority of a request that gives none', () => {
    const level = (priorities: readonly number[]): number => {
      const { questions, run } = watched({ liveness: {} }, 1, priorities);
      run(0);
      return questions[0]!.context.priority;
    };
    expect([[0], [-5, 0, 3], [-5, -4], [-5], [1, 2], []].map(level)).toEqual([0, 1, 1, 0, 0, 0]);
  });
});

describe('an answer', () => {
  it('that arrives too late is a failure, and its work is notified', () => {
    const { told, at, run, answer, strandOf } = watched({ liveness: {} });
    const strand = strands.open(0, 1, 2);
    strands.life[strand] = 5;
    strandOf(strand);
    at(40, () => answer(true));
    run(90);
    expect(told).toEqual(['0 asks 1', `40 gives ${strand} up`, '40 fails 1 null']);
  });

  it('that arrives too late notifies no work that has ended', () => {
    const { told, at, run, strandOf } = watched({ liveness: {} });
    const strand = strands.open(0, 1, 2);
    strandOf(strand);
    at(20, () => strands.life[strand]!++);
    run(90);
    expect(told).toEqual(['0 asks 1', '40 fails 1 null']);
  });

  it('does not affect the work of the previous probe', () => {
    const { told, at, run, answer, strandOf } = watched({ liveness: {} });
    const strand = strands.open(0, 1, 2);
    strandOf(strand);
    at(20, () => answer(true));
    at(30, () => strandOf(-1));
    run(190);
    expect(told).toEqual(['0 asks 1', '100 asks 1', '140 fails 1 null']);
  });

  it('of before is void: the question is closed, or another one is open', () => {
    const { told, at, run, answer } = watched({ liveness: {} });
    at(10, () => answer(true));
    at(15, () => answer(false));
    at(105, () => answer(false, 1));
    at(106, () => answer(true));
    run(190);
    expect(told).toEqual(['0 asks 1', '100 asks 1']);
  });

  it('of a process that has ended is void', () => {
    const { own, a, told, at, run, answer } = watched({ liveness: {} });
    at(10, () => own.stopped(a));
    at(20, () => answer(false));
    run(190);
    expect(told).toEqual(['0 asks 1']);
  });

  it('is a lie where a fault says so', () => {
    const { told, at, run, a } = watched({ liveness: {}, readiness: {} });
    a.forcedResults[1] = FORCED_RESULT.pass;
    a.forcedResults[2] = FORCED_RESULT.fail;
    at(110, () => (a.forcedResults[1] = FORCED_RESULT.fail));
    run(210);
    expect(told).toEqual([
      '0 turns 1 false',
      '100 turns 1 false',
      '200 fails 1 null',
      '200 turns 1 false',
    ]);
  });
});

describe('liveness', () => {
  it('ends the process after enough consecutive failures, with its grace', () => {
    const { told, at, run, answer } = watched({
      liveness: { failureThreshold: 2, terminationGraceNs: 30 },
    });
    [false, true, false, false].forEach((isGood, k) => at(100 * k + 5, () => answer(isGood)));
    run(900);
    // No more probes until the process has restarted.
    expect(told.filter((line) => !line.includes('asks'))).toEqual(['305 fails 1 30']);
    expect(told.filter((line) => line.includes('asks'))).toHaveLength(4);
    expect(engine.pending).toBe(0);
  });

  it('of a new process starts fresh, with a period if its response ended the previous one in this instant', () => {
    const { own, a, told, at, run, answer } = watched({ liveness: { failureThreshold: 2 } });
    const restart = (): void => {
      own.stopped(a);
      own.started(a);
    };
    at(5, () => answer(false));
    at(105, () => {
      answer(false);
      restart();
    });
    at(210, () => answer(false));
    at(260, restart);
    at(270, () => answer(false));
    at(365, () => answer(false));
    run(390);
    expect(told).toEqual([
      '0 asks 1',
      '100 asks 1',
      '105 fails 1 null',
      '105 turns 1 true',
      '205 asks 1',
      '260 turns 1 true',
      '260 asks 1',
      '360 asks 1',
      '365 fails 1 null',
    ]);
  });
});

describe('readiness', () => {
  it('that failed before its process ended fails again, one failure after the other', () => {
    const { own, a, told, at, run, answer } = watched({
      readiness: { failureThreshold: 2, successThreshold: 1 },
    });
    at(5, () => answer(false));
    at(10, () => own.stopped(a));
    at(50, () => own.started(a));
    at(60, () => answer(false));
    at(160, () => answer(false));
    run(170);
    expect(told.slice(1)).toEqual([
      '50 turns 1 false',
      '50 asks 1',
      '150 asks 1',
      '160 turns 1 false',
    ]);
  });

  it('changes after enough equal responses in a row, and again with each', () => {
    const { told, at, run, answer } = watched({
      readiness: { failureThreshold: 2, successThreshold: 3 },
    });
    const answers = [false, true, false, false, true, true, true];
    answers.forEach((isGood, k) => at(100 * k + 5, () => answer(isGood)));
    run(690);
    expect(told.filter((line) => !line.includes('asks'))).toEqual([
      '305 turns 1 false',
      '605 turns 1 true',
    ]);
  });

  it('of a process that starts is none until it has been asked, at once', () => {
    const { own, a, told, at, run, answer } = watched({ readiness: {} });
    at(5, () => answer(true));
    at(10, () => own.stopped(a));
    at(50, () => own.started(a));
    at(60, () => answer(true));
    run(140);
    expect(told).toEqual([
      '0 asks 1',
      '5 turns 1 true',
      '50 turns 1 false',
      '50 asks 1',
      '60 turns 1 true',
    ]);
  });

  it('needs its successes from the start on', () => {
    const { own, a, told, at, run, answer } = watched({ readiness: { successThreshold: 2 } });
    at(5, () => answer(true));
    at(10, () => own.stopped(a));
    at(50, () => own.started(a));
    at(60, () => answer(true));
    at(160, () => answer(true));
    run(170);
    expect(told.slice(1)).toEqual([
      '50 turns 1 false',
      '50 asks 1',
      '150 asks 1',
      '160 turns 1 true',
    ]);
  });
});

describe('a startup probe', () => {
  const all = { startup: {}, liveness: {}, readiness: {} };

  it('is over for processes that run at the beginning', () => {
    const { told, run } = watched(all);
    run(0);
    expect(told).toEqual(['0 asks 1', '0 asks 1']);
  });

  it('keeps the others from asking until it has succeeded, and then readiness is asked at once', () => {
    const { own, a, told, at, run, answer, questions } = watched({
      ...all,
      startup: { failureThreshold: 5 },
    });
    at(1, () => own.stopped(a));
    at(10, () => own.started(a));
    at(30, () => answer(false));
    at(125, () => answer(true));
    at(126, () => answer(true));
    run(209);
    expect(told.slice(2)).toEqual([
      '10 turns 1 false',
      '10 asks 1',
      '110 asks 1',
      '125 asks 1',
      '125 turns 1 false',
      '126 turns 1 true',
    ]);
    run(210);
    // From now on the two others, and no more the first.
    expect(told.slice(-2)).toEqual(['210 asks 1', '210 asks 1']);
    expect(questions.slice(-2).map(({ record }) => record % 3)).toEqual([1, 2]);
  });

  it('alone makes the process one to be called', () => {
    const { own, a, told, at, run, answer } = watched({ startup: {} });
    at(1, () => own.stopped(a));
    at(10, () => own.started(a));
    at(30, () => answer(true));
    run(400);
    expect(told).toEqual(['10 turns 1 false', '10 asks 1', '30 turns 1 true']);
  });

  it('that fails ends the process', () => {
    const { own, a, told, at, run, answer } = watched(all);
    at(1, () => own.stopped(a));
    at(10, () => own.started(a));
    at(30, () => answer(false));
    run(400);
    expect(told.slice(2)).toEqual(['10 turns 1 false', '10 asks 1', '30 fails 1 null']);
  });
});
