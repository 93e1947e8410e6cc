import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { FROZEN } from '../../../src/model/data/instances/process.js';
import { levels } from '../../../src/model/data/figures/levels.js';
import { Cluster } from '../../../src/model/modules/messaging/queues/cluster.js';
import { QueuePlacement } from '../../../src/model/modules/messaging/queues/placement.js';
import type { World } from '../../../src/model/modules/world.js';
import { dice } from '../../support/dice.js';
import { timetable } from '../../support/timetable.js';

const SECOND = 1_000_000_000;
type Move = 'died' | 'started' | 'paused' | 'resumed';

/** This number of nodes, after an instance of another component. */
function clusterOf(size: number, electionNs: number, memoryBytes = Infinity) {
  const clock = timetable();
  levels.reset(1);
  const instances = Array.from({ length: size + 1 }, () => ({
    down: false,
    frozen: FROZEN.no as number,
    residents: [] as Record<Move, () => void>[],
  }));
  const gauges = new Map<string, number>();
  const world = {
    instances,
    meters: { gauge: (name: string) => gauges.set(name, levels.register()).get(name)! },
    plan: { components: [{ firstInstance: 1, instances: size }] },
  } as unknown as World;
  const cluster = new Cluster(world, { component: 0, spec: { electionNs, memoryBytes } } as never);
  const nodes = instances.slice(1);
  /** Possible events of a node in its state. */
  const movesOf = (node: number): readonly Move[] => {
    const { down, frozen } = nodes[node]!;
    if (down) return ['started'];
    return ['died', frozen === FROZEN.pause ? 'resumed' : 'paused'];
  };
  const move = (node: number, what: Move): void => {
    const own = nodes[node]!;
    own.down = what === 'died';
    own.frozen = what === 'paused' ? FROZEN.pause : FROZEN.no;
    for (const resident of own.residents) resident[what]();
  };
  const seatAt = (places: readonly number[], quorum: boolean) => {
    const told: string[] = [];
    const seat = new QueuePlacement(
      world,
      cluster,
      { cluster: 0, nodes: places, quorum, isAwaited: quorum },
      0,
    );
    const gauge = gauges.get('unavailable')!;
    seat.setListener({
      cut: (node, isLeader) => told.push(`${engine.now} ${isLeader ? 'cut' : `lost ${node}`}`),
      changed: () => told.push(`${engine.now} changed`),
    });
    return { seat, told, unavailable: () => levels.value(gauge) };
  };
  const alarmed = (): number => levels.value(gauges.get('alarmed')!);
  return { ...clock, cluster, nodes, movesOf, move, seatAt, alarmed };
}

describe('where a queue of RabbitMQ lives', () => {
  it('is led by its node, or by a member that a majority has elected', () => {
    const ELECTION = 3;
    let elections = 0;
    for (let seed = 0; seed < 25; seed++) {
      const roll = dice(seed * 0x9e3779b1);
      const quorum = roll(4) > 0;
      const { at, run, nodes, movesOf, move, seatAt } = clusterOf(5, ELECTION);
      const start = roll(5);
      const places = Array.from(
        { length: quorum ? 1 + roll(4) : 1 },
        (_, k) => (start + k * (1 + (seed % 2))) % 5,
      ).filter((place, k, all) => all.indexOf(place) === k);
      const { seat, told, unavailable } = seatAt(places, quorum);
      const isUp = (node: number): boolean =>
        !nodes[node]!.down && nodes[node]!.frozen !== FROZEN.pause;
      // The rule, evaluated at each instant: the leader, and since when there has been no majority.
      let leader = places[0]!;
      let since = Infinity;
      const must = new Set<string>();
      const may = new Set<string>();
      let wasUsable = true;
      const seen: unknown[] = [];
      const wanted: unknown[] = [];
      for (let time = 1; time <= 200; time++) {
        const what =
          roll(3) > 0
            ? null
            : { node: roll(5) === 0 ? roll(5) : places[roll(places.length)]!, kind: roll(2) };
        at(time, () => {
          if (what === null) return;
          const moves = movesOf(what.node);
          const own = moves[what.kind % moves.length]!;
          move(what.node, own);
          const { node } = what;
          // Consumers are connected to any node of the cluster.
          if (node !== leader && !isUp(node)) must.add(`${time} lost ${node}`);
          if (!places.includes(node)) return;
          may.add(`${time} changed`);
          if (node !== leader) return;
          if (!isUp(node)) {
            must.add(`${time} cut`);
            must.add(`${time} changed`);
          }
          if (own === 'died' && quorum) leader = -1;
        });
        // After all timers of the instant.
        at(
          time,
          () => {
            const isMajority = places.filter(isUp).length * 2 > places.length;
            const isLed = leader >= 0 && isUp(leader);
            if (isLed || !isMajority || !quorum) since = Infinity;
            else if (since === Infinity) since = time;
            if (since + ELECTION === time) {
              leader = places.find(isUp)!;
              since = Infinity;
              elections++;
              must.add(`${time} changed`);
            }
            const isUsable = leader >= 0 && isUp(leader) && isMajority;
            if (isUsable && !wasUsable) must.add(`${time} changed`);
            wasUsable = isUsable;
            const { takes, isAbsent, isBlocked } = seat;
            seen.push([time, seat.isUsable, takes, isAbsent, isBlocked, unavailable()]);
            const isAway = !quorum && !isUsable;
            wanted.push([time, isUsable, isUsable, isAway, false, isUsable ? 0 : 1]);
          },
          5,
        );
      }
      run(200);
      expect(seen).toEqual(wanted);
      expect(new Set(told).size).toBe(told.length);
      expect([...must].filter((one) => !told.includes(one))).toEqual([]);
      expect(told.filter((one) => !must.has(one) && !may.has(one))).toEqual([]);
    }
    expect(elections).toBeGreaterThan(30);
  });
});

