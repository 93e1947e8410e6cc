// Clients with the arrivals of a scenario, and counts of their results.
import http from 'node:http';
import { sleep } from './machine.mjs';

/** Makes one call at each time, in s from now, and returns their results with latencies in s, in that order. */
export function arrivals(times, call) {
  const begin = performance.now();
  return Promise.all(
    times.map(async (time, index) => {
      await sleep(Math.max(0, time - (performance.now() - begin) / 1000));
      const start = performance.now();
      let outcome;
      try {
        outcome = (await call(index)) ?? 'ok';
      } catch (error) {
        outcome = error.outcome ?? `failed: ${error.message}`;
      }
      return { outcome, latency: (performance.now() - start) / 1000 };
    }),
  );
}

/** A failure with the name that a scenario gives it. */
export class Failed extends Error {
  constructor(outcome) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** Ends a call that takes longer, with `timeout`; `leave` is what its client does then. */
export async function within(seconds, promise, leave) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      leave();
      reject(new Failed('timeout'));
    }, seconds * 1000);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function count(results, outcome) {
  return results.filter((result) => result.outcome === outcome).length;
}

export function longest(results) {
  return Math.max(...results.map(({ latency }) => latency));
}

export function shortest(results) {
  return Math.min(...results.map(({ latency }) => latency));
}

/** A server on the loopback interface that counts its requests; `answer` ends them, or leaves them open. */
export async function server(answer) {
  const seen = { requests: 0, concurrent: 0, largest: 0 };
  const own = http.createServer((request, response) => {
    seen.requests++;
    seen.largest = Math.max(seen.largest, ++seen.concurrent);
    response.on('close', () => seen.concurrent--);
    answer(request, response);
  });
  await new Promise((resolve) => own.listen(0, '127.0.0.1', resolve));
  const close = () => {
    own.closeAllConnections();
    return new Promise((resolve) => own.close(resolve));
  };
  return { port: own.address().port, seen, close };
}

/** Gets a page on a connection of its own, and returns its status. */
export function get(port, { agent = false, signal, method = 'GET', path = '/' } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { port, host: '127.0.0.1', agent, signal, method, path },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end();
  });
}

/** The outcome of a page with this status. */
export function outcomeOf(status) {
  if (status < 400) return 'ok';
  return status < 500 ? 'refused' : 'failed';
}
