import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { widenInt32 } from '../../../kernel/pool.js';
import { Cores, type Processor } from '../../data/instances/cores.js';
import type { Stress } from '../../data/instances/fair-parts.js';
import type { ActRun } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';

/**
 * The cores of the environments of a function: each environment has its own, shared by its requests. Background work
 * that outlives its request runs on the cores of the process.
 */
export class EnvironmentCores implements Processor {
  private readonly list: Cores[] = [];
  /** By strand: the environment whose cores it uses; -1 = those of the process. */
  private at: Int32Array = new Int32Array(0);
  private speed = 1;
  private stress: readonly Stress[] = [];
  readonly gauge: number = this.shared.gauge;
  private readonly op: number = engine.define('environment-cores', (at, generation) =>
    this.list[at].fire(generation),
  );

  /** `of`: the environment of a request, -1 = none. */
  constructor(
    private readonly world: ActRun,
    private readonly shared: Processor,
    private readonly cores: number,
    private readonly of: (strand: number) => number,
  ) {
    strands.slots.onGrow((capacity) => (this.at = widenInt32(this.at, capacity)));
  }

  get runnable(): number {
    return this.list.reduce((sum, own) => sum + own.runnable, this.shared.runnable);
  }

  add(strand: number, work: number): void {
    const environment = this.of(strands.jobOf(strand));
    this.at[strand] = environment;
    this.coresAt(environment).add(strand, work);
  }

  leave(strand: number): void {
    invariant(this.at[strand] < this.list.length, 'a request leaves the cores that it used');
    this.coresAt(this.at[strand]).leave(strand);
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.shared.setSpeed(speed);
    for (const own of this.list) own.setSpeed(speed);
  }

  press(stress: readonly Stress[]): void {
    this.stress = stress;
    this.shared.press(stress);
    for (const own of this.list) own.press(stress);
  }

  clear(): void {
    this.shared.clear();
    for (const own of this.list) own.clear();
  }

  fire(generation: number): void {
    this.shared.fire(generation);
  }

  private coresAt(environment: number): Processor {
    if (environment < 0) return this.shared;
    while (this.list.length <= environment) this.list.push(this.make(this.list.length));
    return this.list[environment];
  }

  /** Makes the cores of an environment; their usage counts towards that of the process. */
  private make(id: number): Cores {
    const { interpreter } = this.world;
    invariant(this.cores > 0, 'an environment has cores');
    const cores = new Cores({
      sharedGauge: this.gauge,
      op: this.op,
      id,
      cores: this.cores,
      fcfs: false,
      contextSwitchTax: 0,
      background: 0,
      quota: null,
      done: (strand) => interpreter.workDone(strand),
    });
    if (this.speed !== 1) cores.setSpeed(this.speed);
    if (this.stress.length > 0) cores.press(this.stress);
    return cores;
  }
}
