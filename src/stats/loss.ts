import { exp } from '../kernel/math.js';

/**
 * Loss systems with independent arrivals (Poisson): the load at which a limit refuses 1 % of them. Small limits refuse some
 * long before they are full on average.
 */

/** Share that is refused at the load of a limit. */
const REFUSED = 0.01;
/** From these sizes on, a limit refuses less than that share where it is full on average. */
const LARGE = 7000;
const LARGE_BUCKET = 50;

/**
 * Largest mean number in use of `servers` with room for `places` that wait: Erlang B without a place, at most all servers.
 * `spread`: variance by mean of the number in use if there were no limit, 1 for independent arrivals (Hayward).
 */
export function offeredTo(servers: number, places: number, spread = 1): number {
  const size = Math.round(servers / spread);
  if (places >= LARGE || size >= LARGE) return servers;
  return largest(servers, (load) => queueLoss(load / spread, size, places));
}

/** Calls per interval of a bucket that gets one token in it and has room for `burst`, at most 1: M/D/1 with `burst` places. */
export function offeredToBucket(burst: number): number {
  const size = Math.floor(burst);
  return size >= LARGE_BUCKET ? 1 : largest(1, (load) => bucketLoss(load, size));
}

/** Mean calls per window of which `limit` pass, and at most that many. */
export function offeredToWindow(limit: number): number {
  return limit >= LARGE ? limit : largest(limit, (load) => overflow(load, limit));
}

/** The largest load up to `most` whose loss is REFUSED. */
function largest(most: number, lossAt: (load: number) => number): number {
  if (lossAt(most) <= REFUSED) return most;
  let [low, high] = [0, most];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (lossAt(middle) <= REFUSED) low = middle;
    else high = middle;
  }
  return low;
}

/** M/M/c/K: the share that finds all servers and all places taken. */
function queueLoss(load: number, servers: number, places: number): number {
  let loss = 1;
  for (let n = 1; n <= servers + places; n++) {
    const own = load * loss;
    loss = own / (Math.min(n, servers) + own);
  }
  return loss;
}

/** M/D/1/K by the states that departures leave behind: the loss is 1 - 1 / (p0 + load). */
function bucketLoss(load: number, size: number): number {
  const arrivals = [exp(-load)];
  for (let k = 1; k <= size; k++) arrivals.push((arrivals[k - 1]! * load) / k);
  const states = [1];
  let all = 1;
  for (let k = 0; k + 1 < size; k++) {
    let next = states[k]! - arrivals[k]!;
    for (let j = 1; j <= k; j++) next -= states[j]! * arrivals[k + 1 - j]!;
    states.push(next / arrivals[0]!);
    all += states[k + 1]!;
  }
  return 1 - 1 / (1 / all + load);
}

/** Part of a Poisson number that exceeds a limit. The weights begin with 1 at the limit, so that none is too small. */
function overflow(load: number, limit: number): number {
  let [all, beyond] = [1, 0];
  for (let k = limit, weight = 1; k > 0 && weight > 1e-18; k--) {
    weight *= k / load;
    all += weight;
  }
  for (let k = limit + 1, weight = load / k; weight > 1e-18; k++, weight *= load / k) {
    all += weight;
    beyond += (k - limit) * weight;
  }
  return beyond / all / load;
}
