import { METRIC_WORDS } from '../../dist/language/metrics.js';

/** A seeded stream of random numbers. Equal seeds give equal cases on every machine: integer arithmetic only. */
export class Random {
  constructor(seed) {
    this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
    for (let i = 0; i < 8; i++) this.unit();
  }

  /** A number in [0, 1). */
  unit() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(low, high) {
    return low + (high - low) * this.unit();
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low, high) {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(share) {
    return this.unit() < share;
  }

  pick(list) {
    return list[Math.floor(this.unit() * list.length)];
  }

  /** An element by weight: `[[weight, element], ...]`. */
  weighted(pairs) {
    let rest = this.unit() * pairs.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, element] of pairs) {
      rest -= weight;
      if (rest < 0) return element;
    }
    return pairs[pairs.length - 1][1];
  }

  shuffled(list) {
    const rest = [...list];
    for (let i = rest.length - 1; i > 0; i--) {
      const j = this.whole(0, i);
      [rest[i], rest[j]] = [rest[j], rest[i]];
    }
    return rest;
  }

  /** A name of random letters, so that the order of the alphabet says nothing. The program refuses names of metrics. */
  name(taken) {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    for (;;) {
      const name = Array.from({ length: 3 }, () => letters[this.whole(0, 25)]).join('');
      if (taken.has(name) || METRIC_WORDS.has(name)) continue;
      taken.add(name);
      return name;
    }
  }
}
