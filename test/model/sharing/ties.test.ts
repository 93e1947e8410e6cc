import { describe, expect, it } from 'vitest';
import { samplers } from '../../../src/kernel/distribution.js';
import { engine } from '../../../src/kernel/engine.js';
import { streamKey } from '../../../src/kernel/rng.js';
import { frames } from '../../../src/model/data/strands/frames.js';
import { FROZEN } from '../../../src/model/data/instances/process.js';
import { Ties } from '../../../src/model/resources/sharing/ties.js';
import { RETURN, strands } from '../../../src/model/data/strands/strands.js';
import type { World } from '../../../src/model/modules/world.js';
import { dice } from '../../support/dice.js';
import { timetable } from '../../support/timetable.js';

const SEED = 3;
const REPLICATION = 2;
const STEP = 1000;

/** The caller, four servers in two zones and outside of them, and one of a component without a network. */
const INSTANCES = [
  { component: 0, zone: 0 },
  ...[-1, 0, 0, 1].map((zone) => ({ component: 1, zone })),
  { component: 2, zone: 0 },
];

interface Message {
  readonly at: number;
  readonly strand: number;
  readonly life: number;
}

/** The ties, and where attempts have begun, as maps. */
class Plain {
  readonly tied = new Map<number, number>();
  readonly begun = new Map<number, { readonly instance: number; readonly at: number }>();
  messages: Message[] = [];
  private readonly delayOf: (strand: number, from: number) => number;

  constructor(delayOf: (strand: number, from: number) => number) {
    this.delayOf = delayOf;
  }

  tie(frame: number, other: number): void {
    if (!this.tied.has(frame)) this.begun.delete(frame);
    if (other < 0) this.tied.delete(frame);
    else this.tied.set(frame, other);
    if (other < 0 || other === frame) return;
    this.tied.set(other, frame);
    this.begun.delete(other);
  }

  sent(frame: number, strand: number): void {
    const fellow = this.tied.get(frame);
    if (fellow === undefined) return;
    this.begun.delete(frame);
    const there = this.begun.get(fellow);
    if (there !== undefined && fellow !== frame) this.tell(strand, there.instance, there.at);
  }

  begins(frame: number, instance: number): void {
    const fellow = this.tied.get(frame);
    if (fellow === undefined) return;
    this.begun.set(frame, { instance, at: engine.now });
    if (fellow !== frame && frames.job[fellow]! >= 0)
      this.tell(frames.job[fellow]!, instance, engine.now);
  }

  private tell(strand: number, from: number, since: number): void {
    const at = Math.max(engine.now, since + this.delayOf(strand, from));
    this.messages.push({ at, strand, life: strands.life[strand]! });
  }
}

function walk(seed: number) {
  const roll = dice(seed);
  const table = timetable();
  frames.reset(0);
  strands.reset();
  samplers.reset();
  const ids = Array.from({ length: 9 }, (_, k) =>
    samplers.add({ kind: 'uniform', minNs: 300 * k + 1, maxNs: 300 * k + 600 }),
  );
  const instances = INSTANCES.map((own, id) => ({
    ...own,
    id,
    down: false,
    frozen: FROZEN.no as number,
    stalledCalls: [] as number[],
  }));
  const untied: string[] = [];
  const world = {
    plan: {
      seed: SEED,
      components: ['app', 'far', 'near'].map((name) => ({ name })),
      peers: [null, ids, null],
    },
    replication: REPLICATION,
    instances,
    edges: [{ stat: 0 }],
    server: {
      untie: (strand: number): boolean => {
        untied.push(`${engine.now} ${strand}`);
        return strand % 2 === 0;
      },
    },
  };
  const own = new Ties(world as unknown as World);
  const key = streamKey(SEED, REPLICATION, 'ties/far');
  const plain = new Plain((strand, from) => {
    const to = instances[strands.instance[strand]!]!;
    if (to.component === 2 || to.id === from) return 0;
    const id = ids[(instances[from]!.zone + 1) * 3 + to.zone + 1]!;
    const [a, b] = [strands.lineageA[strand]!, strands.lineageB[strand]!];
    return samplers.draw(id, key.a, key.b, a, b, 0);
  });
  const wanted: string[] = [];
  const stalled: string[] = [];
  /** Messages that arrived before now reach the servers in their state of that time. */
  const hear = (now: number): void => {
    const due = plain.messages.filter(({ at }) => at < now).sort((a, b) => a.at - b.at);
    plain.messages = plain.messages.filter(({ at }) => at >= now);
    for (const { at, strand, life } of due) {
      if (strands.life[strand] !== life || strands.callerLeftAt[strand]! >= 0) continue;
      const instance = instances[strands.instance[strand]!]!;
      if (instance.down) continue;
      if (instance.frozen === FROZEN.pause) stalled.push(`${strand} ${life}`);
      else wanted.push(`${at} ${strand}`);
    }
  };
  const calls = Array.from({ length: 4 }, () => frames.open());
  /** A new attempt of a frame, on any server. */
  const send = (frame: number): void => {
    const strand = strands.open(1 + roll(5), roll(1000), roll(1000));
    strands.from[strand] = frame;
    strands.returns[strand] = roll(12) === 0 ? RETURN.task : RETURN.frame;
    strands.edge[strand] = 0;
    frames.job[frame] = strand;
    own.sent(strand);
    plain.sent(frame, strand);
  };
  const begin = (frame: number): void => {
    const strand = frames.job[frame]!;
    if (strand < 0) return;
    own.begun(strand);
    if (strands.returns[strand] === RETURN.frame && strands.callerLeftAt[strand]! < 0)
      plain.begins(frame, strands.instance[strand]!);
  };
  for (let step = 0; step < 400; step++) {
    table.at(step * STEP, () => {
      hear(engine.now);
      // Frames 0 and 1 make up a call, and 2 and 3.
      const frame = roll(4);
      const other = frame ^ 1;
      const kind = step === 0 ? 0 : roll(16);
      if (kind < 2) {
        const to = [frame, other, -1][roll(3)]!;
        own.tie(calls[frame]!, to);
        plain.tie(frame, to);
      } else if (kind < 6) send(frame);
      else if (kind < 12) begin(frame);
      else if (kind === 12) {
        const strand = frames.job[frame]!;
        if (strand >= 0) strands.callerLeftAt[strand] = roll(2) * engine.now;
      } else if (kind === 13) {
        const strand = frames.job[frame]!;
        if (strand >= 0 && roll(2) === 0) strands.life[strand]!++;
        frames.job[frame] = -1;
      } else {
        const instance = instances[1 + roll(5)]!;
        instance.down = roll(4) === 0;
        instance.frozen = [FROZEN.no, FROZEN.no, FROZEN.hang, FROZEN.pause][roll(4)]!;
      }
    });
  }
  table.run(402 * STEP);
  hear(Infinity);
  const pushed = instances.flatMap(({ stalledCalls }) =>
    Array.from({ length: stalledCalls.length / 3 }, (_, k) =>
      stalledCalls.slice(3 * k + 1, 3 * k + 3).join(' '),
    ),
  );
  return { untied, wanted, pushed, stalled };
}

describe('attempts that are tied to each other', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('report what they begin, and nothing else (%i)', (seed) => {
    const { untied, wanted, pushed, stalled } = walk(seed);
    expect(untied.sort()).toEqual(wanted.sort());
    expect(pushed.sort()).toEqual(stalled.sort());
    expect(untied.length).toBeGreaterThan(10);
  });
});
