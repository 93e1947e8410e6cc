import { invariant } from '../../../../kernel/invariant.js';
import { levels } from '../../../data/figures/levels.js';
import { PLACE } from './entries.js';
import type { QueueFigures } from './queue-figures.js';

/** How many messages of a queue are in each place, with their gauges. The ready ones are counted where they wait. */
export class Places {
  inFlight = 0;
  delayed = 0;
  /** Messages behind others of their key; they count as waiting, like ready ones. */
  behind = 0;
  /** Messages whose deliveries are used up, and which stay. */
  spent = 0;
  /** Dead letters that their target has not confirmed. */
  letters = 0;
  private readonly gauges: readonly number[];

  constructor({ ready, inFlight, delayed, spent, letters }: QueueFigures) {
    this.gauges = [ready, inFlight, delayed, ready, spent, letters];
  }

  /** Messages that do not wait for a consumer. */
  get away(): number {
    return this.inFlight + this.delayed + this.spent + this.letters;
  }

  enter(place: number): void {
    this.count(place, 1);
    levels.add(this.gauges[place], 1);
  }

  leave(place: number): void {
    this.count(place, -1);
    levels.add(this.gauges[place], -1);
  }

  /** Changes a count without its gauge, which has counted the message before. */
  count(place: number, by: number): void {
    if (place === PLACE.inFlight) this.inFlight += by;
    else if (place === PLACE.delayed) this.delayed += by;
    else if (place === PLACE.behind) this.behind += by;
    else if (place === PLACE.spent) this.spent += by;
    else if (place === PLACE.letter) this.letters += by;
    invariant(this.inFlight >= 0, 'a message in flight is counted');
    invariant(this.delayed >= 0, 'a hidden message is counted');
    invariant(this.behind >= 0, 'a message behind another one of its key is counted');
    invariant(this.letters >= 0, 'a letter that is not confirmed is counted');
    invariant(this.spent >= 0, 'a message without further deliveries is counted');
  }
}
