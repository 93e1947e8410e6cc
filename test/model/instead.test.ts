import { beforeEach, describe, expect, it } from 'vitest';
import { derive, lineage } from '../../src/kernel/rng.js';
import { frames } from '../../src/model/data/strands/frames.js';
import { Instead } from '../../src/model/path/instead.js';
import { REGISTERS, STATE, strands } from '../../src/model/data/strands/strands.js';
import type { World } from '../../src/model/modules/world.js';
import { HINTED, OUTCOME, withStatus } from '../../src/contracts/outcome.js';

let told: unknown[][] = [];

/** A world of two instances, of which the second yields its worker while it waits, and one edge with steps at 17. */
const instances = [{ yields: false }, { yields: true }];
const tell =
  (name: string) =>
  (...what: unknown[]): void =>
    void told.push([name, ...what]);
const world = {
  instances,
  edges: [{ instead: 9 }, { instead: 17 }],
  interpreter: { wake: tell('wake') },
  server: { stop: tell('stop'), freeStrand: tell('free') },
  workers: { releaseWorker: tell('release') },
  calls: { setHint: tell('hint'), insteadEnded: tell('ended') },
} as unknown as World;
const instead = new Instead(world);

/** The strand that makes the call, and its third attempt. */
function called(instance: number): { owner: number; frame: number } {
  strands.reset();
  frames.reset(1);
  told = [];
  derive(5, 6, 7);
  strands.open(0, 1, 2);
  const owner = strands.open(instance, 3, 4);
  frames.open();
  const frame = frames.open();
  frames.owner[frame] = owner;
  frames.attempt[frame] = 3;
  frames.lineageA[frame] = 77;
  frames.lineageB[frame] = 88;
  frames.edge[frame] = 1;
  strands.state[owner] = STATE.CALLING;
  return { owner, frame };
}

describe('steps instead of a call', () => {
  let owner = 0;
  let frame = 0;
  beforeEach(() => ({ owner, frame } = called(1)));

  it('are a branch that begins at the steps of the edge', () => {
    strands.returns[owner] = 4;
    const strand = instead.begin(frame, 5);
    expect(told).toEqual([['wake', strand]]);
    const { instance, parent, from, link, pc, state, returns } = strands;
    expect(
      [instance, parent, from, link, pc, state, returns].map((column) => column[strand]),
    ).toEqual([1, owner, frame, 5, 17, STATE.READY, 4]);
  });

  it('draw by the attempt that they replace', () => {
    const strand = instead.begin(frame, 5);
    derive(77, 88, 0x6003);
    expect([strands.lineageA[strand], strands.lineageB[strand]]).toEqual([lineage.a, lineage.b]);
  });

  it('belong to the request and the call of their owner, and to no round of its loops', () => {
    strands.request[owner] = 6;
    strands.priority[owner] = 2;
    const other = strands.open(0, 0, 0);
    // The slot that the steps will take, with rounds of before.
    const next = strands.open(0, 0, 0);
    strands.slots.give(next);
    const at = (strand: number): readonly number[] => [
      ...strands.registers.slice(strand * REGISTERS, (strand + 1) * REGISTERS),
    ];
    for (let k = 0; k < REGISTERS; k++) strands.registers[owner * REGISTERS + k] = k + 1;
    for (let k = 0; k < REGISTERS; k++) strands.registers[other * REGISTERS + k] = 9;
    strands.registers[(next + 1) * REGISTERS] = 8;
    const strand = instead.begin(frame, 5);
    expect(strand).toBe(next);
    expect([strands.request[strand], strands.priority[strand]]).toEqual([6, 2]);
    expect([at(strand), at(owner), at(other)]).toEqual([
      [0, 0, 0, 0],
      [1, 2, 3, 4],
      [9, 9, 9, 9],
    ]);
    expect(strands.registers[(next + 1) * REGISTERS]).toBe(8);
  });

  it('run while their owner waits for the call, and for no join', () => {
    const strand = instead.begin(frame, 5);
    expect(instead.runs(strand)).toBe(true);
    strands.state[owner] = STATE.JOINING;
    expect(instead.runs(strand)).toBe(false);
  });

  it('give their outcome to the layer that began them, after they have let go of their worker', () => {
    const strand = instead.begin(frame, 5);
    told = [];
    instead.ended(strand, OUTCOME.serverError);
    expect(told).toEqual([
      ['release', strand, instances[1]],
      ['free', strand],
      ['ended', frame, 5, OUTCOME.serverError],
    ]);
  });

  it('have no worker to let go of where threads keep theirs', () => {
    ({ owner, frame } = called(0));
    const strand = instead.begin(frame, 2);
    told = [];
    instead.ended(strand, OUTCOME.ok);
    expect(told).toEqual([
      ['free', strand],
      ['ended', frame, 2, OUTCOME.ok],
    ]);
  });

  it('are a makeshift where one of them was: with their status, and only where they have succeeded', () => {
    const results = [OUTCOME.ok, withStatus(OUTCOME.ok, 203), OUTCOME.timeout].map((outcome) => {
      const strand = instead.begin(frame, 5);
      strands.degraded[strand] = 1;
      told = [];
      instead.ended(strand, outcome);
      return told.at(-1)!.at(-1);
    });
    expect(results).toEqual([
      withStatus(OUTCOME.degraded, 200),
      withStatus(OUTCOME.degraded, 203),
      OUTCOME.timeout,
    ]);
  });

  it('hand on when to ask again, where they say so', () => {
    const strand = instead.begin(frame, 5);
    strands.hint[strand] = 4_000;
    told = [];
    instead.ended(strand, OUTCOME.serverError | HINTED);
    expect(told[0]).toEqual(['hint', frame, 4_000]);
    expect(told.at(-1)).toEqual(['ended', frame, 5, OUTCOME.serverError | HINTED]);
  });

  it('are stopped with the call: notified, released, and their end is not reported', () => {
    const strand = instead.begin(frame, 5);
    told = [];
    instead.stop(strand);
    expect(told).toEqual([
      ['stop', strand, true],
      ['release', strand, instances[1]],
      ['free', strand],
    ]);
  });
});
