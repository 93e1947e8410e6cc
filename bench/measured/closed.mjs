// Closed users at one service: what its simulation shows, and the wait that gives a measured mean time.
import { metric, simulate } from '../../dist/library/index.js';

/** Throughput, mean time and p90 of the workload `users` of a scenario. Unit: s. */
export async function figuresOf(scenario) {
  const result = await simulate(scenario);
  const value = (text) => metric(result, text).value;
  return {
    throughput: value('users.throughput'),
    mean: value('users.latency.mean'),
    p90: value('users.latency.p90'),
  };
}

/** The wait, up to `most`, with which `run` has this mean time. Unit: s. */
export async function waitFor(mean, most, run) {
  let [low, high] = [0, most];
  for (let k = 0; k < 12; k++) {
    const wait = (low + high) / 2;
    if ((await run(wait)).mean < mean) low = wait;
    else high = wait;
  }
  return (low + high) / 2;
}

/** A time as a scenario has it. */
export function micros(seconds) {
  return `${(seconds * 1e6).toFixed(3)}us`;
}
