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
export function largest(most: number, lossAt: (load: number) => number): number {
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

/** A limit as servers that hold a call for some seconds each, with room for calls that wait. A bucket is one server. */
export interface Places {
  readonly servers: number;
  readonly places: number;
  readonly seconds: number;
}

/** Times at which calls come. The first ones are left out, since the limit is empty then. */
const BATCHES = 300;
const LEFT_OUT = 100;

/** The share of calls that is refused where they come evenly spaced, some together; a call ends after those before it. */
export function evenLoss(
  perSecond: number,
  together: number,
  { servers, places, seconds }: Places,
): number {
  const room = servers + places;
  const ends: number[] = [];
  let [first, refused] = [0, 0];
  for (let batch = 0; batch < BATCHES; batch++) {
    const now = (batch * together) / perSecond;
    for (let call = 0; call < together; call++) {
      while (first < ends.length && ends[first]! <= now) first++;
      const isIn = ends.length - first < room;
      if (isIn) ends.push(Math.max(now, ends[ends.length - servers] ?? 0) + seconds);
      else if (batch >= LEFT_OUT) refused++;
    }
  }
  return refused / together / (BATCHES - LEFT_OUT);
}