describe('the memory of a cluster', () => {
  it('is looked at in each full second: over its limit on a node that is up, publishers wait', () => {
    let alarms = 0;
    for (let seed = 0; seed < 40; seed++) {
      const roll = dice(seed * 0x9e3779b1);
      const { at, run, cluster, nodes, movesOf, move, seatAt, alarmed } = clusterOf(3, 1, 100);
      const seats = [seatAt([0], false), seatAt([1, 2], true)] as const;
      const places = [[0], [1, 2]];
      const weight = [0, 0, 0];
      let isAlarmed = false;
      let acts = 0;
      const clears: number[] = [];
      for (let second = 0; second < 40; second++) {
        for (let k = roll(4); k > 0; k--) {
          acts++;
          const what = roll(5);
          at(second * SECOND + 1 + roll(SECOND - 1), () => {
            const node = roll(3);
            if (what === 0) move(node, movesOf(node)[0]!);
            else {
              const which = roll(2);
              const bytes = roll(2) === 0 ? -weight[which]! : 10 + 10 * roll(9);
              for (const place of places[which]!) weight[place]! += bytes;
              seats[which].seat.weigh(bytes);
            }
          });
        }
        acts++;
        at(
          (second + 1) * SECOND,
          () => {
            const isOver = nodes.some(({ down }, node) => !down && weight[node]! > 100);
            if (isAlarmed && !isOver) clears.push(engine.now);
            if (isOver && !isAlarmed) alarms++;
            isAlarmed = isOver;
            expect([cluster.isAlarmed, alarmed()]).toEqual([isOver, isOver ? 1 : 0]);
            for (const { seat } of seats) {
              expect([seat.isBlocked, seat.takes]).toEqual([isOver, seat.isUsable && !isOver]);
            }
          },
          5,
        );
      }
      run(41 * SECOND);
      for (const { told } of seats) {
        const inSeconds = told.filter((one) => Number.parseInt(one) % SECOND === 0);
        expect(inSeconds).toEqual(clears.map((time) => `${time} changed`));
      }
      // At most one check per second, and each message that arrives or leaves counts at its node.
      expect(engine.events).toBeLessThanOrEqual(acts + 40 + 40);
    }
    expect(alarms).toBeGreaterThan(60);
  });

  it('has room for what weighs as much as the limit', () => {
    const { at, run, cluster, seatAt } = clusterOf(1, 1, 100);
    const { seat } = seatAt([0], false);
    at(1, () => seat.weigh(100));
    at(1.5 * SECOND, () => expect(cluster.isAlarmed).toBe(false));
    at(1.5 * SECOND, () => seat.weigh(1));
    run(3 * SECOND);
    expect(cluster.isAlarmed).toBe(true);
  });

  it('is not looked at for what changes nothing', () => {
    const { at, run, seatAt } = clusterOf(1, 1, 100);
    const { seat } = seatAt([0], false);
    for (let k = 1; k <= 5; k++) at(k * SECOND + 5, () => seat.weigh(10));
    for (let k = 1; k <= 5; k++) at(6 * SECOND + k, () => seat.weigh(50));
    run(20 * SECOND);
    // Ten messages arrive; one check finds that it is too much.
    expect(engine.events).toBe(11);
  });
});
